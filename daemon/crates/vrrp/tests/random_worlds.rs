//! Random histories on two, three and five nodes: whatever happened, quiet brings exactly one
//! master on each island, and no quiet changes who it is.

mod simulation;

use simulation::{FAIR, Random, Weather, World, settings};
use vrrp::instance::{Event, State};
use vrrp::timers::SECOND;
use vrrp::{Micros, Settings};

const INTERVAL: Micros = SECOND / 10;

/// Histories tried for each count of nodes; more with TANDEM_SIMULATION_SEEDS.
fn seeds() -> u64 {
    let wanted = std::env::var("TANDEM_SIMULATION_SEEDS").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(100)
}

fn world(seed: u64, count: usize) -> World {
    let mut random = Random::new(seed ^ 0xabcd);
    let nodes = (0..count).map(|node| {
        let priority = u8::try_from(1 + random.below(254)).unwrap();
        let preempt_delay = if random.chance(20) {
            random.below(3 * SECOND)
        } else {
            0
        };
        Settings {
            preempt: random.chance(70),
            preempt_delay,
            ..settings(node, priority, INTERVAL)
        }
    });
    let nodes = nodes.collect();
    World::new(seed, nodes)
}

/// Something happens to somebody.
fn disturb(world: &mut World) {
    let count = world.nodes.len();
    let node = usize::try_from(world.random.below(count as u64)).unwrap();
    match world.random.below(12) {
        0 => world.crash(node),
        1 | 2 => world.restart(node),
        3 => world.awake[node] = !world.awake[node],
        4 => world.island[node] = u32::from(world.random.chance(50)),
        5 => world.island.fill(0),
        6 => world.event(node, Event::Fail),
        7 => world.event(node, Event::Recover),
        8 => {
            let priority = u8::try_from(1 + world.random.below(254)).unwrap();
            world.event(node, Event::Priority(priority));
        }
        9 => {
            let patience = world.random.below(SECOND);
            world.event(node, Event::Handover { patience });
        }
        10 => {
            let settings = world.nodes[node].settings().clone();
            world.reconfigure(node, settings);
        }
        _ => {
            world.weather = Weather {
                loss_percent: world.random.below(60),
                double_percent: world.random.below(30),
                max_delay: 1 + world.random.below(3 * INTERVAL),
            };
        }
    }
}

/// Nodes that can take part, by island.
fn able(world: &World, island: u32) -> Vec<usize> {
    (0..world.nodes.len())
        .filter(|node| world.island[*node] == island && world.awake[*node])
        .filter(|node| matches!(world.nodes[*node].state(), State::Backup | State::Master))
        .collect()
}

fn check_quiet(seed: u64, world: &mut World) {
    world.weather = FAIR;
    for node in 0..world.nodes.len() {
        world.awake[node] = true;
    }
    // Two elections: a running handover may first have to give up.
    world.run(3 * world.down_time() + 4 * SECOND);
    let mut chosen = Vec::new();
    for island in [0, 1] {
        let nodes = able(world, island);
        let masters: Vec<usize> = nodes
            .iter()
            .copied()
            .filter(|node| world.holds[*node])
            .collect();
        let wanted = usize::from(!nodes.is_empty());
        assert_eq!(
            masters.len(),
            wanted,
            "seed {seed}, island {island}: masters {masters:?} of {nodes:?}\n{}",
            world.report()
        );
        chosen.extend(masters);
    }
    let before = world.history.len();
    world.run(20 * SECOND);
    assert_eq!(
        world.history.len(),
        before,
        "seed {seed}: a change without a cause\n{}",
        world.report()
    );
    assert_eq!(world.masters().len(), chosen.len());
}

fn run(count: usize) {
    for seed in 0..seeds() {
        let mut world = world(seed, count);
        for _ in 0..4 {
            for _ in 0..world.random.below(40) {
                disturb(&mut world);
                let pause = world.random.below(6 * INTERVAL);
                world.run(pause);
            }
            check_quiet(seed, &mut world);
        }
    }
}

#[test]
fn two_nodes_agree_whenever_it_is_quiet() {
    run(2);
}

#[test]
fn three_nodes_agree_whenever_it_is_quiet() {
    run(3);
}

#[test]
fn five_nodes_agree_whenever_it_is_quiet() {
    run(5);
}

#[test]
fn a_day_of_simulated_time_with_late_adverts_has_no_flip() {
    // Late by half an interval: 864,000 adverts, none of which may be taken for silence.
    let mut world = World::new(
        7,
        vec![settings(0, 254, INTERVAL), settings(1, 253, INTERVAL)],
    );
    world.run(SECOND);
    let before = world.history.len();
    world.weather.max_delay = INTERVAL / 2;
    world.run(86_400 * SECOND);
    assert_eq!(world.history.len(), before, "{}", world.report());
}

#[test]
fn after_a_heal_the_last_to_announce_is_the_master() {
    for seed in 0..seeds() {
        let mut random = Random::new(seed);
        let priorities = [1 + random.below(254), 1 + random.below(254)];
        let nodes = priorities
            .iter()
            .enumerate()
            .map(|(node, priority)| settings(node, u8::try_from(*priority).unwrap(), INTERVAL));
        let mut world = World::new(seed, nodes.collect());
        world.run(SECOND);
        world.island[1] = 1;
        let apart = 5 * INTERVAL + random.below(12 * SECOND);
        world.run(apart);
        assert_eq!(world.masters().len(), 2, "seed {seed}\n{}", world.report());
        world.island[1] = 0;
        world.run(3 * INTERVAL);
        let masters = world.masters();
        assert_eq!(masters.len(), 1, "seed {seed}\n{}", world.report());
        assert_eq!(
            world.last_announcer,
            Some(masters[0]),
            "seed {seed}: clients would follow the wrong node\n{}",
            world.report()
        );
    }
}
