//! A planned change of master: the peer takes over first, the old master releases after.
//!
//! The master advertises priority 1. A backup that runs this code takes that as a request and
//! takes over within milliseconds; any other VRRP router preempts when its down timer ends,
//! while the old master still serves. Only when nobody has come until `patience` ends are the
//! addresses released with a priority-0 advert.

use super::{Action, Instance, State};
use crate::admit::Received;
use crate::timers::Micros;

/// RFC 9568 has the successor advertise before it adds and announces its addresses, so its advert
/// alone does not mean that it is reached. This is how long its announcement may take.
const ANNOUNCEMENT_WAIT: Micros = 250_000;

/// From its first announcement to the last of several addresses.
const ANNOUNCEMENT_SPREAD: Micros = 2_000;

impl Instance {
    pub(super) fn begin_handover(
        &mut self,
        patience: Micros,
        now: Micros,
        actions: &mut Vec<Action>,
    ) {
        match self.state {
            State::Master if self.deadlines.release.is_some() => {}
            State::Master => {
                let again = self.yielded;
                self.yielded = true;
                self.announced = false;
                let until = now + patience;
                let bound = self.deadlines.patience.map_or(until, |old| old.min(until));
                self.deadlines.patience = Some(bound);
                self.deadlines.handover_until = bound;
                self.stop_announcing(actions);
                if !again {
                    self.advertise(actions);
                    self.deadlines.advert = Some(now + self.settings.interval);
                }
            }
            State::Backup => {
                let old_down = self.down_interval();
                self.yielded = true;
                self.asked = false;
                self.move_down_deadline(old_down, now);
            }
            State::Init | State::Fault => self.yielded = true,
        }
    }

    /// How long a handover at most takes with a peer that knows only the RFC: its down timer
    /// and an interval for the advert that may be lost.
    pub fn handover_patience(&self) -> Micros {
        let adverts = u64::from(self.settings.down_adverts) + 2;
        adverts * self.settings.interval
            + crate::timers::SECOND / 10
            + crate::timers::skew(self.settings.version, 1, self.settings.interval)
    }

    pub(super) fn successor_heard(
        &mut self,
        advert: &Received,
        now: Micros,
        actions: &mut Vec<Action>,
    ) {
        if self.deadlines.release.is_none() {
            self.deadlines.patience = None;
            // Silent from now on: an advert of ours would only make it announce once more.
            self.deadlines.advert = None;
            self.stop_announcing(actions);
            let wait = if self.announced {
                ANNOUNCEMENT_SPREAD
            } else {
                ANNOUNCEMENT_WAIT
            };
            self.deadlines.release = Some(now + wait);
        }
        if self.settings.version == crate::packet::Version::V3 {
            self.master_interval = advert.interval;
        }
    }

    /// The successor gave up before we let go: wait for another one, still serving. Whoever learnt
    /// its address learns ours again.
    pub(super) fn successor_lost(&mut self, now: Micros, actions: &mut Vec<Action>) {
        self.announced = false;
        self.deadlines.release = None;
        if now >= self.deadlines.handover_until {
            return self.give_up_waiting(now, actions);
        }
        self.deadlines.patience = Some(self.deadlines.handover_until);
        self.advertise(actions);
        self.deadlines.advert = Some(now + self.settings.interval);
        let repeat = self.settings.announcements.repeat;
        actions.push(Action::Announce { repeat });
    }

    /// A successor that is asked announces before it advertises: an announcement of ours that comes
    /// after its own would turn the link back to us, who are about to leave.
    fn stop_announcing(&mut self, actions: &mut Vec<Action>) {
        self.deadlines.announce = None;
        self.deadlines.refresh = None;
        actions.push(Action::StopAnnouncing);
    }

    pub(super) fn successor_announced(&mut self, now: Micros) {
        if !self.is_handing_over() {
            return;
        }
        self.announced = true;
        let soon = now + ANNOUNCEMENT_SPREAD;
        self.deadlines.release = self.deadlines.release.map(|at| at.min(soon));
    }

    pub(super) fn release_to_successor(&mut self, now: Micros, actions: &mut Vec<Action>) {
        actions.push(Action::Release);
        self.fall_back(now, actions);
    }

    /// Nobody took over: release all the same, and wait like any backup of lowest priority.
    pub(super) fn give_up_waiting(&mut self, now: Micros, actions: &mut Vec<Action>) {
        self.farewell(actions);
        self.fall_back(now, actions);
    }
}
