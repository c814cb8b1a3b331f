//! Losing the right or the time to take part, and coming back.

mod alone;
mod simulation;

use alone::{heard, master, started};
use simulation::settings;
use vrrp::Version;
use vrrp::instance::{Action, Event, State};
use vrrp::timers::{self, SECOND};

#[test]
fn fault_says_goodbye_before_it_lets_go_and_ignores_adverts() {
    let mut instance = master(100);
    let actions = instance.step(Event::Fail, SECOND * 9);
    assert_eq!(
        actions,
        [
            Action::SendAdvert {
                priority: 0,
                copies: 3
            },
            Action::Release,
            Action::Transition {
                from: State::Master,
                to: State::Fault
            },
        ]
    );
    assert_eq!(instance.next_deadline(), None);
    assert_eq!(instance.step(heard(1, 200), SECOND * 10), []);
    instance.step(Event::Recover, SECOND * 20);
    assert_eq!(instance.state(), State::Backup);
    let wait = timers::master_down(Version::V3, 100, SECOND, 3);
    assert_eq!(instance.next_deadline(), Some(SECOND * 20 + wait));
}

#[test]
fn a_node_that_slept_listens_for_an_advert_more_before_it_takes_over() {
    let mut instance = started(settings(0, 100, SECOND));
    instance.step(heard(1, 200), SECOND);
    let woke = 60 * SECOND;
    assert_eq!(instance.step(Event::Timer, woke), []);
    assert_eq!(instance.state(), State::Backup);
    let again = instance.next_deadline().unwrap();
    assert!(again > woke && again <= woke + 2 * SECOND);
    instance.step(Event::Timer, again);
    assert_eq!(instance.state(), State::Master);
}
