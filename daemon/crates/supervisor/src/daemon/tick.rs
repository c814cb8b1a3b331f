//! What is due by time.

use std::time::{Duration, Instant};

use super::Daemon;
use crate::command::{Command, Starter};
use crate::configuration::Loaded;
use crate::readers::Wanted;
use crate::worker::Kind;

/// How often idle control clients are looked at, while there are any.
const CLIENTS_LOOK: Duration = Duration::from_secs(1);

impl Daemon {
    /// How long the loop may sleep; `None` until something happens.
    pub(super) fn time_to_next(&self) -> Option<Duration> {
        let now = Instant::now();
        let liveness = self.slots.iter().filter_map(|slot| {
            let worker = slot.worker.as_ref()?;
            worker.liveness.deadline()
        });
        let words = self.slots.iter();
        let words = words.filter_map(|slot| slot.worker.as_ref()?.next_word);
        let restarts = self.slots.iter().filter_map(|slot| slot.restart_at);
        let clients = (!self.control.is_idle()).then(|| now + CLIENTS_LOOK);
        [
            self.scripts.deadline(),
            self.notifications.deadline(),
            self.programs.deadline(),
            self.readers.deadline(),
            self.outbox.deadline(),
            self.reload_deadline(),
            self.upgrade_deadline(),
            self.status_deadline(),
            self.stop_deadline(),
            self.service.deadline(),
            self.renewals.deadline(),
            self.next_alive,
            clients,
        ]
        .into_iter()
        .flatten()
        .chain(liveness)
        .chain(words)
        .chain(restarts)
        .min()
        .map(|at| at.saturating_duration_since(now))
    }

    pub(super) fn tick(&mut self, now: Instant) {
        self.check_liveness(now);
        self.tell_alive(now);
        self.advance_commands(now);
        self.advance_programs(now);
        self.advance_mail(now);
        self.restart_due(now);
        self.check_service(now);
        self.check_reload(now);
        self.check_upgrade(now);
        self.check_renewals(now);
        self.finish_polls(now);
        self.check_handover(now);
        self.control.expire(now, &self.epoll);
        self.advance_stop(now);
        self.prove_alive(now);
        self.give_back(now);
    }

    /// A host full of instances says much about each that changes. Nothing wakes up for this: a
    /// word to the worker is due twice a second.
    fn give_back(&mut self, now: Instant) {
        let mut workers = self.slots.iter_mut().filter_map(|it| it.worker.as_mut());
        if workers.any(|worker| worker.calm_at.take_if(|at| *at <= now).is_some()) {
            // A refusal costs memory and nothing else.
            let _ = sys::memory::give_back(false);
        }
    }

    fn advance_commands(&mut self, now: Instant) {
        let starter = Starter {
            users: &self.users,
            guarded: self.current.guards_scripts(),
            epoll: &self.epoll,
        };
        let reports = self.scripts.advance(now, &starter);
        let mut warnings = self.notifications.advance(now, &starter);
        warnings.extend(self.readers.advance(now, &starter));
        self.script_reports(reports);
        for warning in warnings {
            self.journal.warning(&warning);
        }
    }

    /// At the start and after every reload, with the FIFOs in place.
    pub(super) fn take_up_readers(&mut self) {
        let wanted = wanted(&self.current);
        self.readers.set(wanted, Instant::now());
    }

    /// Before a configuration is taken up.
    pub(super) fn make_fifos(&mut self, loaded: &Loaded) {
        let starter = Starter {
            users: &self.users,
            guarded: self.current.guards_scripts(),
            epoll: &self.epoll,
        };
        for warning in self.readers.make_fifos(&wanted(loaded), &starter) {
            self.journal.warning(&warning);
        }
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

/// Who reads which FIFO.
fn wanted(loaded: &Loaded) -> Vec<Wanted> {
    let mut all: Vec<Wanted> = Vec::new();
    let Some(half) = &loaded.keepalived else {
        return all;
    };
    let global = &half.parsed.config.global;
    for (path, command) in global.fifo_readers() {
        let user = command.user.as_ref().or(global.script_user.as_ref());
        let group = user.and_then(|user| user.group.as_ref());
        let wanted = Wanted {
            path: path.to_owned(),
            command: Command {
                argv: command.argv.value.clone(),
                user: user.map(|user| user.user.value.clone()),
                group: group.map(|group| group.value.clone()),
            },
        };
        if !all.contains(&wanted) {
            all.push(wanted);
        }
    }
    all
}
