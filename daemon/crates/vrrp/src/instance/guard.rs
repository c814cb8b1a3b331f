//! A witness before mastership: silence may mean that the master is gone, or that this host is cut
//! off. Only in the first case somebody else, who was agreed upon, still answers.

use serde::{Deserialize, Serialize};

use super::{Action, Instance, State};
use crate::timers::{Micros, SECOND};

/// A witness that does not answer is asked again after an advert interval, but no more often and
/// no less often than this.
const SOONEST: Micros = SECOND / 20;
const LATEST: Micros = SECOND;

/// How the question for a witness stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Witness {
    Unasked,
    Asked,
    /// It was asked in vain: this host is cut off.
    Silent,
}

impl Instance {
    pub(super) fn guard(&mut self, guarded: bool, now: Micros) {
        self.guarded = guarded;
        if !guarded && self.waits_for_witness() {
            // Whoever waited for a witness that is no longer asked for goes on.
            self.witness = Witness::Unasked;
            self.deadlines.down = Some(now);
        }
    }

    /// A master that asks to be relieved is heard, so this host is not cut off.
    pub(super) fn must_ask(&self) -> bool {
        self.guarded && !self.asked
    }

    pub(super) fn ask_witness(&mut self, now: Micros, actions: &mut Vec<Action>) {
        self.witness = match self.witness {
            Witness::Unasked => Witness::Asked,
            Witness::Asked | Witness::Silent => Witness::Silent,
        };
        self.deadlines.down = Some(now + self.settings.interval.clamp(SOONEST, LATEST));
        actions.push(Action::AskWitness);
    }

    /// An answer that comes when nobody waits for it any more means nothing. One that comes after
    /// questions in vain says that this host is among others again: the master, which it could not
    /// hear, gets the time for an advert before the witness is asked anew.
    pub(super) fn witness_agrees(&mut self, now: Micros, actions: &mut Vec<Action>) {
        if self.state != State::Backup {
            return;
        }
        match self.witness {
            Witness::Unasked => {}
            Witness::Asked => self.take_over(now, actions),
            Witness::Silent => {
                self.witness = Witness::Unasked;
                self.listen(now);
            }
        }
    }
}
