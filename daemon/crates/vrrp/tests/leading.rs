//! The first master of a pair that nobody leads yet, when somebody who sees both asks for it.

mod router;
mod simulation;

use router::Router;
use simulation::{World, settings};
use vrrp::Version;
use vrrp::instance::{Event, State};
use vrrp::timers::SECOND;

#[test]
fn the_first_master_of_a_new_pair_need_not_wait_and_gives_way_to_the_preferred_one() {
    let mut world = World::new(1, vec![settings(0, 254, SECOND), settings(1, 253, SECOND)]);
    world.run(SECOND / 10);
    assert!(world.masters().is_empty());
    world.event(1, Event::Lead);
    world.run(SECOND / 100);
    assert_eq!(world.masters(), [1]);
    // It has been heard: the other one is no longer asked in vain, and waits as ever.
    world.event(0, Event::Lead);
    world.run(SECOND / 100);
    assert_eq!(world.masters(), [1], "{}", world.report());
    world.run(4 * SECOND);
    assert_eq!(world.masters(), [0], "{}", world.report());
}

#[test]
fn both_asked_at_once_agree_by_priority() {
    let mut world = World::new(1, vec![settings(0, 254, SECOND), settings(1, 253, SECOND)]);
    world.run(SECOND / 10);
    world.event(0, Event::Lead);
    world.event(1, Event::Lead);
    world.run(SECOND / 10);
    assert_eq!(world.masters(), [0], "{}", world.report());
}

#[test]
fn who_has_heard_a_router_waits_for_its_silence() {
    let mut world = World::new(1, vec![settings(0, 254, SECOND), settings(1, 253, SECOND)]);
    world.run(10 * SECOND);
    assert_eq!(world.masters(), [0]);
    world.event(1, Event::Lead);
    world.run(10 * SECOND);
    assert_eq!(world.masters(), [0]);
    world.crash(0);
    world.event(1, Event::Lead);
    world.run(SECOND);
    assert!(world.masters().is_empty());
    world.run(4 * SECOND);
    assert_eq!(world.masters(), [1]);
}

#[test]
fn a_configured_delay_a_handover_and_a_witness_are_kept() {
    let mut delayed = Router::started(Version::V3, 200, |it| it.startup_delay = 30 * SECOND);
    delayed.step(Event::Lead);
    delayed.run_until(20 * SECOND);
    assert_eq!(delayed.instance.state(), State::Backup);

    let mut yielded = Router::started(Version::V3, 200, |_| {});
    yielded.step(Event::Handover { patience: SECOND });
    yielded.step(Event::Lead);
    yielded.run_until(SECOND);
    assert_eq!(yielded.instance.state(), State::Backup);

    let mut guarded = Router::started(Version::V3, 200, |_| {});
    guarded.step(Event::Guard(true));
    guarded.step(Event::Lead);
    let soon = guarded.now + SECOND / 100;
    guarded.run_until(soon);
    assert!(guarded.instance.waits_for_witness() && !guarded.holds);
    guarded.step(Event::WitnessAgrees);
    assert_eq!(guarded.instance.state(), State::Master);
}

#[test]
fn who_does_not_take_part_is_not_asked() {
    let mut router = Router::started(Version::V2, 200, |_| {});
    router.step(Event::Fail);
    router.step(Event::Lead);
    router.run_until(60 * SECOND);
    assert_eq!(router.instance.state(), State::Fault);
}
