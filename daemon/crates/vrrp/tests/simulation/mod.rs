//! A link with any number of VRRP nodes and a clock that only this file moves: packets are lost,
//! late, doubled; hosts stall, are cut off, and come back. What must hold at every moment is
//! watched all the time; the first violation is kept.
#![allow(dead_code)] // each test file uses its part

mod watch;
mod weather;

use std::net::{IpAddr, Ipv4Addr};

use vrrp::instance::{Action, Event, Instance, State};
use vrrp::{Announcements, Micros, Received, Settings, StartState, Version, timers};

pub use watch::Watch;
pub use weather::{FAIR, Random, Weather};

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
        deaf_owner: false,
        answer_lower: true,
        advert_before_yielding: true,
        grouped: false,
        announcements: Announcements::default(),
    }
}

#[derive(Debug, Clone)]
struct Packet {
    at: Micros,
    sequence: u64,
    to: usize,
    event: Event,
}

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
    pub watch: Watch,
    in_flight: Vec<Packet>,
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
            watch: Watch::new(1_000_000, count),
            in_flight: Vec::new(),
            sequence: 0,
        };
        for node in 0..count {
            world.event(node, Event::Start);
        }
        world
    }

    /// Something from outside happens to a node.
    pub fn event(&mut self, node: usize, event: Event) {
        self.watch.disturbed(self.now);
        self.step(node, event);
    }

    fn step(&mut self, node: usize, event: Event) {
        let before = self.nodes[node].state();
        let actions = self.nodes[node].step(event, self.now);
        self.apply(node, before, &actions);
    }

    pub fn reconfigure(&mut self, node: usize, settings: Settings) {
        self.watch.disturbed(self.now);
        let before = self.nodes[node].state();
        let actions = self.nodes[node].reconfigure(settings, self.now);
        self.apply(node, before, &actions);
    }

    /// A crash: state is lost; the address goes with it, as the supervisor removes it.
    pub fn crash(&mut self, node: usize) {
        self.watch.disturbed(self.now);
        self.nodes[node] = Instance::new(self.nodes[node].settings().clone());
        self.awake[node] = false;
        self.holds[node] = false;
        self.history.push((self.now, node, State::Init));
    }

    pub fn restart(&mut self, node: usize) {
        self.wake(node);
        if self.nodes[node].state() == State::Init {
            self.event(node, Event::Start);
        }
    }

    /// The clock of a host stands still until it is woken.
    pub fn stall(&mut self, node: usize) {
        self.watch.disturbed(self.now);
        self.awake[node] = false;
    }

    pub fn wake(&mut self, node: usize) {
        self.watch.disturbed(self.now);
        if !self.awake[node] {
            self.awake[node] = true;
            // Its last advert is as old as its sleep was long.
            self.watch.advertised(node, self.now);
        }
    }

    pub fn place(&mut self, node: usize, island: u32) {
        self.watch.disturbed(self.now);
        self.island[node] = island;
    }

    fn apply(&mut self, node: usize, before: State, actions: &[Action]) {
        self.watch
            .actions(self.now, node, before, actions, &self.nodes[node]);
        for action in actions {
            match *action {
                Action::SendAdvert { priority, copies } => {
                    for _ in 0..copies {
                        self.broadcast(node, priority);
                    }
                }
                Action::Acquire => {
                    self.demand(!self.holds[node], node, "acquires what it holds");
                    self.holds[node] = true;
                }
                Action::Release => {
                    self.demand(self.holds[node], node, "releases what it does not hold");
                    self.holds[node] = false;
                }
                Action::Announce { .. } => {
                    self.demand(self.holds[node], node, "announces what it does not hold");
                    self.last_announcer = Some(node);
                    self.carry(node, Event::SuccessorAnnounced);
                }
                Action::Transition { from, to } => {
                    self.demand(from != to, node, "changes to the state it is in");
                    self.history.push((self.now, node, to));
                }
                Action::LowerPriorityHeard { .. }
                | Action::WantsMaster
                | Action::AskWitness
                | Action::StopAnnouncing => {}
            }
        }
        let master = self.nodes[node].state() == State::Master;
        self.demand(
            self.holds[node] == master,
            node,
            "does not hold the address exactly while master",
        );
    }

    fn demand(&mut self, holds: bool, node: usize, otherwise: &str) {
        if !holds {
            self.watch
                .violated(self.now, || format!("node {node} {otherwise}"));
        }
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
                    self.watch.lost(self.now);
                    continue;
                }
                let at = self.now + 20 + self.random.below(self.weather.max_delay);
                if at > self.now + 20 + FAIR.max_delay || copies > 1 {
                    self.watch.disturbed(at);
                }
                self.sequence += 1;
                self.in_flight.push(Packet {
                    at,
                    sequence: self.sequence,
                    to,
                    event,
                });
            }
        }
    }

    /// Lets time pass, delivering and firing in order. Packets come before timers of the same
    /// moment, as in the process.
    pub fn run(&mut self, span: Micros) {
        let end = self.now + span;
        loop {
            let packet = (0..self.in_flight.len())
                .min_by_key(|at| (self.in_flight[*at].at, self.in_flight[*at].sequence));
            let packet_at = packet.map_or(Micros::MAX, |at| self.in_flight[at].at);
            let timer = (0..self.nodes.len())
                .filter(|node| self.awake[*node])
                .filter_map(|node| Some((self.nodes[node].next_deadline()?, node)))
                .min();
            let timer_at = timer.map_or(Micros::MAX, |(at, _)| at);
            let next = packet_at.min(timer_at);
            // What held until now must have held long enough before it changes.
            self.look(next.clamp(self.now, end));
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            if let Some(at) = packet.filter(|_| packet_at <= timer_at) {
                let packet = self.in_flight.swap_remove(at);
                if self.awake[packet.to] {
                    self.step(packet.to, packet.event);
                }
            } else if let Some((_, node)) = timer {
                self.step(node, Event::Timer);
            }
        }
        self.now = end;
    }

    fn look(&mut self, until: Micros) {
        self.watch
            .look(self.now, until, &self.nodes, &self.awake, &self.island);
    }

    pub fn masters(&self) -> Vec<usize> {
        (0..self.nodes.len())
            .filter(|node| self.nodes[*node].state() == State::Master)
            .collect()
    }

    /// The longest that an election may take here: the down timer of the slowest node.
    pub fn down_time(&self) -> Micros {
        watch::election_time(&self.nodes)
    }

    pub fn report(&self) -> String {
        let line = |(at, node, state): &(Micros, usize, State)| {
            format!("{at:>12} node {node} {}", state.label())
        };
        let mut lines: Vec<String> = self.history.iter().map(line).collect();
        lines.extend(
            self.watch
                .violation()
                .map(|text| format!("violated: {text}")),
        );
        lines.join("\n")
    }
}

/// Three adverts of the slowest and the longest skew.
pub fn longest_wait(interval: Micros) -> Micros {
    timers::master_down(Version::V3, 1, interval, 3)
}
