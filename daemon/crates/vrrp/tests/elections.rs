//! The state machine's decisions, one by one (RFC 9568 section 6.4 and the cases around it).

mod alone;
mod simulation;

use alone::{heard, master, started};
use simulation::{address, settings};
use vrrp::instance::{Action, Event, State};
use vrrp::timers::{self, SECOND};
use vrrp::{Received, Settings, StartState, Version};

#[test]
fn everybody_starts_as_backup_and_waits_three_adverts_and_the_skew() {
    let instance = started(Settings {
        start: StartState::Master,
        ..settings(0, 254, SECOND)
    });
    assert_eq!(instance.state(), State::Backup);
    let wait = timers::master_down(Version::V3, 254, SECOND, 3);
    assert_eq!(instance.next_deadline(), Some(wait));
}

#[test]
fn an_owner_that_starts_as_master_is_master_at_once() {
    let instance = started(Settings {
        start: StartState::Master,
        ..settings(0, 255, SECOND)
    });
    assert_eq!(instance.state(), State::Master);
}

#[test]
fn taking_over_advertises_then_adds_then_announces() {
    let mut instance = started(settings(0, 100, SECOND));
    let due = instance.next_deadline().unwrap();
    let actions = instance.step(Event::Timer, due);
    assert_eq!(
        actions,
        [
            Action::SendAdvert {
                priority: 100,
                copies: 1
            },
            Action::Acquire,
            Action::Announce { repeat: 5 },
            Action::Transition {
                from: State::Backup,
                to: State::Master
            },
        ]
    );
}

#[test]
fn the_second_block_of_announcements_follows_after_five_seconds() {
    let mut instance = master(100);
    let start = instance.next_deadline().unwrap() - SECOND;
    let mut announced = Vec::new();
    while let Some(at) = instance
        .next_deadline()
        .filter(|at| *at < start + 20 * SECOND)
    {
        let actions = instance.step(Event::Timer, at);
        if actions.contains(&Action::Announce { repeat: 5 }) {
            announced.push(at - start);
        }
    }
    assert_eq!(announced, [5 * SECOND]);
}

#[test]
fn a_backup_keeps_waiting_while_it_hears_higher_or_equal_priorities() {
    for priority in [100, 200, 255] {
        let mut instance = started(settings(0, 100, SECOND));
        let first = instance.next_deadline().unwrap();
        instance.step(heard(1, priority), SECOND);
        assert_eq!(
            instance.next_deadline(),
            Some(first + SECOND),
            "priority {priority}"
        );
    }
}

#[test]
fn a_lower_priority_leaves_the_running_timer_alone() {
    let mut instance = started(settings(0, 100, SECOND));
    let first = instance.next_deadline();
    instance.step(heard(1, 99), SECOND);
    assert_eq!(instance.next_deadline(), first);
}

#[test]
fn without_preemption_a_lower_priority_is_accepted() {
    let mut instance = started(Settings {
        preempt: false,
        ..settings(0, 100, SECOND)
    });
    let first = instance.next_deadline().unwrap();
    instance.step(heard(1, 50), SECOND);
    assert_eq!(instance.next_deadline(), Some(first + SECOND));
}

#[test]
fn a_preempt_delay_accepts_lower_priorities_until_it_ends() {
    let delay = 10 * SECOND;
    let mut instance = started(Settings {
        preempt_delay: delay,
        ..settings(0, 100, SECOND)
    });
    let mut at = 0;
    while at < delay - SECOND {
        at += SECOND;
        instance.step(heard(1, 50), at);
    }
    let last = instance.next_deadline();
    for late in 0..3 {
        instance.step(heard(1, 50), delay + late * SECOND);
    }
    assert_eq!(
        instance.next_deadline(),
        last,
        "after the delay the timer runs out"
    );
}

#[test]
fn priority_zero_shortens_the_wait_to_the_skew() {
    let mut instance = started(settings(0, 100, SECOND));
    instance.step(heard(1, 200), SECOND);
    instance.step(heard(1, 0), 2 * SECOND);
    let skew = timers::skew(Version::V3, 100, SECOND);
    assert_eq!(instance.next_deadline(), Some(2 * SECOND + skew));
}

#[test]
fn a_backup_learns_the_masters_interval_in_version_3() {
    let mut instance = started(settings(0, 100, SECOND));
    let slow = Received {
        source: address(1),
        priority: 200,
        interval: 4 * SECOND,
        addresses_differ: false,
    };
    instance.step(Event::Advert(slow), SECOND);
    let wait = timers::master_down(Version::V3, 100, 4 * SECOND, 3);
    assert_eq!(instance.next_deadline(), Some(SECOND + wait));
}

#[test]
fn a_master_answers_a_lower_priority_and_announces_again() {
    let mut instance = master(100);
    let now = instance.next_deadline().unwrap() - 1;
    let actions = instance.step(heard(1, 99), now);
    assert_eq!(
        actions,
        [
            Action::SendAdvert {
                priority: 100,
                copies: 1
            },
            Action::Announce { repeat: 5 },
            Action::LowerPriorityHeard {
                source: address(1),
                priority: 99
            },
        ]
    );
}

#[test]
fn a_flood_of_lower_priorities_is_not_answered_one_by_one() {
    let mut instance = master(100);
    let now = instance.next_deadline().unwrap() - 1;
    let answered: usize = (0..1000)
        .map(|_| usize::from(!instance.step(heard(1, 99), now).is_empty()))
        .sum();
    assert_eq!(answered, 1);
}

#[test]
fn a_master_tells_a_higher_one_of_the_conflict_before_it_yields() {
    let mut instance = master(100);
    let now = instance.next_deadline().unwrap() - 1;
    let actions = instance.step(heard(1, 101), now);
    assert_eq!(
        actions,
        [
            Action::SendAdvert {
                priority: 100,
                copies: 1
            },
            Action::Release,
            Action::Transition {
                from: State::Master,
                to: State::Backup
            },
        ]
    );
}

#[test]
fn between_masters_of_equal_priority_the_higher_address_wins() {
    let mut low = master(100);
    let now = low.next_deadline().unwrap() - 1;
    low.step(heard(1, 100), now);
    assert_eq!(low.state(), State::Backup);
    let mut high = started(settings(3, 100, SECOND));
    let due = high.next_deadline().unwrap();
    high.step(Event::Timer, due);
    high.step(heard(1, 100), due + 1);
    assert_eq!(high.state(), State::Master);
}

#[test]
fn a_master_answers_priority_zero_with_an_advert_at_once() {
    let mut instance = master(100);
    let now = instance.next_deadline().unwrap() - 1;
    let actions = instance.step(heard(1, 0), now);
    assert_eq!(
        actions,
        [Action::SendAdvert {
            priority: 100,
            copies: 1
        }]
    );
}

#[test]
fn a_priority_that_changes_moves_the_running_deadline_by_the_difference() {
    let mut instance = started(settings(0, 100, SECOND));
    let first = instance.next_deadline().unwrap();
    instance.step(Event::Priority(200), SECOND);
    let moved = timers::skew(Version::V3, 100, SECOND) - timers::skew(Version::V3, 200, SECOND);
    assert_eq!(instance.next_deadline(), Some(first - moved));
}

#[test]
fn a_master_whose_priority_falls_says_so_and_stays_until_it_is_preempted() {
    let mut instance = master(100);
    let now = instance.next_deadline().unwrap() - 1;
    let actions = instance.step(Event::Priority(40), now);
    assert_eq!(
        actions,
        [Action::SendAdvert {
            priority: 40,
            copies: 1
        }]
    );
    assert_eq!(instance.state(), State::Master);
}
