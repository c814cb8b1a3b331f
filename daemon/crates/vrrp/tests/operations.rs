//! The operations of a VRRP router one by one, as a conformance laboratory goes through them:
//! every state and event, and the timers. Each on versions 2 and 3, by packets alone.

mod router;

use router::{Router, advert, wire};
use vrrp::instance::{Event, State};
use vrrp::timers::{self, SECOND};
use vrrp::{Advert, Version};

const BOTH: [Version; 2] = [Version::V2, Version::V3];

fn down(version: Version, priority: u8) -> u64 {
    timers::master_down(version, priority, SECOND, 3)
}

#[test]
fn initialize_an_owner_advertises_announces_and_is_master() {
    for version in BOTH {
        let router = Router::started(version, 255, |_| {});
        assert_eq!(router.instance.state(), State::Master);
        assert_eq!(router.adverts(), [(0, 255)]);
        assert_eq!(router.announced, [(0, 5)]);
        assert!(router.holds);
    }
}

#[test]
fn initialize_any_other_is_backup_for_a_down_interval() {
    for version in BOTH {
        let mut router = Router::started(version, 100, |_| {});
        router.run_until(down(version, 100) - 1);
        assert_eq!(router.instance.state(), State::Backup);
        assert!(router.sent.is_empty() && router.announced.is_empty() && !router.holds);
    }
}

#[test]
fn backup_that_is_shut_down_leaves_without_a_word() {
    for version in BOTH {
        let mut router = Router::started(version, 100, |_| {});
        router.step(Event::Stop);
        assert_eq!(router.instance.state(), State::Init);
        router.run_until(60 * SECOND);
        assert!(router.sent.is_empty() && !router.holds);
    }
}

#[test]
fn backup_takes_over_when_the_down_timer_ends() {
    for version in BOTH {
        let mut router = Router::started(version, 100, |_| {});
        let due = down(version, 100);
        router.run_until(due);
        assert_eq!(router.adverts(), [(due, 100)]);
        assert_eq!(router.announced, [(due, 5)]);
        assert!(router.holds);
    }
}

#[test]
fn backup_that_hears_priority_zero_waits_the_skew_alone() {
    for version in BOTH {
        let mut router = Router::started(version, 100, |_| {});
        router.run_until(SECOND);
        router.receive(&wire(&advert(version, 0), 1, 255));
        router.run_until(SECOND + timers::skew(version, 100, SECOND) - 1);
        assert_eq!(router.instance.state(), State::Backup);
        router.run_until(router.now + 1);
        assert_eq!(router.instance.state(), State::Master);
    }
}

#[test]
fn backup_that_hears_a_higher_or_equal_priority_starts_its_timer_anew() {
    for (version, priority) in BOTH
        .into_iter()
        .flat_map(|it| [(it, 100), (it, 101), (it, 255)])
    {
        let mut router = Router::started(version, 100, |_| {});
        router.run_until(2 * SECOND);
        router.receive(&wire(&advert(version, priority), 1, 255));
        router.run_until(2 * SECOND + down(version, 100) - 1);
        assert_eq!(router.instance.state(), State::Backup);
        router.run_until(router.now + 1);
        assert_eq!(router.instance.state(), State::Master);
    }
}

#[test]
fn backup_that_preempts_discards_a_lower_priority() {
    for version in BOTH {
        let mut router = Router::started(version, 100, |_| {});
        for second in 1..4 {
            router.run_until(second * SECOND);
            router.receive(&wire(&advert(version, 99), 1, 255));
        }
        router.run_until(down(version, 100));
        assert_eq!(router.instance.state(), State::Master);
    }
}

#[test]
fn backup_that_may_not_preempt_takes_a_lower_priority_for_its_master() {
    for version in BOTH {
        let mut router = Router::started(version, 100, |settings| settings.preempt = false);
        for second in 1..20 {
            router.run_until(second * SECOND);
            router.receive(&wire(&advert(version, 99), 1, 255));
        }
        assert_eq!(router.instance.state(), State::Backup);
        assert!(router.sent.is_empty());
    }
}

#[test]
fn master_advertises_once_each_interval() {
    for version in BOTH {
        let mut router = Router::master(version, 100);
        let start = router.now;
        router.run_until(start + 10 * SECOND);
        let adverts = router.adverts();
        assert_eq!(adverts.len(), 10);
        for pair in adverts.windows(2) {
            assert_eq!(pair[1].0 - pair[0].0, SECOND);
        }
    }
}

#[test]
fn master_that_is_shut_down_says_priority_zero() {
    for version in BOTH {
        let mut router = Router::master(version, 100);
        router.step(Event::Stop);
        assert!(!router.adverts().is_empty());
        assert!(router.adverts().iter().all(|(_, priority)| *priority == 0));
        assert_eq!(router.instance.state(), State::Init);
        assert!(!router.holds);
        router.sent.clear();
        router.run_until(router.now + 60 * SECOND);
        assert!(router.sent.is_empty());
    }
}

#[test]
fn master_that_hears_priority_zero_advertises_at_once_and_restarts_its_timer() {
    for version in BOTH {
        let mut router = Router::master(version, 100);
        let heard = router.now + SECOND / 5;
        router.run_until(heard);
        router.sent.clear();
        router.receive(&wire(&advert(version, 0), 1, 255));
        router.run_until(heard + SECOND);
        assert_eq!(router.adverts(), [(heard, 100), (heard + SECOND, 100)]);
    }
}

#[test]
fn master_that_hears_a_higher_priority_becomes_backup() {
    for version in BOTH {
        let mut router = Router::master(version, 100);
        let heard = router.now;
        router.receive(&wire(&advert(version, 101), 1, 255));
        assert_eq!(router.instance.state(), State::Backup);
        assert!(!router.holds);
        router.run_until(heard + down(version, 100) - 1);
        assert_eq!(router.instance.state(), State::Backup);
        router.run_until(router.now + 1);
        assert_eq!(router.instance.state(), State::Master);
    }
}

#[test]
fn master_that_hears_its_own_priority_yields_to_the_higher_address_only() {
    for version in BOTH {
        for (from, state) in [(4, State::Master), (6, State::Backup)] {
            let mut router = Router::master(version, 100);
            router.receive(&wire(&advert(version, 100), from, 255));
            assert_eq!(router.instance.state(), state, "heard from .{from}");
        }
    }
}

#[test]
fn master_that_hears_a_lower_priority_stays_and_says_so() {
    for version in BOTH {
        let mut router = Router::master(version, 100);
        let heard = router.now;
        router.receive(&wire(&advert(version, 99), 9, 255));
        assert_eq!(router.instance.state(), State::Master);
        // RFC 9568 section 6.4.3: an advert at once, so that the other one yields.
        assert_eq!(router.adverts(), [(heard, 100)]);
        assert_eq!(router.announced, [(heard, 5)]);
    }
}

#[test]
fn timers_follow_the_formulae_for_every_priority() {
    for (version, priority) in BOTH
        .into_iter()
        .flat_map(|it| (1..=254).map(move |p| (it, p)))
    {
        let mut router = Router::started(version, priority, |_| {});
        let skew = SECOND * u64::from(256 - u16::from(priority)) / 256;
        router.run_until(3 * SECOND + skew - 1);
        assert_eq!(router.instance.state(), State::Backup);
        router.run_until(3 * SECOND + skew);
        assert_eq!(router.instance.state(), State::Master, "{priority}");
    }
}

#[test]
fn timers_of_a_version_3_backup_follow_its_master() {
    let mut router = Router::started(Version::V3, 100, |_| {});
    let slow = Advert {
        interval: 4 * SECOND,
        ..advert(Version::V3, 200)
    };
    router.receive(&wire(&slow, 1, 255));
    let due = timers::master_down(Version::V3, 100, 4 * SECOND, 3);
    router.run_until(due - 1);
    assert_eq!(router.instance.state(), State::Backup);
    router.run_until(due);
    assert_eq!(router.instance.state(), State::Master);
}
