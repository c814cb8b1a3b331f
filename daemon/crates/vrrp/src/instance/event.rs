//! What goes into the state machine and what comes out.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::admit::Received;
use crate::timers::Micros;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum State {
    /// Created, not started.
    Init,
    Backup,
    Master,
    Fault,
}

impl State {
    pub fn label(self) -> &'static str {
        match self {
            State::Init => "INIT",
            State::Backup => "BACKUP",
            State::Master => "MASTER",
            State::Fault => "FAULT",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// Leave INIT.
    Start,
    /// A deadline may have passed.
    Timer,
    Advert(Received),
    /// Tracking gave another effective priority.
    Priority(u8),
    /// A reason for FAULT appeared.
    Fail,
    /// The last reason for FAULT went.
    Recover,
    /// Every member of the sync group wants to be master.
    Promote,
    /// A member of the sync group is no longer master.
    Demote,
    /// Let a peer take over first, then release. `patience` bounds the wait; afterwards the
    /// addresses go anyway. The instance stays a backup of lowest priority until it is
    /// reconfigured, or nobody else is master.
    Handover {
        patience: Micros,
    },
    /// Somebody who knows that nobody leads: a backup that has heard no other router since it started
    /// does not wait for its down timer. Any other instance takes no notice.
    Lead,
    /// Another host announced one of our addresses to the link, as a successor does.
    SuccessorAnnounced,
    /// Whether a witness must agree before silence makes a master ([`Action::AskWitness`]).
    Guard(bool),
    /// A witness answered.
    WitnessAgrees,
    /// Release everything at once and stay silent.
    Stop,
}

/// What must happen outside. The order matters and is kept by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    SendAdvert {
        priority: u8,
        copies: u8,
    },
    Acquire,
    Release,
    /// Gratuitous ARP or neighbour advertisements for every address, this many times.
    Announce {
        repeat: u8,
    },
    /// Nothing that is left of announcements follows any more, nor a question that teaches: the link
    /// is to hear the successor last.
    StopAnnouncing,
    Transition {
        from: State,
        to: State,
    },
    /// A master of lower priority was heard (`MASTER_RX_LOWER_PRI`).
    LowerPriorityHeard {
        source: IpAddr,
        priority: u8,
    },
    /// A member of a sync group has waited for its down timer and asks the group.
    WantsMaster,
    /// Nobody is heard any more: is it the master that is gone, or this host that is cut off? Asked
    /// again until a witness agrees or a master is heard.
    AskWitness,
}

/// A packet lost is a whole down timer lost, so farewells are said three times.
pub const FAREWELL_COPIES: u8 = 3;
