//! One of ours and Debian's frr as a pair of version 3, in both roles and both families.

mod harness;

use harness::frr::{Frr, Router, add_macvlan, missing};
use harness::{Node, Pair, conf, skipped, vip4, vip6};

const INTERVAL: &str = "0.25";

fn ours(router: &Router, priority: u8) -> String {
    let addresses = if router.ipv6 { vip6() } else { vip4() };
    conf(3, INTERVAL, priority, &addresses)
}

fn both_roles(router: &Router, vip: &str) {
    if skipped() || missing() {
        return;
    }
    let pair = Pair::new();
    add_macvlan(&pair.b, router);
    let theirs = Frr::start(&pair.b, router);
    theirs.await_status("Master");
    // Ours is better: it takes over, hands over when it stops, and comes back as backup.
    let mut node = Node::start(&pair.a, &ours(router, 200));
    node.wait_state("MASTER");
    assert!(pair.a.has(vip));
    theirs.await_status("Backup");
    node.stop();
    theirs.await_status("Master");
    assert!(!pair.a.has(vip));
    let mut node = Node::start(&pair.a, &ours(router, 50));
    node.wait("hearing frr", |node| node.counter("adverts_received") > 3);
    assert_eq!(node.state(), "BACKUP");
    drop(theirs);
    node.wait_state("MASTER");
    let theirs = Frr::start(&pair.b, router);
    theirs.await_status("Master");
    node.wait_state("BACKUP");
    assert!(!pair.a.has(vip));
    let counters = node.instance()["counters"].clone();
    for error in vrrp::PacketError::ALL {
        assert_eq!(counters[error.label()], 0, "{counters}");
    }
    node.stop();
}

#[test]
fn frr_and_ours_share_an_ipv4_address() {
    let router = Router {
        ipv6: false,
        priority: 100,
        interval_ms: 250,
        addresses: &["10.77.0.100/24"],
    };
    both_roles(&router, harness::VIP);
}

#[test]
fn frr_and_ours_share_ipv6_addresses() {
    let router = Router {
        ipv6: true,
        priority: 100,
        interval_ms: 250,
        addresses: &["fe80::77:1/64", "fd77::100/64"],
    };
    both_roles(&router, harness::VIP6);
}
