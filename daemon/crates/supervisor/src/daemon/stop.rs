//! Stopping: the VRRP process first, so that the peer serves before this proxy ends; then the
//! proxy, which lets its connections end for a while.

use std::time::{Duration, Instant};

use ipc::ToWorker;

use super::{Daemon, OK};
use crate::worker::{Kind, Rank, Worker};

/// What the VRRP process may take to hand over and say goodbye.
const VRRP_PATIENCE: Duration = Duration::from_secs(3);
/// How long connections may go on unless `hard-stop-after` says otherwise.
const DRAIN: Duration = Duration::from_secs(5);
/// Beyond a deadline given to a worker, before it is killed.
const RESERVE: Duration = Duration::from_secs(1);
/// For notify commands and mails of the last transition.
const NOTIFY_PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Vrrp,
    Proxy,
    Notify,
}

/// A stop that is under way.
pub(super) struct Stopping {
    phase: Phase,
    /// When the process of this phase is killed.
    deadline: Instant,
    /// Without waiting for connections.
    fast: bool,
    status: i32,
}

impl Daemon {
    /// Begins to stop; a second call stops waiting for connections.
    pub(super) fn begin_stop(&mut self, fast: bool) {
        if let Some(stopping) = &mut self.stopping {
            let again = !stopping.fast;
            stopping.fast = true;
            if again && stopping.phase == Phase::Proxy {
                self.journal
                    .notice("asked again: connections are closed now");
                self.enter(Phase::Proxy);
            }
            return;
        }
        self.fail_upgrade("the daemon is stopping");
        self.journal.notice("stopping");
        self.manager.stopping();
        self.exit_after_stop(OK);
        if let Some(stopping) = &mut self.stopping {
            stopping.fast = fast;
        }
    }

    /// Stops everything and ends with this status.
    pub(super) fn exit_after_stop(&mut self, status: i32) {
        if self.stopping.is_some() {
            return;
        }
        for slot in &mut self.slots {
            slot.restart_at = None;
        }
        self.stopping = Some(Stopping {
            phase: Phase::Vrrp,
            deadline: Instant::now(),
            fast: status != OK,
            status,
        });
        self.enter(Phase::Vrrp);
        self.advance_stop(Instant::now());
    }

    fn enter(&mut self, phase: Phase) {
        if phase == Phase::Notify {
            // Connections have ended, or their time has.
            let lingering = std::mem::take(&mut self.lingering);
            self.take_away(&lingering);
        }
        let drain = self.drain();
        let Some(stopping) = &mut self.stopping else {
            return;
        };
        stopping.phase = phase;
        if phase == Phase::Notify {
            // The VRRP process has written its last line.
            self.readers.finish(Instant::now());
        }
        let patience = match phase {
            Phase::Vrrp => VRRP_PATIENCE,
            Phase::Proxy if stopping.fast => Duration::ZERO,
            Phase::Proxy => drain,
            Phase::Notify => NOTIFY_PATIENCE,
        };
        stopping.deadline = Instant::now() + patience + RESERVE;
        let deadline_ms = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        let message = ToWorker::Stop { deadline_ms };
        match phase {
            Phase::Vrrp => self.tell(Kind::Vrrp, &message),
            Phase::Proxy => {
                self.tell_ranked(Kind::Proxy, Rank::Heir, &message);
                self.tell_ranked(Kind::Proxy, Rank::Leaver, &message);
                self.tell(Kind::Proxy, &message)
            }
            Phase::Notify => true,
        };
    }

    fn drain(&self) -> Duration {
        let half = self.current.haproxy.as_ref();
        half.and_then(|half| half.parsed.config.global.hard_stop_after.as_ref())
            .map_or(DRAIN, |limit| limit.value)
    }

    /// Goes on when the process of a phase has ended; kills it when it does not.
    pub(super) fn advance_stop(&mut self, now: Instant) {
        loop {
            let Some(stopping) = &self.stopping else {
                return;
            };
            let (phase, deadline, status) = (stopping.phase, stopping.deadline, stopping.status);
            let kind = match phase {
                Phase::Vrrp => Kind::Vrrp,
                Phase::Proxy => Kind::Proxy,
                Phase::Notify => {
                    let busy = self.notifications.is_busy()
                        || self.outbox.is_busy()
                        || self.readers.is_leaving();
                    if !busy || now >= deadline {
                        self.exit = Some(status);
                    }
                    return;
                }
            };
            let alive = self
                .slot(kind)
                .is_some_and(|slot| slot.worker.is_some() || slot.leaver.is_some());
            if alive {
                if now >= deadline {
                    self.kill_late(kind, now);
                }
                return;
            }
            self.enter(match phase {
                Phase::Vrrp => Phase::Proxy,
                Phase::Proxy | Phase::Notify => Phase::Notify,
            });
        }
    }

    fn kill_late(&mut self, kind: Kind, now: Instant) {
        self.journal.error(&format!(
            "the {} process does not stop; it is killed",
            kind.name()
        ));
        if let Some(slot) = self.slot(kind) {
            let all = slot.worker.iter().chain(&slot.leaver);
            all.for_each(Worker::kill);
        }
        if let Some(stopping) = &mut self.stopping {
            stopping.deadline = now + RESERVE;
        }
    }

    pub(super) fn stop_deadline(&self) -> Option<Instant> {
        self.stopping.as_ref().map(|stopping| stopping.deadline)
    }
}
