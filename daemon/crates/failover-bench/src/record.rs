//! What a run writes and a report reads.

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::pair::Pair;
use crate::profile::Profile;

/// One event of one round. Times in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub profile: Profile,
    pub event: Event,
    pub pair: Pair,
    pub round: u32,
    pub priorities: [u8; 2],
    pub seen: Seen,
}

/// What the client and the kernels of the nodes saw after the event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Longest time between two answers, less what the machine itself stood still in it.
    pub outage: f64,
    /// The client had no answer when the watching ended.
    pub dead_at_end: bool,
    /// From the event to the first answer of the node that should serve.
    pub take_over: Option<f64>,
    /// Time in which both nodes held the address.
    pub dual: f64,
    /// Both still held it when the watching ended.
    pub dual_at_end: bool,
    /// Moves of the address beyond those that the event asks for.
    pub extra_moves: usize,
    /// Longest time without an answer while a node that could be reached held the address.
    pub unreached: f64,
    /// With a virtual link address: whether the switch sends to the node that holds the VIP.
    pub port_right: Option<bool>,
    /// Longest time between two answers in the half second before the event.
    pub before: f64,
    /// Longest time that the machine stood still: not even an address that nothing happens to
    /// answered.
    pub stall: f64,
    pub watched: f64,
}

impl Seen {
    /// The client stayed dead for over three seconds although the address was there.
    pub fn black_hole(&self) -> bool {
        self.unreached > 3000.0
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failed {
    pub profile: Profile,
    pub event: Event,
    pub pair: Pair,
    pub round: u32,
    pub reason: String,
}

/// The machine and the programs; no names or paths of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    pub cores: usize,
    pub kernel: String,
    pub tandemd: String,
    pub keepalived: String,
    /// Rounds that ran at the same time.
    pub labs: usize,
    pub seed: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Results {
    pub machines: Vec<Machine>,
    pub records: Vec<Record>,
    pub failed: Vec<Failed>,
}

impl Results {
    pub fn merge(&mut self, other: Self) {
        for machine in other.machines {
            if !self.machines.contains(&machine) {
                self.machines.push(machine);
            }
        }
        self.records.extend(other.records);
        self.failed.extend(other.failed);
    }

    pub fn of(&self, profile: Profile, event: Event, pair: Pair) -> Vec<&Seen> {
        let wanted = |record: &&Record| {
            record.profile == profile && record.event == event && record.pair == pair
        };
        self.records
            .iter()
            .filter(wanted)
            .map(|record| &record.seen)
            .collect()
    }
}
