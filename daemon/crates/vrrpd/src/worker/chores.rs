//! When the loop wakes up, and what it looks after then.
//!
//! A host may have an instance of every router id, and adverts of all of them in each interval. So
//! what looks at every instance is done when something has happened or when it is due, and not for
//! each advert that says nothing new.

use ipc::FromWorker;
use ipc::message::{HEARTBEAT_RESTING, HEARTBEAT_SERVING};
use vrrp::Micros;

use super::{TIMER, Worker};
use crate::{WorkerError, clock};

/// The chores are done at least this often, whatever else happens.
const LONGEST_REST: Micros = 100_000;

impl Worker {
    /// Whether an event is one of the many: an advert, or the timer.
    pub(super) fn is_routine(&self, token: u64) -> bool {
        token == TIMER || self.sockets.by_token(token).is_some()
    }

    pub(super) fn arm(&mut self) -> Result<(), WorkerError> {
        if self.next_chores == 0 {
            self.next_chores = self.earliest_chore();
            self.note_service();
        }
        let next = self.node.next_deadline().unwrap_or(Micros::MAX);
        let next = next.min(self.next_chores).min(self.next_heartbeat);
        Ok(self.timer.arm(next)?)
    }

    /// Addresses come and go with what is no routine, so an advert need not ask for them.
    fn note_service(&mut self) {
        let mut all = self.running.values();
        let serves = all.any(|running| !running.held.is_empty());
        if std::mem::replace(&mut self.serves, serves) != serves {
            // The supervisor is to know at once how closely it must watch.
            self.next_heartbeat = 0;
        }
    }

    fn earliest_chore(&self) -> Micros {
        let chores = [
            self.next_link_change(),
            self.next_path_retry(),
            self.next_announcement(),
            self.next_question(),
            self.next_look_at_witnesses(),
            self.next_look(),
            self.reports_due,
        ];
        let latest = clock::monotonic() + LONGEST_REST;
        chores.into_iter().flatten().fold(latest, Micros::min)
    }

    pub(super) fn note_lateness(&mut self) {
        if let Some(due) = self.timer.take() {
            self.lateness.note(clock::monotonic().saturating_sub(due));
        }
    }

    pub(super) fn fire(&mut self) {
        let now = clock::monotonic();
        if self.node.next_deadline().is_some_and(|at| at <= now) {
            let effects = self.node.fire(now);
            self.execute(effects);
        }
        if now >= self.next_chores {
            self.next_chores = 0;
            self.do_chores(now);
        }
        if now >= self.next_heartbeat {
            self.beat(now);
        }
    }

    /// Often while there is something to lose.
    fn beat(&mut self, now: Micros) {
        let every = if self.serves {
            HEARTBEAT_SERVING
        } else {
            HEARTBEAT_RESTING
        };
        // A supervisor that does not read needs no more proof of life. But as long as it was not
        // told of a slower beat, it takes a slower beat for the end.
        if self.channel.backlog() == 0 {
            let every_ms = u32::try_from(every.as_millis()).unwrap_or(10);
            self.say(&FromWorker::Heartbeat { every_ms });
            self.promised_beat = every;
        }
        let next = self.promised_beat.min(every).as_micros();
        self.next_heartbeat = now + Micros::try_from(next).unwrap_or(10_000);
    }

    fn do_chores(&mut self, now: Micros) {
        self.announce_pending();
        self.ask_neighbours();
        self.look_for_conflicts();
        self.look_at_witnesses();
        self.retry_paths();
        if self.next_link_change().is_some_and(|at| at <= now) {
            self.reassess();
        }
        self.hear_reports(now);
        self.send_reports(now);
    }
}
