//! An instance's state as a value that can be compared: two instances of equal settings and
//! snapshots do the same from then on. A model checker tells by it where it has been.

use std::net::IpAddr;

use super::guard::Witness;
use super::{Instance, State};
use crate::timers::Micros;

/// Counters and the time of the last advert are left out, since nothing depends on them. Times
/// are relative to now, and a deadline that passed longer ago than an interval is just that.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Snapshot {
    state: State,
    tracked: u8,
    flags: [bool; 7],
    witness: Witness,
    master_interval: Micros,
    heard: Option<(IpAddr, u8)>,
    deadlines: [Option<i64>; 7],
    announce_repeat: Option<u8>,
    rival: Option<(i64, i64)>,
    answer_again: Micros,
    handover_until: Micros,
}

impl Instance {
    pub fn snapshot(&self, now: Micros) -> Snapshot {
        let longest_ago = -self.master_interval.cast_signed() - 1;
        let relative = |at: Option<Micros>| {
            at.map(|at| (at.cast_signed() - now.cast_signed()).max(longest_ago))
        };
        let deadlines = &self.deadlines;
        Snapshot {
            state: self.state,
            tracked: self.tracked,
            flags: [
                self.failed,
                self.yielded,
                self.asked,
                self.wants_master,
                self.announced,
                self.disputed,
                self.guarded,
            ],
            witness: self.witness,
            master_interval: self.master_interval,
            heard: self.heard.map(|heard| (heard.source, heard.priority)),
            deadlines: [
                relative(deadlines.advert),
                relative(deadlines.down),
                relative(deadlines.preempt),
                relative(deadlines.announce.map(|(at, _)| at)),
                relative(deadlines.refresh),
                relative(deadlines.patience),
                relative(deadlines.release),
            ],
            rival: deadlines
                .rival
                .and_then(|(first, last)| Some((relative(Some(first))?, relative(Some(last))?))),
            announce_repeat: deadlines.announce.map(|(_, repeat)| repeat),
            answer_again: deadlines.answer_again.saturating_sub(now),
            handover_until: deadlines.handover_until.saturating_sub(now),
        }
    }
}
