//! Adverts and farewells, and what of it all is counted.

use super::deadlines::Deadlines;
use super::{Action, FAREWELL_COPIES, Instance};

impl Instance {
    pub(super) fn advertise(&self, actions: &mut Vec<Action>) {
        actions.push(Action::SendAdvert {
            priority: self.effective_priority(),
            copies: 1,
        });
    }

    /// A release always precedes silence: peers hear priority 0 before the addresses go.
    pub(super) fn farewell(&mut self, actions: &mut Vec<Action>) {
        actions.push(Action::SendAdvert {
            priority: 0,
            copies: FAREWELL_COPIES,
        });
        actions.push(Action::Release);
        self.deadlines = Deadlines::default();
        self.forget_master();
    }

    pub(super) fn count(&mut self, actions: &[Action]) {
        for action in actions {
            match *action {
                Action::SendAdvert {
                    priority: 0,
                    copies,
                } => {
                    self.counters.priority_zero_sent += u64::from(copies);
                }
                Action::SendAdvert { copies, .. } => {
                    self.counters.adverts_sent += u64::from(copies);
                }
                Action::Acquire => self.counters.became_master += 1,
                Action::Release => self.counters.released_master += 1,
                Action::LowerPriorityHeard { .. } => self.counters.lower_priority_heard += 1,
                _ => {}
            }
        }
    }
}
