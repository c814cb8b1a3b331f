//! What is due by time.

use std::time::{Duration, Instant};

use super::Daemon;
use crate::worker::Kind;

/// How often idle control clients are looked at, while there are any.
const CLIENTS_LOOK: Duration = Duration::from_secs(1);

impl Daemon {
    /// How long the loop may sleep; `None` until something happens.
    pub(super) fn time_to_next(&self) -> Option<Duration> {
        let now = Instant::now();
        let liveness = self.slots.iter().filter_map(|slot| {
            let watched = slot.worker.as_ref()?.liveness.as_ref()?;
            Some(watched.deadline())
        });
        let restarts = self.slots.iter().filter_map(|slot| slot.restart_at);
        let clients = (!self.control.is_idle()).then(|| now + CLIENTS_LOOK);
        [
            self.scripts.deadline(),
            self.outbox.deadline(),
            self.reload_deadline(),
            self.status_deadline(),
            self.stop_deadline(),
            self.service.deadline(),
            self.next_alive,
            clients,
        ]
        .into_iter()
        .flatten()
        .chain(liveness)
        .chain(restarts)
        .min()
        .map(|at| at.saturating_duration_since(now))
    }

    pub(super) fn tick(&mut self, now: Instant) {
        self.check_liveness(now);
        self.scripts.guard(self.current.guards_scripts());
        let reports = self.scripts.advance(now, &self.users, &self.epoll);
        self.script_reports(reports);
        self.advance_mail(now);
        self.restart_due(now);
        self.check_service(now);
        self.check_reload(now);
        self.finish_polls(now);
        self.check_handover(now);
        self.control.expire(now, &self.epoll);
        self.advance_stop(now);
        self.prove_alive(now);
    }

    fn restart_due(&mut self, now: Instant) {
        let due: Vec<Kind> = self
            .slots
            .iter()
            .filter(|slot| slot.restart_at.is_some_and(|at| now >= at))
            .map(|slot| slot.kind)
            .collect();
        for kind in due {
            self.start_worker(kind);
        }
    }

    fn prove_alive(&mut self, now: Instant) {
        if self.next_alive.is_some_and(|at| now >= at) {
            self.manager.alive();
            self.next_alive = self.manager.watchdog_interval().map(|every| now + every);
        }
    }
}
