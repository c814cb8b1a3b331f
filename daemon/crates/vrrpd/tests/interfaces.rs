//! Interfaces that come late, go, come again, lose their carrier or their address.

mod harness;

use std::time::{Duration, Instant};

use harness::{Node, Pair, VIP, VIP6, await_that, conf, skipped, vip4, vip6};
use testkit::segment::Host;

fn heard_from(node: &mut Node) -> String {
    node.instance()["master"]["address"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// An instance on `eth1` that is not there yet; the adverts of it go nowhere.
fn on_eth1() -> String {
    let text = conf(
        3,
        "0.1",
        200,
        "virtual_ipaddress {\n    10.78.0.100/24\n  }",
    );
    format!(
        "global_defs {{\n  dynamic_interfaces\n}}\n{}",
        text.replace("interface eth0", "interface eth1")
    )
}

fn add_eth1(host: &Host) {
    host.namespace.add_link("eth1");
    host.namespace.ip(&["link", "set", "eth1", "up"]);
    host.namespace
        .ip(&["addr", "add", "10.78.0.1/24", "dev", "eth1"]);
}

fn holds(host: &Host, interface: &str, address: &str) -> bool {
    let names = host.namespace.ip(&["-br", "link"]);
    let there = names.lines().any(|line| line.starts_with(interface));
    there
        && host
            .namespace
            .addresses(interface)
            .iter()
            .any(|at| at.starts_with(address))
}

fn has_carrier(host: &Host) -> bool {
    let link = host.namespace.ip(&["link", "show", "dev", "eth0"]);
    link.contains("LOWER_UP")
}

#[test]
fn an_interface_may_come_late_go_and_come_again_under_another_number() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut node = Node::start(&pair.a, &on_eth1());
    assert_eq!(node.state(), "FAULT");
    assert!(
        node.instance()["reasons"]
            .to_string()
            .contains("interface eth1 does not exist")
    );
    for _ in 0..2 {
        add_eth1(&pair.a);
        node.wait_state("MASTER");
        assert!(holds(&pair.a, "eth1", "10.78.0.100"));
        // Joined anew: the other end of the cable would not hear adverts of a dead socket.
        let sent = node.counter("adverts_sent");
        node.wait("sending", |node| node.counter("adverts_sent") > sent + 2);
        let groups = pair.a.namespace.ip(&["maddr", "show", "dev", "eth1"]);
        assert!(groups.contains("224.0.0.18"), "{groups}");
        pair.a.namespace.ip(&["link", "del", "eth1"]);
        node.wait_state("FAULT");
    }
}

#[test]
fn a_renamed_interface_is_no_longer_the_one_that_was_meant() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    add_eth1(&pair.a);
    let mut node = Node::start(&pair.a, &on_eth1());
    node.wait_state("MASTER");
    let rename = |from: &str, to: &str| {
        pair.a.namespace.ip(&["link", "set", from, "down"]);
        pair.a.namespace.ip(&["link", "set", from, "name", to]);
        pair.a.namespace.ip(&["link", "set", to, "up"]);
    };
    rename("eth1", "other0");
    node.wait_state("FAULT");
    await_that("its address is gone", || {
        !holds(&pair.a, "other0", "10.78.0.100")
    });
    rename("other0", "eth1");
    node.wait_state("MASTER");
    assert!(holds(&pair.a, "eth1", "10.78.0.100"));
}

#[test]
fn a_lost_carrier_is_acted_on_at_once_and_a_debounced_one_after_its_delay() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let text = |priority, extra: &str| conf(3, "0.1", priority, &format!("{extra}\n  {}", vip4()));
    let mut a = Node::start(&pair.a, &text(200, ""));
    a.wait_state("MASTER");
    pair.segment.set_cable(&pair.a, false);
    let took = await_that("the address is gone", || !pair.a.has(VIP));
    eprintln!("measured: address gone {took:?} after the carrier");
    a.wait_state("FAULT");
    pair.segment.set_cable(&pair.a, true);
    a.wait_state("MASTER");
    // Long enough for a busy machine to pull the cable and to plug it in again.
    a.configure(&text(200, "interface_up_down_delays 10 0.3"));
    let transitions = a.instance()["transitions"].clone();
    for plugged in [false, true] {
        pair.segment.set_cable(&pair.a, plugged);
        await_that("the kernel sees the cable", || {
            has_carrier(&pair.a) == plugged
        });
        // It was told before it was asked.
        assert_eq!(a.state(), "MASTER", "a short loss does not count");
    }
    let sent = a.counter("adverts_sent");
    a.wait("sending", |node| node.counter("adverts_sent") > sent + 2);
    assert_eq!(a.instance()["transitions"], transitions);
    a.configure(&text(200, "interface_up_down_delays 0.15 0.3"));
    let started = Instant::now();
    pair.segment.set_cable(&pair.a, false);
    a.wait_state("FAULT");
    assert!(
        started.elapsed() >= Duration::from_millis(150),
        "{:?}",
        started.elapsed()
    );
    let started = Instant::now();
    pair.segment.set_cable(&pair.a, true);
    a.wait("leaving FAULT", |node| node.state() != "FAULT");
    assert!(
        started.elapsed() >= Duration::from_millis(300),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_renumbered_master_speaks_from_its_new_address() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &conf(3, "0.1", 200, &vip4()));
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &conf(3, "0.1", 100, &vip4()));
    b.wait("hearing the master", |node| heard_from(node) == "10.77.0.1");
    let transitions = a.instance()["transitions"].clone();
    pair.a
        .namespace
        .sysctl("net.ipv4.conf.eth0.promote_secondaries", "1");
    pair.a
        .namespace
        .ip(&["addr", "add", "10.77.0.5/24", "dev", "eth0"]);
    pair.a
        .namespace
        .ip(&["addr", "del", "10.77.0.1/24", "dev", "eth0"]);
    b.wait("hearing it from the new address", |node| {
        heard_from(node) == "10.77.0.5"
    });
    assert!(pair.a.has(VIP));
    assert_eq!(a.instance()["transitions"], transitions);
    assert_eq!(
        (a.state().as_str(), b.state().as_str()),
        ("MASTER", "BACKUP")
    );
}

#[test]
fn a_virtual_address_never_becomes_the_source_of_adverts() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &conf(3, "0.1", 200, &vip4()));
    a.wait_state("MASTER");
    // Without promotion the kernel takes the virtual address away with the first of its subnet.
    pair.a
        .namespace
        .sysctl("net.ipv4.conf.eth0.promote_secondaries", "0");
    pair.a
        .namespace
        .ip(&["addr", "del", "10.77.0.1/24", "dev", "eth0"]);
    a.wait_state("FAULT");
    assert!(
        a.instance()["reasons"]
            .to_string()
            .contains("no address to send from")
    );
    assert!(!pair.a.has(VIP));
    pair.a
        .namespace
        .ip(&["addr", "add", "10.77.0.1/24", "dev", "eth0"]);
    a.wait_state("MASTER");
}

#[test]
fn ipv6_waits_until_its_link_local_address_is_no_longer_tentative() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let eth1 = "global_defs {\n  dynamic_interfaces\n}\n".to_owned()
        + &conf(3, "0.1", 200, &vip6()).replace("interface eth0", "interface eth1");
    let mut node = Node::start(&pair.a, &eth1);
    assert_eq!(node.state(), "FAULT");
    pair.a.namespace.add_link("eth1");
    for key in ["all", "default", "eth1"] {
        pair.a
            .namespace
            .sysctl(&format!("net.ipv6.conf.{key}.accept_dad"), "1");
        pair.a
            .namespace
            .sysctl(&format!("net.ipv6.conf.{key}.dad_transmits"), "1");
    }
    pair.a.namespace.ip(&["link", "set", "eth1", "up"]);
    let tentative = || {
        pair.a
            .namespace
            .ip(&["-6", "addr", "show", "dev", "eth1"])
            .contains("tentative")
    };
    node.wait("seeing the interface", |node| {
        node.instance()["reasons"]
            .to_string()
            .contains("no address to send from")
            || !tentative()
    });
    while tentative() {
        let state = node.state();
        assert!(
            state == "FAULT" || !tentative(),
            "{state} with a tentative source"
        );
    }
    node.wait_state("MASTER");
    assert!(holds(&pair.a, "eth1", VIP6));
}

#[test]
fn with_track_src_ip_an_instance_without_its_source_is_in_fault() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let body = format!("mcast_src_ip 10.77.0.5\n  track_src_ip\n  {}", vip4());
    let mut a = Node::start(&pair.a, &conf(3, "0.1", 200, &body));
    assert_eq!(a.state(), "FAULT");
    let reasons = a.instance()["reasons"].to_string();
    assert!(reasons.contains("10.77.0.5"), "{reasons}");
    pair.a
        .namespace
        .ip(&["addr", "add", "10.77.0.5/24", "dev", "eth0"]);
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &conf(3, "0.1", 100, &vip4()));
    b.wait("hearing it", |node| heard_from(node) == "10.77.0.5");
    pair.a
        .namespace
        .ip(&["addr", "del", "10.77.0.5/24", "dev", "eth0"]);
    a.wait_state("FAULT");
    b.wait_state("MASTER");
}
