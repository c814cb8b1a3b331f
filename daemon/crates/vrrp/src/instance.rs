//! One virtual router's state machine (RFC 9568 section 6.4) as a pure function: an event and
//! the time go in, actions come out, deadlines are asked for with [`Instance::next_deadline`].

mod backup;
mod deadlines;
mod event;
mod guard;
mod handover;
mod kept;
mod master;
mod owner;
mod saying;
mod snapshot;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::error::Counters;
use crate::settings::{HANDOVER_PRIORITY, OWNER, Settings, StartState};
use crate::timers::{self, Micros};
use deadlines::Deadlines;
use guard::Witness;

pub use event::{Action, Event, FAREWELL_COPIES, State};
pub use kept::Kept;
pub use snapshot::Snapshot;

/// Whom we heard last, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub source: IpAddr,
    pub priority: u8,
    pub at: Micros,
}

#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // independent facts beside the RFC's states
pub struct Instance {
    settings: Settings,
    state: State,
    /// After tracking, before a handover lowers it.
    tracked: u8,
    failed: bool,
    /// Gave mastership away on purpose and must not take it back by priority.
    yielded: bool,
    /// A master asked us to take over; its further adverts no longer hold us back.
    asked: bool,
    wants_master: bool,
    /// A witness must agree before silence makes a master.
    guarded: bool,
    witness: Witness,
    /// The successor of a handover has told the link of its addresses.
    announced: bool,
    /// Another owner did not give way: we are no owner until it is gone.
    disputed: bool,
    master_interval: Micros,
    heard: Option<Heard>,
    deadlines: Deadlines,
    pub counters: Counters,
}

impl Instance {
    pub fn new(settings: Settings) -> Self {
        Instance {
            state: State::Init,
            tracked: settings.priority,
            failed: false,
            yielded: false,
            asked: false,
            wants_master: false,
            guarded: false,
            witness: Witness::Unasked,
            announced: false,
            disputed: false,
            master_interval: settings.interval,
            heard: None,
            deadlines: Deadlines::default(),
            counters: Counters::default(),
            settings,
        }
    }

    pub fn state(&self) -> State {
        self.state
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The last advert of another router.
    pub fn heard(&self) -> Option<Heard> {
        self.heard
    }

    /// What our adverts say and what others' are compared with.
    pub fn effective_priority(&self) -> u8 {
        if self.yielded {
            HANDOVER_PRIORITY
        } else if self.disputed {
            self.tracked.min(OWNER - 1)
        } else {
            self.tracked
        }
    }

    pub fn yielded(&self) -> bool {
        self.yielded
    }

    /// Master that waits for its successor.
    pub fn is_handing_over(&self) -> bool {
        self.deadlines.patience.is_some() || self.deadlines.release.is_some()
    }

    /// It is only waited for that the link follows the successor.
    pub fn has_heard_successor(&self) -> bool {
        self.deadlines.release.is_some()
    }

    /// Would be master if a witness agreed.
    pub fn waits_for_witness(&self) -> bool {
        self.witness != Witness::Unasked
    }

    pub fn wants_master(&self) -> bool {
        self.wants_master
    }

    /// When [`Event::Timer`] is due next.
    pub fn next_deadline(&self) -> Option<Micros> {
        self.deadlines.next()
    }

    pub fn step(&mut self, event: Event, now: Micros) -> Vec<Action> {
        let mut actions = Vec::new();
        match (self.state, event) {
            (State::Init, Event::Start) => self.start(now, &mut actions),
            (_, Event::Fail) => self.fail(now, &mut actions),
            (_, Event::Recover) => self.recover(now, &mut actions),
            (_, Event::Priority(value)) => self.change_priority(value, now, &mut actions),
            (_, Event::Stop) => self.stop(now, &mut actions),
            (_, Event::Handover { patience }) => self.begin_handover(patience, now, &mut actions),
            (State::Backup, Event::Advert(advert)) => self.backup_hears(advert, now, &mut actions),
            (State::Backup, Event::Lead) => self.lead(now),
            (State::Backup, Event::Timer) => self.backup_timer(now, &mut actions),
            (_, Event::Guard(guarded)) => self.guard(guarded, now),
            (State::Backup, Event::WitnessAgrees) => self.witness_agrees(now, &mut actions),
            (State::Backup, Event::Promote) => self.become_master(now, &mut actions),
            (State::Master, Event::Advert(_)) if self.settings.deaf_owner => {}
            (State::Master, Event::Advert(advert)) => self.master_hears(advert, now, &mut actions),
            (State::Master, Event::Timer) => self.master_timer(now, &mut actions),
            (State::Master, Event::SuccessorAnnounced) => self.successor_announced(now),
            (State::Master, Event::Demote) => self.demote(now, &mut actions),
            _ => {}
        }
        self.count(&actions);
        actions
    }

    /// New settings under a running instance: state and timers stay. The caller recreates the
    /// instance when its router id, interface, family or version changes.
    pub fn reconfigure(&mut self, settings: Settings, now: Micros) -> Vec<Action> {
        let mut actions = Vec::new();
        let old_down = self.down_interval();
        // Whoever lets go already must not attract anybody any more.
        let speaks = self.state == State::Master && self.deadlines.release.is_none();
        let changed = self.settings != settings;
        if self.settings.interval != settings.interval && self.state != State::Backup {
            self.master_interval = settings.interval;
        }
        self.settings = settings;
        self.yielded &= self.is_handing_over();
        self.move_down_deadline(old_down, now);
        if speaks && changed {
            self.advertise(&mut actions);
            self.deadlines.advert = Some(now + self.settings.interval);
        }
        self.count(&actions);
        actions
    }

    fn start(&mut self, now: Micros, actions: &mut Vec<Action>) {
        if self.failed {
            return self.transition(State::Fault, actions);
        }
        self.deadlines
            .start_preempt_delay(now, self.settings.preempt_delay);
        let owner = self.tracked == OWNER && self.settings.start == StartState::Master;
        self.transition(State::Backup, actions);
        if owner && !self.settings.grouped && !self.guarded {
            self.become_master(now, actions);
        } else {
            self.deadlines.down = Some(now + self.settings.startup_delay + self.down_interval());
        }
    }

    fn fail(&mut self, _now: Micros, actions: &mut Vec<Action>) {
        self.failed = true;
        match self.state {
            State::Init | State::Fault => {}
            State::Backup => {
                self.deadlines = Deadlines::default();
                self.forget_master();
                self.transition(State::Fault, actions);
            }
            State::Master => {
                self.farewell(actions);
                self.transition(State::Fault, actions);
            }
        }
    }

    fn recover(&mut self, now: Micros, actions: &mut Vec<Action>) {
        self.failed = false;
        if self.state == State::Fault {
            self.transition(State::Backup, actions);
            self.master_interval = self.settings.interval;
            self.deadlines
                .start_preempt_delay(now, self.settings.preempt_delay);
            self.deadlines.down = Some(now + self.down_interval());
        }
    }

    fn change_priority(&mut self, value: u8, now: Micros, actions: &mut Vec<Action>) {
        if value == self.tracked {
            return;
        }
        let old_down = self.down_interval();
        self.tracked = value;
        self.move_down_deadline(old_down, now);
        if self.state == State::Master && !self.yielded {
            self.advertise(actions);
            self.deadlines.advert = Some(now + self.settings.interval);
        }
    }

    fn stop(&mut self, _now: Micros, actions: &mut Vec<Action>) {
        if self.state == State::Master {
            self.farewell(actions);
        }
        self.deadlines = Deadlines::default();
        if self.state != State::Init {
            self.transition(State::Init, actions);
        }
    }

    /// The down timer as RFC 9568 section 6.1 has it.
    fn down_interval(&self) -> Micros {
        timers::master_down(
            self.settings.version,
            self.effective_priority(),
            self.master_interval,
            self.settings.down_adverts,
        )
    }

    /// A priority that changes while waiting moves the running deadline by the difference.
    fn move_down_deadline(&mut self, old_interval: Micros, now: Micros) {
        let new_interval = self.down_interval();
        if let Some(down) = self.deadlines.down {
            self.deadlines.down = Some((down + new_interval).saturating_sub(old_interval).max(now));
        }
    }

    fn forget_master(&mut self) {
        self.asked = false;
        self.wants_master = false;
        self.witness = Witness::Unasked;
        self.announced = false;
    }

    fn transition(&mut self, to: State, actions: &mut Vec<Action>) {
        actions.push(Action::Transition {
            from: self.state,
            to,
        });
        self.state = to;
    }
}
