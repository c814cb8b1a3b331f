//! MASTER (RFC 9568 section 6.4.3).

use super::deadlines::take_due;
use super::{Action, Deadlines, Heard, Instance, State};
use crate::admit::Received;
use crate::timers::Micros;

/// A flood of adverts of lower priority is answered at most this often.
const ANSWER_GAP: Micros = 10_000;

impl Instance {
    pub(super) fn become_master(&mut self, now: Micros, actions: &mut Vec<Action>) {
        let asked = self.asked;
        self.deadlines = Deadlines::default();
        self.forget_master();
        // Whoever is master by everybody's silence is no longer the one that gave way.
        self.yielded = false;
        self.disputed = false;
        self.master_interval = self.settings.interval;
        let announcements = self.settings.announcements;
        self.deadlines.advert = Some(now + self.settings.interval);
        if announcements.delay > 0 {
            self.deadlines.announce = Some((now + announcements.delay, announcements.repeat));
        }
        if announcements.refresh > 0 {
            self.deadlines.refresh = Some(now + announcements.refresh);
        }
        let announce = Action::Announce {
            repeat: announcements.repeat,
        };
        if asked {
            // The old master serves until it hears us, so it must hear us last.
            actions.extend([Action::Acquire, announce]);
            self.advertise(actions);
        } else {
            self.advertise(actions);
            actions.extend([Action::Acquire, announce]);
        }
        self.transition(State::Master, actions);
    }

    pub(super) fn master_timer(&mut self, now: Micros, actions: &mut Vec<Action>) {
        let released = self.deadlines.release;
        if take_due(&mut self.deadlines.release, now) {
            // We slept: who came after us then may be gone by now, so say that we go.
            let overslept = released.is_some_and(|due| now - due > self.settings.interval);
            return if overslept {
                self.give_up_waiting(now, actions);
            } else {
                self.release_to_successor(now, actions);
            };
        }
        if take_due(&mut self.deadlines.patience, now) {
            return self.give_up_waiting(now, actions);
        }
        if let Some(due) = self.deadlines.advert.filter(|at| *at <= now) {
            self.advertise(actions);
            let next = due + self.settings.interval;
            // Keep the phase, but never send a burst to catch up after a stall.
            self.deadlines.advert = Some(if next > now {
                next
            } else {
                now + self.settings.interval
            });
        }
        if let Some((_, repeat)) = self.deadlines.announce.filter(|(at, _)| *at <= now) {
            self.deadlines.announce = None;
            actions.push(Action::Announce { repeat });
        }
        if take_due(&mut self.deadlines.refresh, now) {
            let announcements = self.settings.announcements;
            actions.push(Action::Announce {
                repeat: announcements.refresh_repeat,
            });
            self.deadlines.refresh =
                (announcements.refresh > 0).then(|| now + announcements.refresh);
        }
    }

    /// Whether the next advert may as well leave now: a 64th of the interval is less than what
    /// any receiver must bear of lateness. Never while a handover counts in milliseconds.
    pub(crate) fn may_advertise_early(&self, now: Micros) -> bool {
        let slack = self.settings.interval / 64;
        self.state == State::Master
            && !self.is_handing_over()
            && self.deadlines.advert.is_some_and(|at| at <= now + slack)
    }

    pub(super) fn master_hears(
        &mut self,
        advert: Received,
        now: Micros,
        actions: &mut Vec<Action>,
    ) {
        self.note_advert(&advert);
        self.heard = Some(Heard {
            source: advert.source,
            priority: advert.priority,
            at: now,
        });
        if advert.priority == 0 {
            self.counters.priority_zero_received += 1;
            if self.deadlines.release.is_some() {
                self.successor_lost(now, actions);
            } else if self.may_answer(now) {
                self.advertise(actions);
                self.deadlines.advert = Some(now + self.settings.interval);
            }
            return;
        }
        let ours = (self.effective_priority(), self.settings.address);
        let theirs = (advert.priority, advert.source);
        if theirs <= ours {
            if self.is_disputed_by(&advert, now) {
                self.disputed = true;
                self.yield_to(&advert, now, actions);
            } else {
                self.insist(&advert, now, actions);
            }
        } else if self.is_handing_over() {
            self.successor_heard(&advert, now, actions);
        } else {
            self.yield_to(&advert, now, actions);
        }
    }

    /// Another member of the sync group is no longer master.
    pub(super) fn demote(&mut self, now: Micros, actions: &mut Vec<Action>) {
        self.farewell(actions);
        self.fall_back(now, actions);
    }

    /// A master of lower priority: tell it and everybody who believed it.
    fn insist(&mut self, advert: &Received, now: Micros, actions: &mut Vec<Action>) {
        // A successor that hands over in turn must not take us, who are leaving, for the next one.
        let leaving = self.deadlines.release.is_some();
        if leaving || !self.may_answer(now) {
            return;
        }
        if self.settings.answer_lower {
            self.advertise(actions);
            self.deadlines.advert = Some(now + self.settings.interval);
        }
        self.announce_again(now, actions);
        actions.push(Action::LowerPriorityHeard {
            source: advert.source,
            priority: advert.priority,
        });
    }

    /// The announcements after a conflict; also asked for by the sync group.
    pub(crate) fn announce_again(&mut self, now: Micros, actions: &mut Vec<Action>) {
        let announcements = self.settings.announcements;
        if announcements.lower_repeat > 0 {
            actions.push(Action::Announce {
                repeat: announcements.lower_repeat,
            });
            if announcements.lower_delay > 0 {
                self.deadlines.announce =
                    Some((now + announcements.lower_delay, announcements.lower_repeat));
            }
        }
    }

    /// A better master. One advert before falling silent lets the winner know that clients may
    /// have learnt our address, so that it announces its own again: without it a healed
    /// partition leaves them talking to us for as long as their caches live.
    fn yield_to(&mut self, advert: &Received, now: Micros, actions: &mut Vec<Action>) {
        if self.settings.advert_before_yielding {
            self.advertise(actions);
        }
        actions.push(Action::Release);
        self.fall_back(now, actions);
        self.accept(advert, now);
    }

    fn may_answer(&mut self, now: Micros) -> bool {
        let may = now >= self.deadlines.answer_again;
        if may {
            self.deadlines.answer_again = now + ANSWER_GAP.min(self.settings.interval / 2);
        }
        may
    }
}
