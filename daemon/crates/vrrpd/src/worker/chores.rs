//! When the loop wakes up, and what it looks after then.
//!
//! A host may have an instance of every router id, and adverts of all of them in each interval. So
//! what looks at every instance is done when something has happened or when it is due, and not for
//! each advert that says nothing new.

use ipc::FromWorker;
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
        }
        let next = self.node.next_deadline().unwrap_or(Micros::MAX);
        let next = next.min(self.next_chores).min(self.next_heartbeat);
        Ok(self.timer.arm(next)?)
    }

    fn earliest_chore(&self) -> Micros {
        let chores = [
            self.next_link_change(),
            self.next_path_retry(),
            self.next_announcement(),
            self.next_question(),
            self.next_look_at_witnesses(),
            self.next_look(),
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
            let interval = ipc::message::HEARTBEAT_INTERVAL.as_micros();
            self.next_heartbeat = now + Micros::try_from(interval).unwrap_or(10_000);
            // A supervisor that does not read needs no more proof of life.
            if self.channel.backlog() == 0 {
                self.say(&FromWorker::Heartbeat);
            }
        }
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
    }
}
