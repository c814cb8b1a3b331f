//! Who answers for an address on the link.

mod harness;

use std::net::IpAddr;
use std::time::Duration;

use harness::{Pair, skipped};
use vrrpd::probe::{ProbeError, probe};

const TIMEOUT: Duration = Duration::from_millis(500);

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn another_hosts_addresses_are_found_and_free_ones_are_not() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let asked = ["10.77.0.2", "10.77.0.50", "fd77::2", "fd77::50"].map(address);
    let found = pair
        .a
        .namespace
        .enter(|| probe("eth0", &asked, TIMEOUT))
        .unwrap();
    let found: Vec<(String, &str)> = found
        .iter()
        .map(|answer| (answer.address.to_string(), answer.mac.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("10.77.0.2".to_owned(), "02:00:00:00:00:02"),
            ("fd77::2".to_owned(), "02:00:00:00:00:02")
        ]
    );
}

#[test]
fn our_own_address_is_no_conflict_but_a_second_owner_is() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let asked = [address("10.77.0.1")];
    let found = pair
        .a
        .namespace
        .enter(|| probe("eth0", &asked, TIMEOUT))
        .unwrap();
    assert_eq!(found, []);
    pair.b
        .namespace
        .ip(&["addr", "add", "10.77.0.1/24", "dev", "eth0"]);
    let found = pair
        .a
        .namespace
        .enter(|| probe("eth0", &asked, TIMEOUT))
        .unwrap();
    assert_eq!(found[0].mac, "02:00:00:00:00:02");
}

#[test]
fn interfaces_that_cannot_be_asked_on_are_named() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let asked = [address("10.77.0.2")];
    let missing = pair
        .a
        .namespace
        .enter(|| probe("eth7", &asked, TIMEOUT))
        .unwrap_err();
    assert!(matches!(missing, ProbeError::NoInterface(name) if name == "eth7"));
    pair.a.set_link(false);
    let down = pair
        .a
        .namespace
        .enter(|| probe("eth0", &asked, TIMEOUT))
        .unwrap_err();
    assert!(matches!(down, ProbeError::Down(_)), "{down}");
}
