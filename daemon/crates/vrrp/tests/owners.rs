//! Two address owners on one link: one of them has to give way.

mod simulation;

use simulation::{World, address, settings};
use vrrp::instance::{Action, Event, Instance, State};
use vrrp::timers::SECOND;
use vrrp::{Received, Settings, StartState};

fn owner(node: usize) -> Settings {
    Settings {
        start: StartState::Master,
        ..settings(node, 255, SECOND)
    }
}

fn heard(from: usize) -> Event {
    Event::Advert(Received {
        source: address(from),
        priority: 255,
        interval: SECOND,
        addresses_differ: false,
    })
}

#[test]
fn of_two_owners_the_one_of_the_lower_address_gives_way() {
    let mut world = World::new(1, vec![owner(0), owner(1)]);
    world.run(10 * SECOND);
    assert_eq!(world.masters(), [1], "{}", world.report());
    assert_eq!(world.nodes[1].effective_priority(), 255);
}

#[test]
fn an_owner_whose_rival_does_not_give_way_steps_back_until_it_is_gone() {
    let mut instance = Instance::new(owner(5));
    instance.step(Event::Start, 0);
    // 2 adverts and 1.2 of the longer interval.
    let limit = 3_200_000;
    let mut at = SECOND / 2;
    let first = at;
    while instance.state() == State::Master {
        assert!(at - first <= limit + SECOND, "it insists for ever");
        instance.step(heard(1), at);
        at += SECOND;
    }
    assert!(at - SECOND - first > limit, "it gave the rival no time");
    assert_eq!(instance.effective_priority(), 254);
    // As long as the rival is there it stays away.
    for _ in 0..10 {
        instance.step(heard(1), at);
        at += SECOND;
        assert_eq!(instance.state(), State::Backup);
    }
    let due = instance.next_deadline().unwrap();
    let actions = instance.step(Event::Timer, due);
    assert!(actions.contains(&Action::Acquire));
    assert_eq!(instance.effective_priority(), 255, "the owner again");
}

#[test]
fn a_rival_heard_now_and_then_is_not_a_dispute() {
    let mut instance = Instance::new(owner(5));
    instance.step(Event::Start, 0);
    for round in 0..20 {
        instance.step(heard(1), SECOND / 2 + round * 10 * SECOND);
        assert_eq!(instance.state(), State::Master);
    }
}

#[test]
fn a_strict_owner_does_not_listen() {
    let mut strict = Instance::new(Settings {
        deaf_owner: true,
        ..owner(0)
    });
    strict.step(Event::Start, 0);
    assert_eq!(strict.state(), State::Master);
    // Of a higher address, which would win otherwise, for as long as it likes.
    for second in 1..20 {
        assert_eq!(strict.step(heard(5), second * SECOND), []);
    }
    assert_eq!(strict.state(), State::Master);
}
