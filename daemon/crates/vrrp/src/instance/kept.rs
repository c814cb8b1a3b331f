//! An instance's knowledge as a value that another process of the same host goes on with: whoever
//! takes it up is master where this one was, and its next advert is due when this one's was.

use serde::{Deserialize, Serialize};

use super::guard::Witness;
use super::{Deadlines, Heard, Instance, State};
use crate::error::Counters;
use crate::timers::Micros;

/// Everything but the settings, which the other process has from the same text. Times are those of
/// the machine's monotonic clock, which all of its processes share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools)] // the instance's own facts
pub struct Kept {
    state: State,
    tracked: u8,
    failed: bool,
    yielded: bool,
    asked: bool,
    wants_master: bool,
    guarded: bool,
    witness: Witness,
    announced: bool,
    disputed: bool,
    master_interval: Micros,
    heard: Option<Heard>,
    deadlines: Deadlines,
    counters: Counters,
}

impl Kept {
    pub fn state(&self) -> State {
        self.state
    }
}

impl Instance {
    pub fn keep(&self) -> Kept {
        Kept {
            state: self.state,
            tracked: self.tracked,
            failed: self.failed,
            yielded: self.yielded,
            asked: self.asked,
            wants_master: self.wants_master,
            guarded: self.guarded,
            witness: self.witness,
            announced: self.announced,
            disputed: self.disputed,
            master_interval: self.master_interval,
            heard: self.heard,
            deadlines: self.deadlines.clone(),
            counters: self.counters.clone(),
        }
    }

    /// Takes the place of the instance that this was kept of.
    pub fn go_on(&mut self, kept: Kept) {
        self.state = kept.state;
        self.tracked = kept.tracked;
        self.failed = kept.failed;
        self.yielded = kept.yielded;
        self.asked = kept.asked;
        self.wants_master = kept.wants_master;
        self.guarded = kept.guarded;
        self.witness = kept.witness;
        self.announced = kept.announced;
        self.disputed = kept.disputed;
        self.master_interval = kept.master_interval;
        self.heard = kept.heard;
        self.deadlines = kept.deadlines;
        self.counters = kept.counters;
    }
}
