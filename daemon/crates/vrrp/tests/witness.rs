//! A witness must agree before silence makes a master.

mod router;

use router::{Router, advert, wire};
use vrrp::instance::{Event, State};
use vrrp::timers::SECOND;
use vrrp::{StartState, Version};

fn guarded(priority: u8) -> Router {
    let mut router = Router::started(Version::V3, priority, |_| {});
    router.step(Event::Guard(true));
    router
}

#[test]
fn without_an_answer_silence_makes_no_master() {
    let mut router = guarded(200);
    router.run_until(60 * SECOND);
    assert_eq!(router.instance.state(), State::Backup);
    assert!(router.instance.waits_for_witness());
    assert!(router.sent.is_empty() && !router.holds);
    // It was cut off: a master that it could not hear has the time for an advert.
    router.step(Event::WitnessAgrees);
    assert_eq!(router.instance.state(), State::Backup);
    assert!(!router.instance.waits_for_witness());
    router.run_until(62 * SECOND);
    assert!(router.instance.waits_for_witness() && !router.holds);
    router.step(Event::WitnessAgrees);
    assert_eq!(router.instance.state(), State::Master);
    assert!(router.holds);
}

#[test]
fn an_answer_at_once_makes_a_master_at_once() {
    let mut router = guarded(200);
    while !router.instance.waits_for_witness() {
        let now = router.now;
        router.run_until(now + SECOND / 100);
    }
    router.step(Event::WitnessAgrees);
    assert_eq!(router.instance.state(), State::Master);
}

#[test]
fn a_master_that_is_heard_again_after_the_cut_stays() {
    let mut router = guarded(200);
    router.run_until(60 * SECOND);
    router.step(Event::WitnessAgrees);
    router.run_until(60 * SECOND + SECOND / 2);
    router.receive(&wire(&advert(Version::V3, 210), 9, 255));
    router.run_until(62 * SECOND);
    assert_eq!(router.instance.state(), State::Backup);
    assert!(!router.instance.waits_for_witness());
}

#[test]
fn an_answer_that_nobody_waits_for_means_nothing() {
    let mut router = guarded(200);
    router.run_until(SECOND);
    router.step(Event::WitnessAgrees);
    assert_eq!(router.instance.state(), State::Backup);
    router.run_until(4 * SECOND);
    assert!(router.instance.waits_for_witness());
    // A master is heard again before the answer comes.
    router.receive(&wire(&advert(Version::V3, 210), 9, 255));
    router.step(Event::WitnessAgrees);
    assert_eq!(router.instance.state(), State::Backup);
    assert!(!router.instance.waits_for_witness());
}

#[test]
fn a_guard_that_is_lifted_lets_the_one_who_waited_go_on() {
    let mut router = guarded(200);
    router.run_until(10 * SECOND);
    router.step(Event::Guard(false));
    router.run_until(10 * SECOND);
    assert_eq!(router.instance.state(), State::Master);
}

#[test]
fn a_master_that_asks_to_be_relieved_is_relieved_without_a_witness() {
    let mut router = guarded(200);
    router.run_until(SECOND);
    router.receive(&wire(&advert(Version::V3, 254), 9, 255));
    router.receive(&wire(&advert(Version::V3, 1), 9, 255));
    router.run_until(2 * SECOND);
    assert_eq!(router.instance.state(), State::Master);
}

#[test]
fn an_owner_asks_as_well() {
    let mut router = Router::started(Version::V3, 255, |settings| {
        settings.start = StartState::Backup;
    });
    router.step(Event::Guard(true));
    router.run_until(20 * SECOND);
    assert_eq!(router.instance.state(), State::Backup);
    router.step(Event::WitnessAgrees);
    router.run_until(22 * SECOND);
    router.step(Event::WitnessAgrees);
    assert_eq!(router.instance.state(), State::Master);
}

#[test]
fn a_master_is_not_touched_by_a_guard() {
    let mut router = Router::master(Version::V3, 200);
    router.step(Event::Guard(true));
    router.run_until(60 * SECOND);
    assert_eq!(router.instance.state(), State::Master);
}
