//! Random histories on two, three and five nodes: adverts lost, late, doubled and out of order,
//! hosts that crash, stand still, are cut off, fail, hand over, are reloaded. `simulation/watch.rs`
//! has what must hold at every moment of each.
//!
//! A failure prints its seed and the shortest history that still fails. For millions of histories:
//!
//! ```text
//! TANDEM_HISTORIES=2000000 cargo test -p vrrp --test random_worlds -- --nocapture histories
//! ```

mod scenario;
mod simulation;

use scenario::{INTERVAL, Scenario};
use simulation::{Random, World, settings};
use vrrp::timers::SECOND;

/// Histories tried for each count of nodes.
fn histories() -> u64 {
    let wanted = std::env::var("TANDEM_HISTORIES").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(50_000)
}

/// Where the seeds start, so that another night tries other ones.
fn first_seed() -> u64 {
    let wanted = std::env::var("TANDEM_FIRST_SEED").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn try_histories(count: usize) {
    let begun = std::time::Instant::now();
    for seed in first_seed()..first_seed() + histories() {
        let scenario = Scenario::random(seed, count);
        assert!(scenario.run().is_ok(), "{}", scenario.explain());
    }
    let tried = histories();
    eprintln!(
        "measured: {tried} histories of {count} nodes in {:?}",
        begun.elapsed()
    );
}

#[test]
fn histories_of_two_nodes_keep_every_promise() {
    try_histories(2);
}

#[test]
fn histories_of_three_nodes_keep_every_promise() {
    try_histories(3);
}

#[test]
fn histories_of_five_nodes_keep_every_promise() {
    try_histories(5);
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
    for seed in 0..1000 {
        let mut random = Random::new(seed);
        let priorities = [1 + random.below(254), 1 + random.below(254)];
        let nodes = priorities
            .iter()
            .enumerate()
            .map(|(node, priority)| settings(node, u8::try_from(*priority).unwrap(), INTERVAL));
        let mut world = World::new(seed, nodes.collect());
        world.run(SECOND);
        world.place(1, 1);
        let apart = 5 * INTERVAL + random.below(12 * SECOND);
        world.run(apart);
        assert_eq!(world.masters().len(), 2, "seed {seed}\n{}", world.report());
        world.place(1, 0);
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
