//! BACKUP (RFC 9568 section 6.4.2).

use super::guard::Witness;
use super::{Action, Heard, Instance, State};
use crate::admit::Received;
use crate::packet::Version;
use crate::settings::HANDOVER_PRIORITY;
use crate::timers::{self, Micros};

impl Instance {
    pub(super) fn backup_hears(
        &mut self,
        advert: Received,
        now: Micros,
        actions: &mut Vec<Action>,
    ) {
        self.note_advert(&advert);
        let before = self.heard.replace(Heard {
            source: advert.source,
            priority: advert.priority,
            at: now,
        });
        if advert.priority == 0 {
            self.counters.priority_zero_received += 1;
            self.deadlines.down = Some(now + self.skew());
            return;
        }
        if asks_to_take_over(before, &advert) && self.tracked > HANDOVER_PRIORITY {
            self.take_up_request(now);
            return;
        }
        if self.holds_us_back(&advert, now) {
            self.accept(&advert, now);
        }
        let _ = actions;
    }

    /// The down timer passed: nobody is master any more.
    pub(super) fn backup_timer(&mut self, now: Micros, actions: &mut Vec<Action>) {
        let Some(due) = self.deadlines.down.filter(|at| *at <= now) else {
            return;
        };
        // We slept through the deadline: so may have the host of the master. Listen for one
        // advert more before taking over.
        if now - due > self.master_interval && !self.asked {
            return self.listen(now);
        }
        if self.must_ask() {
            return self.ask_witness(now, actions);
        }
        self.take_over(now, actions);
    }

    /// The down timer ends now, where it has been waited for nobody. A configured delay of the start is kept.
    pub(super) fn lead(&mut self, now: Micros) {
        let waits = self.heard.is_none() && self.settings.startup_delay == 0 && !self.yielded;
        if waits && self.witness == Witness::Unasked && self.deadlines.down.is_some() {
            self.deadlines.down = Some(now);
        }
    }

    /// Waits for one advert more.
    pub(super) fn listen(&mut self, now: Micros) {
        self.deadlines.down = Some(now + self.master_interval + self.skew());
    }

    fn skew(&self) -> Micros {
        timers::skew(
            self.settings.version,
            self.effective_priority(),
            self.master_interval,
        )
    }

    /// Alone in its own right: master, or as a member of a group, ready for it.
    pub(super) fn take_over(&mut self, now: Micros, actions: &mut Vec<Action>) {
        self.deadlines.down = None;
        self.witness = Witness::Unasked;
        if self.settings.grouped {
            self.wants_master = true;
            actions.push(Action::WantsMaster);
        } else {
            self.become_master(now, actions);
        }
    }

    /// Go to BACKUP with a full down timer.
    pub(super) fn fall_back(&mut self, now: Micros, actions: &mut Vec<Action>) {
        self.deadlines = super::Deadlines::default();
        self.forget_master();
        self.deadlines.down = Some(now + self.down_interval());
        self.transition(State::Backup, actions);
    }

    /// Remembers the master and waits another down timer for its next advert.
    pub(super) fn accept(&mut self, advert: &Received, now: Micros) {
        if self.settings.version == Version::V3 {
            // RFC 9568: the backup's timers follow the master's interval.
            self.master_interval = advert.interval;
        }
        self.asked = false;
        self.wants_master = false;
        self.witness = Witness::Unasked;
        self.deadlines.down = Some(now + self.down_interval());
    }

    pub(super) fn note_advert(&mut self, advert: &Received) {
        self.counters.adverts_received += 1;
        if advert.addresses_differ {
            self.counters.address_list_differs += 1;
        }
    }

    /// Higher and equal priorities do; lower ones only without preemption or during its delay.
    /// A lower one that does not leaves the running timer alone, so that we take over when it
    /// ends.
    fn holds_us_back(&mut self, advert: &Received, now: Micros) -> bool {
        if advert.priority >= self.effective_priority() {
            self.deadlines.preempt = None;
            return true;
        }
        if self.asked {
            return false;
        }
        if !self.settings.preempt {
            return true;
        }
        if self.settings.preempt_delay == 0 {
            return false;
        }
        let until = *self
            .deadlines
            .preempt
            .get_or_insert(now + self.settings.preempt_delay);
        now < until
    }

    /// The master gives itself away on purpose: take over now instead of waiting for silence,
    /// also without preemption, which is about coming back and not about being asked.
    fn take_up_request(&mut self, now: Micros) {
        self.asked = true;
        self.yielded = false;
        let soon = now + timers::handover_delay(self.effective_priority());
        self.deadlines.down = Some(self.deadlines.down.map_or(soon, |down| down.min(soon)));
    }
}

/// A master that falls to the lowest priority from one advert to the next hands over.
fn asks_to_take_over(before: Option<Heard>, advert: &Received) -> bool {
    advert.priority == HANDOVER_PRIORITY
        && before.is_some_and(|heard| {
            heard.source == advert.source && heard.priority > HANDOVER_PRIORITY
        })
}
