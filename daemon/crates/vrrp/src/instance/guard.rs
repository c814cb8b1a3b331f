//! A witness before mastership: silence may mean that the master is gone, or that this host is cut
//! off. Only in the first case somebody else, who was agreed upon, still answers.

use super::{Action, Instance, State};
use crate::timers::{Micros, SECOND};

/// A witness that does not answer is asked again after an advert interval, but no more often and
/// no less often than this.
const SOONEST: Micros = SECOND / 20;
const LATEST: Micros = SECOND;

impl Instance {
    pub(super) fn guard(&mut self, guarded: bool, now: Micros) {
        self.guarded = guarded;
        if !guarded && self.waits_for_witness {
            // Whoever waited for a witness that is no longer asked for goes on.
            self.waits_for_witness = false;
            self.deadlines.down = Some(now);
        }
    }

    /// A master that asks to be relieved is heard, so this host is not cut off.
    pub(super) fn must_ask(&self) -> bool {
        self.guarded && !self.asked
    }

    pub(super) fn ask_witness(&mut self, now: Micros, actions: &mut Vec<Action>) {
        self.cut_off |= std::mem::replace(&mut self.waits_for_witness, true);
        self.deadlines.down = Some(now + self.settings.interval.clamp(SOONEST, LATEST));
        actions.push(Action::AskWitness);
    }

    /// An answer that comes when nobody waits for it any more means nothing. One that comes after
    /// questions in vain says that this host is among others again: the master, which it could not
    /// hear, gets the time for an advert before the witness is asked anew.
    pub(super) fn witness_agrees(&mut self, now: Micros, actions: &mut Vec<Action>) {
        if !self.waits_for_witness || self.state != State::Backup {
            return;
        }
        if std::mem::take(&mut self.cut_off) {
            self.waits_for_witness = false;
            return self.listen(now);
        }
        self.take_over(now, actions);
    }
}
