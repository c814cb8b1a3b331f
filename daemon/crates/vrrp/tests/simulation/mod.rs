//! A link with any number of VRRP nodes and a clock that only this file moves: packets are lost,
//! late, doubled; hosts stall, are cut off, and come back.
#![allow(dead_code)] // each test file uses its part

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use vrrp::instance::{Action, Event, Instance, State};
use vrrp::{Announcements, Micros, Received, Settings, StartState, Version, timers};

/// A small generator (xorshift64*), so that a seed says everything about a run.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound.max(1)
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

pub fn address(node: usize) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 77, 0, u8::try_from(node + 1).unwrap()))
}

pub fn settings(node: usize, priority: u8, interval: Micros) -> Settings {
    Settings {
        version: Version::V3,
        start: StartState::Backup,
        priority,
        interval,
        down_adverts: 3,
        preempt: true,
        preempt_delay: 0,
        startup_delay: 0,
        address: address(node),
        answer_lower: true,
        advert_before_yielding: true,
        grouped: false,
        announcements: Announcements::default(),
    }
}

#[derive(Debug, Clone)]
struct Packet {
    to: usize,
    event: Event,
}

/// What the network does to packets.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    pub loss_percent: u64,
    pub double_percent: u64,
    pub max_delay: Micros,
}

pub const FAIR: Weather = Weather {
    loss_percent: 0,
    double_percent: 0,
    max_delay: 200,
};

pub struct World {
    pub now: Micros,
    pub nodes: Vec<Instance>,
    /// Dead or stalled nodes do nothing.
    pub awake: Vec<bool>,
    /// Nodes of one number hear each other.
    pub island: Vec<u32>,
    pub weather: Weather,
    pub random: Random,
    pub holds: Vec<bool>,
    /// Every transition, for a failure's report.
    pub history: Vec<(Micros, usize, State)>,
    pub last_announcer: Option<usize>,
    in_flight: BTreeMap<(Micros, u64), Packet>,
    sequence: u64,
}

impl World {
    pub fn new(seed: u64, settings: Vec<Settings>) -> Self {
        let count = settings.len();
        let mut world = Self {
            now: 1_000_000,
            nodes: settings.into_iter().map(Instance::new).collect(),
            awake: vec![true; count],
            island: vec![0; count],
            weather: FAIR,
            random: Random::new(seed),
            holds: vec![false; count],
            history: Vec::new(),
            last_announcer: None,
            in_flight: BTreeMap::new(),
            sequence: 0,
        };
        for node in 0..count {
            world.event(node, Event::Start);
        }
        world
    }

    pub fn event(&mut self, node: usize, event: Event) {
        let actions = self.nodes[node].step(event, self.now);
        self.apply(node, &actions);
    }

    pub fn reconfigure(&mut self, node: usize, settings: Settings) {
        let actions = self.nodes[node].reconfigure(settings, self.now);
        self.apply(node, &actions);
    }

    /// A crash: state is lost, the kernel keeps the address until the node starts again.
    pub fn crash(&mut self, node: usize) {
        self.nodes[node] = Instance::new(self.nodes[node].settings().clone());
        self.awake[node] = false;
        self.holds[node] = false;
        self.history.push((self.now, node, State::Init));
    }

    pub fn restart(&mut self, node: usize) {
        self.awake[node] = true;
        if self.nodes[node].state() == State::Init {
            self.event(node, Event::Start);
        }
    }

    fn apply(&mut self, node: usize, actions: &[Action]) {
        for action in actions {
            match *action {
                Action::SendAdvert { priority, copies } => {
                    for _ in 0..copies {
                        self.broadcast(node, priority);
                    }
                }
                Action::Acquire => {
                    assert!(!self.holds[node], "node {node} acquires twice");
                    self.holds[node] = true;
                }
                Action::Release => {
                    assert!(
                        self.holds[node],
                        "node {node} releases what it does not hold"
                    );
                    self.holds[node] = false;
                }
                Action::Announce { .. } => {
                    assert!(
                        self.holds[node],
                        "node {node} announces what it does not hold"
                    );
                    self.last_announcer = Some(node);
                    self.carry(node, Event::SuccessorAnnounced);
                }
                Action::Transition { from, to } => {
                    assert_ne!(from, to, "node {node} changes to the state it is in");
                    self.history.push((self.now, node, to));
                }
                Action::LowerPriorityHeard { .. } | Action::WantsMaster => {}
            }
        }
        assert_eq!(
            self.holds[node],
            self.nodes[node].state() == State::Master,
            "node {node} holds the address exactly while master"
        );
    }

    fn broadcast(&mut self, from: usize, priority: u8) {
        let advert = Received {
            source: address(from),
            priority,
            interval: self.nodes[from].settings().interval,
            addresses_differ: false,
        };
        self.carry(from, Event::Advert(advert));
    }

    /// Brings something to everybody else on the island, as the weather has it.
    fn carry(&mut self, from: usize, event: Event) {
        for to in 0..self.nodes.len() {
            if to == from || self.island[to] != self.island[from] {
                continue;
            }
            let copies = 1 + u64::from(self.random.chance(self.weather.double_percent));
            for _ in 0..copies {
                if self.random.chance(self.weather.loss_percent) {
                    continue;
                }
                let at = self.now + 20 + self.random.below(self.weather.max_delay);
                self.sequence += 1;
                self.in_flight
                    .insert((at, self.sequence), Packet { to, event });
            }
        }
    }

    /// Lets time pass, delivering and firing in order. Packets come before timers of the same
    /// moment, as in the process.
    pub fn run(&mut self, span: Micros) {
        let end = self.now + span;
        loop {
            let packet = self.in_flight.keys().next().copied();
            let timer = (0..self.nodes.len())
                .filter(|node| self.awake[*node])
                .filter_map(|node| Some((self.nodes[node].next_deadline()?, node)))
                .min();
            let packet_at = packet.map_or(Micros::MAX, |(at, _)| at);
            let timer_at = timer.map_or(Micros::MAX, |(at, _)| at);
            if packet_at.min(timer_at) > end {
                break;
            }
            if packet_at <= timer_at {
                self.now = self.now.max(packet_at);
                let key = packet.unwrap();
                let packet = self.in_flight.remove(&key).unwrap();
                if self.awake[packet.to] {
                    self.event(packet.to, packet.event);
                }
            } else {
                self.now = self.now.max(timer_at);
                self.event(timer.unwrap().1, Event::Timer);
            }
        }
        self.now = end;
    }

    pub fn masters(&self) -> Vec<usize> {
        (0..self.nodes.len())
            .filter(|node| self.nodes[*node].state() == State::Master)
            .collect()
    }

    /// The longest that an election may take here: the down timer of the slowest node.
    pub fn down_time(&self) -> Micros {
        let slowest = self
            .nodes
            .iter()
            .map(|node| node.settings().interval)
            .max()
            .unwrap_or(0);
        timers::master_down(Version::V3, 1, slowest, 3)
    }

    pub fn report(&self) -> String {
        let line = |(at, node, state): &(Micros, usize, State)| {
            format!("{at:>12} node {node} {}", state.label())
        };
        self.history.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}
