//! Histories as data: made from a seed, run, and cut down to the shortest that still fails.
#![allow(dead_code)] // each test file uses its part

use std::fmt::Write as _;

use vrrp::instance::Event;
use vrrp::timers::SECOND;
use vrrp::{Micros, Settings};

use crate::simulation::{FAIR, Random, Weather, World, settings};

pub const INTERVAL: Micros = SECOND / 10;

/// Something that happens to a node or to the link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    Crash(usize),
    /// Starts what crashed or stopped, wakes what stands still.
    Start(usize),
    Stall(usize),
    Stop(usize),
    Move(usize, u32),
    Heal,
    Fail(usize),
    Recover(usize),
    Priority(usize, u8),
    Handover(usize, Micros),
    Reload(usize),
    Weather(Weather),
    /// Fair weather, everybody awake, until nothing may change any more.
    Quiet,
}

#[derive(Debug, Clone)]
pub struct Step {
    pub what: Happening,
    pub pause: Micros,
}

#[derive(Debug, Clone)]
pub struct Scenario {
    pub seed: u64,
    pub nodes: Vec<Settings>,
    pub steps: Vec<Step>,
}

impl Scenario {
    pub fn random(seed: u64, count: usize) -> Self {
        let mut random = Random::new(seed ^ 0xabcd);
        let nodes = (0..count)
            .map(|node| random_node(&mut random, node))
            .collect();
        let length = 1 + random.below(16);
        let mut steps: Vec<Step> = (0..length)
            .map(|_| Step {
                what: random_happening(&mut random, count),
                pause: random.below(6 * INTERVAL),
            })
            .collect();
        steps.push(Step {
            what: Happening::Quiet,
            pause: 0,
        });
        Self { seed, nodes, steps }
    }

    /// What was violated, with the history that led there.
    pub fn run(&self) -> Result<(), String> {
        let mut world = World::new(self.seed, self.nodes.clone());
        for step in &self.steps {
            happen(&mut world, &step.what);
            world.run(step.pause);
            if world.watch.violation().is_some() {
                return Err(world.report());
            }
        }
        Ok(())
    }

    /// The shortest of its parts that still fails, as text for a report.
    pub fn explain(&self) -> String {
        let least = self.shrink();
        let mut text = format!("seed {}; the shortest history that fails:\n", self.seed);
        for (node, settings) in least.nodes.iter().enumerate() {
            let _ = writeln!(text, "  node {node}: {settings:?}");
        }
        for step in &least.steps {
            let _ = writeln!(text, "  {:?}, then {} µs", step.what, step.pause);
        }
        text + &least.run().err().unwrap_or_default()
    }

    /// Leaves out ever smaller runs of steps, then shortens pauses, while it still fails.
    fn shrink(&self) -> Self {
        let mut best = self.clone();
        let mut size = best.steps.len();
        while size > 0 {
            let mut at = 0;
            while at < best.steps.len() {
                let mut shorter = best.clone();
                let end = (at + size).min(shorter.steps.len());
                shorter.steps.drain(at..end);
                if shorter.run().is_err() {
                    best = shorter;
                } else {
                    at += size;
                }
            }
            size /= 2;
        }
        for at in 0..best.steps.len() {
            for pause in [0, INTERVAL, 2 * INTERVAL, 4 * INTERVAL] {
                let mut simpler = best.clone();
                simpler.steps[at].pause = pause;
                if pause < best.steps[at].pause && simpler.run().is_err() {
                    best = simpler;
                    break;
                }
            }
        }
        best
    }
}

fn random_node(random: &mut Random, node: usize) -> Settings {
    // Equal priorities and owners are rare by chance and must not be.
    let priority = match random.below(8) {
        0 => 100,
        1 => 254,
        _ => u8::try_from(1 + random.below(254)).unwrap(),
    };
    let preempt_delay = if random.chance(20) {
        random.below(3 * SECOND)
    } else {
        0
    };
    let interval = if random.chance(15) {
        3 * INTERVAL
    } else {
        INTERVAL
    };
    Settings {
        preempt: random.chance(70),
        preempt_delay,
        advert_before_yielding: random.chance(80),
        deaf_owner: false,
        answer_lower: random.chance(80),
        ..settings(node, priority, interval)
    }
}

fn random_happening(random: &mut Random, count: usize) -> Happening {
    let node = usize::try_from(random.below(count as u64)).unwrap();
    match random.below(17) {
        0 => Happening::Crash(node),
        1..=3 => Happening::Start(node),
        4 => Happening::Stall(node),
        5 => Happening::Stop(node),
        6 | 7 => Happening::Move(node, u32::from(random.chance(50))),
        8 => Happening::Heal,
        9 => Happening::Fail(node),
        10 => Happening::Recover(node),
        11 => Happening::Priority(node, u8::try_from(1 + random.below(254)).unwrap()),
        12 | 13 => Happening::Handover(node, random.below(SECOND)),
        14 => Happening::Reload(node),
        15 => Happening::Quiet,
        _ => Happening::Weather(Weather {
            loss_percent: random.below(60),
            double_percent: random.below(30),
            max_delay: 1 + random.below(3 * INTERVAL),
        }),
    }
}

fn happen(world: &mut World, what: &Happening) {
    match *what {
        Happening::Crash(node) => world.crash(node),
        Happening::Start(node) => world.restart(node),
        Happening::Stall(node) => world.stall(node),
        Happening::Stop(node) if world.awake[node] => world.event(node, Event::Stop),
        Happening::Move(node, island) => world.place(node, island),
        Happening::Heal => {
            for node in 0..world.nodes.len() {
                world.place(node, 0);
            }
        }
        Happening::Fail(node) if world.awake[node] => world.event(node, Event::Fail),
        Happening::Recover(node) if world.awake[node] => world.event(node, Event::Recover),
        Happening::Priority(node, priority) if world.awake[node] => {
            world.event(node, Event::Priority(priority));
        }
        Happening::Handover(node, patience) if world.awake[node] => {
            world.event(node, Event::Handover { patience });
        }
        Happening::Reload(node) if world.awake[node] => {
            let settings = world.nodes[node].settings().clone();
            world.reconfigure(node, settings);
        }
        Happening::Weather(weather) => world.weather = weather,
        Happening::Quiet => be_quiet(world),
        // A host that stands still or is dead takes no orders.
        _ => {}
    }
}

fn be_quiet(world: &mut World) {
    world.weather = FAIR;
    for node in 0..world.nodes.len() {
        world.wake(node);
    }
    // An election, a handover that has to give up first, and an election after it.
    world.run(2 * world.down_time() + 2 * SECOND);
}
