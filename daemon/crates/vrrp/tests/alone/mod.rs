//! One instance by itself, its events given by hand.

use crate::simulation::{address, settings};
use vrrp::instance::{Event, Instance, State};
use vrrp::timers::SECOND;
use vrrp::{Received, Settings};

/// An advert with the same interval and addresses as ours.
pub fn heard(from: usize, priority: u8) -> Event {
    Event::Advert(Received {
        source: address(from),
        priority,
        interval: SECOND,
        addresses_differ: false,
    })
}

pub fn started(settings: Settings) -> Instance {
    let mut instance = Instance::new(settings);
    instance.step(Event::Start, 0);
    instance
}

pub fn master(priority: u8) -> Instance {
    let mut instance = started(settings(0, priority, SECOND));
    let due = instance.next_deadline().unwrap();
    instance.step(Event::Timer, due);
    assert_eq!(instance.state(), State::Master);
    instance
}
