//! When the loop wakes up, and what it looks after then.
//!
//! A host may have an instance of every router id, and adverts of all of them in each interval. So
//! what looks at every instance is done when something has happened or when it is due, and not for
//! each advert that says nothing new.

use std::time::Duration;

use ipc::pulse::{RESTING, SERVING};
use sys::epoll::Events;
use vrrp::Micros;

use super::{CHANNEL, TIMER, Worker};
use crate::{WorkerError, clock};

/// The chores are done at least this often, whatever else happens.
const LONGEST_REST: Micros = 1_000_000;

/// Adverts of so many instances come in bunches.
const CROWD: usize = 16;
/// A bunch may take this share of the shortest advert interval: silence of three intervals is
/// noticed that much later at most, and so is a goodbye.
const SHARE: Micros = 20;
/// However seldom adverts are sent.
const LONGEST_GATHERING: Micros = 5_000;

impl Worker {
    /// Whether an event is one of the many: an advert, an answer, the timer, or a word of the
    /// supervisor, which may be no more than that it lives.
    pub(super) fn is_routine(&self, token: u64) -> bool {
        matches!(token, TIMER | CHANNEL)
            || self.is_advert(token)
            || self.claims.iter().any(|it| it.is(token))
    }

    pub(super) fn is_advert(&self, token: u64) -> bool {
        self.sockets.by_token(token).is_some()
    }

    /// A master of many instances sends one advert right behind the other. Waking up for each of
    /// them costs far more than taking it, so after the first one the others get a moment, unless
    /// something of our own is due or somebody has something else to say.
    pub(super) fn gather(&self) {
        if self.gathering == 0 || self.next_chores == 0 || !self.channel_open {
            return;
        }
        let now = clock::monotonic();
        let due = self.next_due().min(now + self.gathering);
        let Some(wait @ 1..) = due.checked_sub(now) else {
            return;
        };
        let mut others = Events::with_capacity(1);
        // An interruption only makes the bunch smaller.
        let _ = self
            .others
            .wait(&mut others, Some(Duration::from_micros(wait)));
    }

    /// How long a bunch may take; none where adverts are few.
    fn bunch(&self) -> Micros {
        if self.running.len() < CROWD {
            return 0;
        }
        let intervals = self.running.values().map(|it| it.plan.settings.interval);
        let shortest = intervals.min().unwrap_or(0);
        (shortest / SHARE).min(LONGEST_GATHERING)
    }

    pub(super) fn arm(&mut self) -> Result<(), WorkerError> {
        if self.next_chores == 0 {
            self.note_service();
            self.gathering = self.bunch();
            self.next_chores = self.earliest_chore();
        }
        let next = self.next_due();
        Ok(self.timer.arm(next, self.woken)?)
    }

    fn next_due(&self) -> Micros {
        let routine = [
            self.node.next_deadline().unwrap_or(Micros::MAX),
            self.next_beat(),
            self.rounds.next(),
            self.next_reports,
            self.reports_due.unwrap_or(Micros::MAX),
            self.next_report(),
        ];
        routine.into_iter().fold(self.next_chores, Micros::min)
    }

    /// Addresses come and go with what is no routine, so an advert need not ask for them.
    fn note_service(&mut self) {
        let mut all = self.running.values();
        let serves = all.any(|running| !running.held.is_empty());
        let mut all = self.running.values();
        let noted = all.any(|it| it.conflict.is_some() || it.difference.is_some());
        self.rounds.wanted = serves || noted;
        if std::mem::replace(&mut self.serves, serves) != serves {
            // The supervisor is to watch as closely as it must at once.
            self.last_beat = 0;
            self.beat(clock::monotonic());
        }
    }

    fn earliest_chore(&self) -> Micros {
        let chores = [
            self.next_link_change(),
            self.next_path_retry(),
            self.next_announcement(),
            self.next_question(),
            self.moving.next(),
            self.next_look_at_witnesses(),
            self.trim_at,
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
        self.look_around(now);
        self.hear_reports(now);
        self.send_reports(now);
        self.beat(now);
    }

    /// Often while there is something to lose, and along with other work where there is some.
    pub(super) fn beat(&mut self, now: Micros) {
        let rhythm = if self.serves { SERVING } else { RESTING };
        if let Some(pulse) = &self.pulse
            && now >= self.last_beat + micros(rhythm.every)
        {
            // A timer that cannot be set runs out, and the supervisor takes a look.
            let _ = pulse.beat(rhythm.patience);
            self.last_beat = now;
        }
    }

    fn next_beat(&self) -> Micros {
        let rhythm = if self.serves { SERVING } else { RESTING };
        match self.pulse {
            Some(_) => self.last_beat + micros(rhythm.latest),
            None => Micros::MAX,
        }
    }

    fn do_chores(&mut self, now: Micros) {
        self.announce_pending();
        self.ask_neighbours();
        self.look_at_witnesses();
        self.retry_paths();
        self.end_moving(now);
        if self.trim_at.take_if(|at| *at <= now).is_some() {
            // A host full of instances said much about each; a refusal costs memory and nothing else.
            let _ = sys::memory::trim(self.hardening.memory_locked);
        }
        if self.next_link_change().is_some_and(|at| at <= now) {
            self.reassess();
        }
    }
}

fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX)
}
