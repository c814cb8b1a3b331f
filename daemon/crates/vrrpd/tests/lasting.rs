//! What is on a host whatever the state, and what is not let in.

mod harness;

use std::time::Duration;

use harness::{Node, Pair, VIP, VIP6, conf, skipped, vip4, vip6};
use testkit::probe::{Probe, Responder};

#[test]
fn static_addresses_are_there_before_and_after_mastership_and_put_back() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let block = "static_ipaddress {\n  10.77.0.50/24 dev eth0\n  fd77::50/64 dev eth0\n}\n";
    let plain = conf(3, "0.1", 100, &vip4());
    let mut node = Node::start(&pair.a, &format!("{block}{plain}"));
    assert_eq!(node.state(), "BACKUP");
    assert!(pair.a.has("10.77.0.50") && pair.a.has("fd77::50"));
    node.wait_state("MASTER");
    let take = ["addr", "del", "10.77.0.50/24", "dev", "eth0"];
    pair.a.namespace.ip(&take);
    node.wait("putting it back", |_| pair.a.has("10.77.0.50"));
    node.configure(&plain);
    assert!(!pair.a.has("10.77.0.50") && !pair.a.has("fd77::50"));
    assert!(pair.a.has(VIP));
    node.configure(&format!("{block}{plain}"));
    assert!(pair.a.has("10.77.0.50"));
    node.stop();
    assert!(!pair.a.has("10.77.0.50"));
}

#[test]
fn secondaries_outlive_the_first_address_of_their_subnet() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    pair.a
        .namespace
        .sysctl("net.ipv4.conf.eth0.promote_secondaries", "0");
    let body = format!("promote_secondaries\n  {}", vip4());
    let mut node = Node::start(&pair.a, &conf(3, "0.1", 100, &body));
    node.wait_state("MASTER");
    pair.a
        .namespace
        .ip(&["addr", "add", "10.99.0.1/24", "dev", "eth0"]);
    pair.a
        .namespace
        .ip(&["addr", "add", "10.99.0.2/24", "dev", "eth0"]);
    pair.a
        .namespace
        .ip(&["addr", "del", "10.99.0.1/24", "dev", "eth0"]);
    assert!(pair.a.has("10.99.0.2"));
}

/// Whether a client gets answers from an address within a moment.
fn answers(pair: &Pair, address: &str) -> bool {
    let probe = Probe::start(&pair.client, address.parse().unwrap());
    std::thread::sleep(Duration::from_millis(300));
    !probe.finish().hosts().is_empty()
}

fn unaccepted(vip: &str, block: &str, own: &str) {
    let pair = Pair::new();
    let _responder = Responder::on(&pair.a);
    let closed = conf(3, "0.1", 100, &format!("no_accept\n  {block}"));
    let mut node = Node::start(&pair.a, &closed);
    node.wait_state("MASTER");
    assert!(pair.a.has(vip));
    assert!(!answers(&pair, vip));
    assert!(answers(&pair, own), "its own address is not concerned");
    let neighbours = pair.client.namespace.ip(&["neigh", "show", vip]);
    assert!(neighbours.contains("02:00:00:00:00:01"), "{neighbours}");
    node.configure(&conf(3, "0.1", 100, block));
    assert_eq!(node.state(), "MASTER");
    assert!(answers(&pair, vip), "a reload opens it");
}

#[test]
fn without_accept_mode_a_master_takes_no_packet_to_its_addresses() {
    if skipped() {
        return;
    }
    unaccepted(VIP, &vip4(), "10.77.0.1");
}

#[test]
fn without_accept_mode_ipv6_addresses_are_found_and_silent() {
    if skipped() {
        return;
    }
    unaccepted(VIP6, &vip6(), "fd77::1");
}
