//! Two nodes and the link between them with everything undecided: a packet may arrive now, later,
//! twice or never; a timer that is due may fire before or after it; hosts may crash, start, fall
//! asleep, fail, change priority, hand over, be cut off. Time goes in ticks of a quarter interval,
//! and a timer fires at the first tick at or after its deadline.

mod choice;
mod quiet;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use vrrp::instance::{Action, Event, Instance, State};
use vrrp::timers::SECOND;
use vrrp::{Announcements, Micros, Received, Settings};

use crate::simulation::{address, settings};
pub use choice::{Choice, Fate};

pub const INTERVAL: Micros = SECOND;
pub const TICK: Micros = INTERVAL / 4;

/// How long a handover waits for its successor here.
const PATIENCE: Micros = 2 * INTERVAL;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Packet {
    to: usize,
    /// Whether it has seen a tick: it may not see a second one.
    old: bool,
    what: Message,
}

/// An advert by its priority, or the announcement of the addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Message {
    Advert(u8),
    Announcement,
}

/// How much may still go wrong on a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Budget {
    pub fates: u8,
    pub losses: u8,
    pub doubles: u8,
}

#[derive(Debug, Clone)]
pub struct Pair {
    now: Micros,
    nodes: [Instance; 2],
    asleep: [bool; 2],
    cut: bool,
    packets: Vec<Packet>,
    pub budget: Budget,
    pub transitions: u32,
}

pub fn node(number: usize, priority: u8, preempt: bool) -> Settings {
    let announcements = Announcements {
        // The second block changes nobody's state.
        delay: 0,
        lower_delay: 0,
        ..Announcements::default()
    };
    Settings {
        preempt,
        announcements,
        ..settings(number, priority, INTERVAL)
    }
}

impl Pair {
    pub fn new(settings: [Settings; 2], budget: Budget) -> Result<Self, String> {
        let mut pair = Self {
            now: 100 * INTERVAL,
            nodes: settings.map(Instance::new),
            asleep: [false; 2],
            cut: false,
            packets: Vec::new(),
            budget,
            transitions: 0,
        };
        pair.step(0, Event::Start)?;
        pair.step(1, Event::Start)?;
        Ok(pair)
    }

    pub fn fingerprint(&self) -> u64 {
        let mut packets = self.packets.clone();
        packets.sort_unstable();
        let mut hasher = DefaultHasher::new();
        for node in &self.nodes {
            node.snapshot(self.now).hash(&mut hasher);
        }
        (self.asleep, self.cut, packets, self.budget).hash(&mut hasher);
        hasher.finish()
    }

    pub fn states(&self) -> [State; 2] {
        [self.nodes[0].state(), self.nodes[1].state()]
    }

    /// What follows from a choice; an error names the promise that it broke.
    pub fn choose(&mut self, choice: Choice) -> Result<(), String> {
        match choice {
            Choice::Deliver(at) => self.deliver(at),
            Choice::Double(at) => {
                self.budget.doubles -= 1;
                let again = self.packets[at].clone();
                self.packets.push(again);
                self.deliver(at)
            }
            Choice::Lose(at) => {
                self.budget.losses -= 1;
                self.packets.swap_remove(at);
                Ok(())
            }
            Choice::Fire(node) => self.step(node, Event::Timer),
            Choice::Tick => {
                self.tick();
                Ok(())
            }
            Choice::Happen(node, fate) => {
                self.budget.fates -= 1;
                self.happen(node, fate)
            }
        }
    }

    fn tick(&mut self) {
        self.now += TICK;
        for packet in &mut self.packets {
            packet.old = true;
        }
    }

    fn deliver(&mut self, at: usize) -> Result<(), String> {
        let packet = self.packets.swap_remove(at);
        let event = match packet.what {
            Message::Announcement => Event::SuccessorAnnounced,
            Message::Advert(priority) => Event::Advert(Received {
                source: address(1 - packet.to),
                priority,
                interval: INTERVAL,
                addresses_differ: false,
            }),
        };
        self.step(packet.to, event)
    }

    fn happen(&mut self, node: usize, fate: Fate) -> Result<(), String> {
        let event = match fate {
            Fate::Crash => {
                self.nodes[node] = Instance::new(self.nodes[node].settings().clone());
                return Ok(());
            }
            Fate::Sleep | Fate::Wake => {
                self.asleep[node] = fate == Fate::Sleep;
                return Ok(());
            }
            Fate::Cut => {
                self.cut = !self.cut;
                return Ok(());
            }
            Fate::Reload => {
                let settings = self.nodes[node].settings().clone();
                let before = self.nodes[node].state();
                let actions = self.nodes[node].reconfigure(settings, self.now);
                return self.take(node, before, &actions);
            }
            Fate::Start => Event::Start,
            Fate::Stop => Event::Stop,
            Fate::Fail => Event::Fail,
            Fate::Recover => Event::Recover,
            Fate::Priority(value) => Event::Priority(value),
            Fate::Handover => Event::Handover { patience: PATIENCE },
        };
        self.step(node, event)
    }

    fn step(&mut self, node: usize, event: Event) -> Result<(), String> {
        let before = self.nodes[node].state();
        let actions = self.nodes[node].step(event, self.now);
        self.take(node, before, &actions)
    }

    fn take(&mut self, node: usize, before: State, actions: &[Action]) -> Result<(), String> {
        let mut holds = before == State::Master;
        let mut goodbye = false;
        for action in actions {
            match *action {
                Action::SendAdvert { priority, .. } => {
                    goodbye |= priority == 0;
                    self.send(node, Message::Advert(priority));
                }
                Action::Announce { .. } if holds => self.send(node, Message::Announcement),
                Action::Acquire if !holds => holds = true,
                Action::Release if holds => {
                    holds = false;
                    if !goodbye && !self.was_succeeded(node) {
                        return Err(format!("node {node} fell silent without a farewell"));
                    }
                }
                Action::Announce { .. } | Action::Acquire | Action::Release => {
                    return Err(format!("node {node}: {action:?} while it holds: {holds}"));
                }
                Action::Transition { .. } => self.transitions += 1,
                Action::LowerPriorityHeard { .. }
                | Action::WantsMaster
                | Action::AskWitness
                | Action::StopAnnouncing => {}
            }
        }
        let state = self.nodes[node].state();
        if holds != (state == State::Master) {
            return Err(format!("node {node} is {state:?} and holds: {holds}"));
        }
        let waits = self.nodes[node].next_deadline().is_some();
        if waits != matches!(state, State::Backup | State::Master) {
            return Err(format!("node {node} is {state:?} with a timer: {waits}"));
        }
        Ok(())
    }

    /// Heard a better master, or the one that it hands over to.
    fn was_succeeded(&self, node: usize) -> bool {
        let instance = &self.nodes[node];
        let own = (instance.effective_priority(), instance.settings().address);
        instance.heard().is_some_and(|heard| {
            (heard.priority, heard.source) > own || (instance.yielded() && heard.priority > 0)
        })
    }

    fn send(&mut self, from: usize, what: Message) {
        let packet = Packet {
            to: 1 - from,
            old: false,
            what,
        };
        // What piles up before a host that sleeps says nothing new.
        let piled_up = self.asleep[packet.to] && self.packets.iter().any(|it| it.what == what);
        if !self.cut && !piled_up {
            self.packets.push(packet);
        }
    }
}
