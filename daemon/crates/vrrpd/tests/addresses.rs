//! Virtual addresses: who may remove them, and a hundred of them.

mod harness;

use std::time::Instant;

use harness::keepalived::{Keepalived, missing};
use harness::{Node, Pair, VIP, await_that, conf, skipped};
use testkit::segment::Host;

#[test]
fn an_address_that_is_not_tracked_is_left_to_whoever_removed_it() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let vips = format!("virtual_ipaddress {{\n    {VIP}/24\n    10.77.0.101/24 no_track\n  }}");
    let mut a = Node::start(&pair.a, &conf(3, "0.1", 200, &vips));
    a.wait_state("MASTER");
    pair.a
        .namespace
        .ip(&["addr", "del", "10.77.0.101/24", "dev", "eth0"]);
    pair.a
        .namespace
        .ip(&["addr", "del", &format!("{VIP}/24"), "dev", "eth0"]);
    a.wait("putting the tracked one back", |_| pair.a.has(VIP));
    assert!(!pair.a.has("10.77.0.101"));
    assert_eq!(a.state(), "MASTER");
}

#[test]
fn a_hundred_addresses_most_of_them_excluded_come_and_go_as_keepalived_s_do() {
    if skipped() || missing() {
        return;
    }
    let pair = Pair::new();
    let excluded: Vec<String> = (1..=90).map(|n| format!("    10.80.0.{n}/24")).collect();
    let listed: Vec<String> = (101..=110).map(|n| format!("    10.77.0.{n}/24")).collect();
    let body = format!(
        "virtual_ipaddress {{\n{}\n  }}\n  virtual_ipaddress_excluded {{\n{}\n  }}",
        listed.join("\n"),
        excluded.join("\n")
    );
    let count = |host: &Host| {
        let held = host.namespace.addresses("eth0");
        held.iter()
            .filter(|at| at.starts_with("10.80.") || at.starts_with("10.77.0.1"))
            .count()
    };
    let mut a = Node::start(&pair.a, &conf(3, "0.1", 200, &body));
    a.wait_state("MASTER");
    a.wait("all of them", |_| count(&pair.a) == 101);
    let keepalived = Keepalived::start(&pair.b, &conf(3, "0.1", 100, &body));
    await_that("it hears us", || {
        keepalived.log().contains("Entering BACKUP STATE")
    });
    let started = Instant::now();
    a.stop();
    await_that("keepalived has them all", || count(&pair.b) == 100);
    let theirs = started.elapsed();
    assert_eq!(count(&pair.a), 1, "only its own stays");
    let started = Instant::now();
    let mut a = Node::start(&pair.a, &conf(3, "0.1", 200, &body));
    a.wait("all of them again", |_| count(&pair.a) == 101);
    eprintln!(
        "measured: 100 addresses to keepalived in {theirs:?}, back in {:?}",
        started.elapsed()
    );
    await_that("keepalived gives them up", || count(&pair.b) == 0);
}
