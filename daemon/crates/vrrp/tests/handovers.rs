//! Planned changes of master between two nodes, and what may go wrong in the middle of one.

mod simulation;

use simulation::{World, settings};
use vrrp::Settings;
use vrrp::instance::Event;
use vrrp::timers::SECOND;

#[test]
fn a_handover_is_taken_up_within_milliseconds_and_stays() {
    let mut world = World::new(1, vec![settings(0, 254, SECOND), settings(1, 253, SECOND)]);
    world.run(10 * SECOND);
    assert_eq!(world.masters(), [0]);
    world.event(
        0,
        Event::Handover {
            patience: 5 * SECOND,
        },
    );
    world.run(30_000);
    assert_eq!(world.masters(), [1]);
    assert_eq!(world.last_announcer, Some(1));
    world.run(60 * SECOND);
    assert_eq!(world.masters(), [1], "it does not come back by itself");
    let settings = world.nodes[0].settings().clone();
    world.reconfigure(0, settings);
    world.run(10 * SECOND);
    assert_eq!(world.masters(), [0], "a reload ends it");
}

/// The second block of the old master's announcements is due around the moment of the handover.
#[test]
fn the_link_hears_the_successor_last() {
    for early in (0..40_000).step_by(250) {
        let mut world = World::new(1, vec![settings(0, 254, SECOND), settings(1, 253, SECOND)]);
        while world.masters() != [0] {
            world.run(50);
        }
        world.run(settings(0, 254, SECOND).announcements.delay - early);
        world.event(
            0,
            Event::Handover {
                patience: 5 * SECOND,
            },
        );
        world.run(100_000);
        assert_eq!(world.masters(), [1], "{early}");
        assert_eq!(world.last_announcer, Some(1), "{early}\n{}", world.report());
    }
}

#[test]
fn a_handover_goes_back_and_forth() {
    let mut world = World::new(1, vec![settings(0, 254, SECOND), settings(1, 100, SECOND)]);
    world.run(10 * SECOND);
    for round in 0..6 {
        let (from, to) = (round % 2, 1 - round % 2);
        world.event(
            from,
            Event::Handover {
                patience: 5 * SECOND,
            },
        );
        world.run(50_000);
        assert_eq!(world.masters(), [to], "round {round}\n{}", world.report());
        world.run(10 * SECOND);
        assert_eq!(world.masters(), [to], "round {round}\n{}", world.report());
    }
}

#[test]
fn a_handover_without_a_successor_lets_go_after_its_patience_and_comes_back_alone() {
    let mut world = World::new(1, vec![settings(0, 254, SECOND)]);
    world.run(10 * SECOND);
    world.event(
        0,
        Event::Handover {
            patience: 2 * SECOND,
        },
    );
    world.run(3 * SECOND);
    assert_eq!(world.masters(), [] as [usize; 0]);
    world.run(10 * SECOND);
    assert_eq!(world.masters(), [0]);
}

#[test]
fn a_backup_that_must_not_preempt_still_takes_over_when_asked() {
    let no_preempt = Settings {
        preempt: false,
        ..settings(1, 100, SECOND)
    };
    let mut world = World::new(1, vec![settings(0, 200, SECOND), no_preempt]);
    world.run(10 * SECOND);
    world.event(
        0,
        Event::Handover {
            patience: 5 * SECOND,
        },
    );
    world.run(50_000);
    assert_eq!(world.masters(), [1]);
}

/// A handover in which the successor has taken over and the old master waits to let go.
fn overlapping() -> World {
    let mut world = World::new(1, vec![settings(0, 254, SECOND), settings(1, 253, SECOND)]);
    world.run(10 * SECOND);
    world.event(
        0,
        Event::Handover {
            patience: 5 * SECOND,
        },
    );
    while world.masters() != [0, 1] {
        world.run(50);
    }
    // Everything that was on its way has arrived.
    world.run(400);
    assert_eq!(world.masters(), [0, 1]);
    world
}

#[test]
fn a_successor_that_leaves_during_the_overlap_leaves_the_old_master_serving() {
    let mut world = overlapping();
    assert_eq!(world.last_announcer, Some(1));
    world.event(1, Event::Stop);
    world.run(4 * SECOND);
    assert_eq!(world.masters(), [0], "{}", world.report());
    assert_eq!(world.last_announcer, Some(0), "the link learns it again");
    world.run(SECOND);
    assert_eq!(
        world.masters(),
        [] as [usize; 0],
        "it still goes when its patience ends"
    );
    assert_eq!(world.watch.violation(), None);
}

#[test]
fn a_reload_during_the_overlap_does_not_call_the_handover_back() {
    let mut world = overlapping();
    let settings = world.nodes[0].settings().clone();
    world.reconfigure(0, settings);
    world.run(SECOND);
    assert_eq!(world.masters(), [1], "{}", world.report());
    assert_eq!(world.watch.violation(), None);
}

#[test]
fn a_successor_that_hands_over_in_turn_does_not_take_the_leaving_master_for_its_own() {
    let mut world = overlapping();
    world.event(
        1,
        Event::Handover {
            patience: 5 * SECOND,
        },
    );
    for _ in 0..4000 {
        world.run(1000);
        assert!(!world.masters().is_empty(), "{}", world.report());
    }
    assert_eq!(world.watch.violation(), None);
}
