//! The running timers of an instance, each an absolute time or absent.

use serde::{Deserialize, Serialize};

use crate::timers::Micros;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadlines {
    /// MASTER: next advert.
    pub advert: Option<Micros>,
    /// BACKUP: the master is gone when this passes.
    pub down: Option<Micros>,
    /// BACKUP: adverts of lower priority are accepted until then.
    pub preempt: Option<Micros>,
    /// MASTER: second block of announcements, with its repeat count.
    pub announce: Option<(Micros, u8)>,
    /// MASTER: periodic announcements.
    pub refresh: Option<Micros>,
    /// MASTER that hands over: release anyway.
    pub patience: Option<Micros>,
    /// When a handover must be over; stands while a successor is heard.
    pub handover_until: Micros,
    /// MASTER whose successor was heard: release after its announcements had time to arrive.
    pub release: Option<Micros>,
    /// Owner that hears another owner: since when, and when last.
    pub rival: Option<(Micros, Micros)>,
    /// MASTER: no second answer to a lower priority before this (a flood must stay cheap).
    pub answer_again: Micros,
}

impl Deadlines {
    pub fn next(&self) -> Option<Micros> {
        [
            self.advert,
            self.down,
            self.announce.map(|(at, _)| at),
            self.refresh,
            self.patience,
            self.release,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    pub fn start_preempt_delay(&mut self, now: Micros, delay: Micros) {
        self.preempt = (delay > 0).then(|| now + delay);
    }
}

/// Whether a deadline has passed; it is cleared then.
pub fn take_due(slot: &mut Option<Micros>, now: Micros) -> bool {
    let due = slot.is_some_and(|at| at <= now);
    if due {
        *slot = None;
    }
    due
}
