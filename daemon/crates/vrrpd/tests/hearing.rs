//! Who hears whom, and whose address list is another: shown on both hosts.

mod harness;

use harness::keepalived::{Keepalived, missing};
use harness::{Node, Pair, SECOND_VIP, VIP, conf, skipped, two_vips, unicast, vip4, vip6};
use serde_json::{Value, json};

const FAST: &str = "0.1";

fn peer(node: &mut Node, address: &str) -> Value {
    let peers = node.instance()["peers"].as_array().cloned().unwrap();
    let known = peers.into_iter().find(|peer| peer["address"] == address);
    known.unwrap_or(Value::Null)
}

/// A pair that exchanges adverts in one way: the master is told that it is heard, and by whom.
fn both_ways(a: &str, b: &str, addresses: (Option<&str>, Option<&str>)) {
    let pair = Pair::new();
    let mut first = Node::start(&pair.a, a);
    first.wait_state("MASTER");
    assert!(first.instance()["heardByPeer"].is_null(), "nobody is there");
    let mut second = Node::start(&pair.b, b);
    first.wait("being heard", |node| node.instance()["heardByPeer"] == true);
    second.wait("hearing", |node| {
        node.instance()["master"]["priority"] == 254
    });
    assert!(second.instance()["heardByPeer"].is_null(), "not a master");
    if let (Some(own), Some(other)) = addresses {
        let seen = peer(&mut first, other);
        assert_eq!(
            (&seen["state"], &seen["priority"], &seen["hearsUs"]),
            (&json!("BACKUP"), &json!(253), &json!(true)),
            "{seen}"
        );
        let seen = peer(&mut second, own);
        assert_eq!(
            (&seen["state"], &seen["priority"]),
            (&json!("MASTER"), &json!(254))
        );
        assert!(seen["lastAdvertHeardMs"].as_u64().unwrap() < 2000, "{seen}");
    }
    second.kill();
    first.wait("being heard no more", |node| {
        node.instance()["heardByPeer"] == false
    });
    first.wait("the warning", |node| {
        node.log.join("\n").contains("nobody would take over")
    });
}

#[test]
fn a_master_is_told_that_it_is_heard_by_multicast() {
    if skipped() {
        return;
    }
    let text = |priority| conf(3, FAST, priority, &vip4());
    both_ways(
        &text(254),
        &text(253),
        (Some("10.77.0.1"), Some("10.77.0.2")),
    );
}

#[test]
fn a_master_is_told_that_it_is_heard_by_unicast() {
    if skipped() {
        return;
    }
    let (one, two) = ("10.77.0.1", "10.77.0.2");
    let a = conf(2, "1", 254, &unicast(one, two));
    let b = conf(2, "1", 253, &unicast(two, one));
    both_ways(&a, &b, (Some(one), Some(two)));
}

#[test]
fn a_master_is_told_that_it_is_heard_by_link_local_ipv6() {
    if skipped() {
        return;
    }
    let text = |priority| conf(3, FAST, priority, &vip6());
    both_ways(&text(254), &text(253), (None, None));
}

#[test]
fn keepalived_as_backup_leaves_it_unknown_and_as_master_is_not_pestered() {
    if skipped() || missing() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &conf(3, FAST, 254, &vip4()));
    a.wait_state("MASTER");
    let backup = Keepalived::start(&pair.b, &conf(3, FAST, 253, &vip4()));
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(a.instance()["heardByPeer"].is_null());
    backup.stop();
    let master = Keepalived::start(&pair.b, &conf(3, FAST, 255, &vip4()));
    a.wait_state("BACKUP");
    a.wait("hearing it", |node| node.counter("adverts_received") > 15);
    assert!(!pair.a.has(VIP) && pair.b.has(VIP), "{}", master.log());
}

#[test]
fn an_address_added_host_by_host_is_an_alarm_and_never_a_second_master() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = pair.serving(&conf(3, FAST, 254, &vip4()), &conf(3, FAST, 253, &vip4()));
    b.configure(&conf(3, FAST, 253, &two_vips()));
    b.wait("the alarm", |node| {
        !node.instance()["addressListDiffers"].is_null()
    });
    let seen = b.instance()["addressListDiffers"].clone();
    assert_eq!(
        (&seen["from"], &seen["missing"], &seen["unknown"]),
        (&json!("10.77.0.1"), &json!([SECOND_VIP]), &json!([]))
    );
    a.wait("the master is told", |node| {
        peer(node, "10.77.0.2")["addressListDiffers"] == true
    });
    assert_eq!((a.state(), b.state()), ("MASTER".into(), "BACKUP".into()));
    assert!(!pair.b.has(VIP));
    a.configure(&conf(3, FAST, 254, &two_vips()));
    b.wait("its end", |node| {
        node.instance()["addressListDiffers"].is_null()
    });
    let log = b.log.join("\n");
    assert_eq!(log.matches("address lists differ").count(), 1, "{log}");
    assert!(log.contains("the address lists agree again"), "{log}");
    assert!(pair.a.has(SECOND_VIP) && !pair.b.has(SECOND_VIP));
    assert_eq!(
        (a.counter("released_master"), b.counter("became_master")),
        (0, 0)
    );
}

/// The same with keepalived on both hosts, as the reason for the rule: its backup drops adverts
/// whose list is another, and becomes a second master.
#[test]
fn keepalived_makes_two_masters_of_that() {
    if skipped() || missing() {
        return;
    }
    let pair = Pair::new();
    let _a = Keepalived::start(&pair.a, &conf(3, FAST, 254, &vip4()));
    let _b = Keepalived::start(&pair.b, &conf(3, FAST, 253, &two_vips()));
    let end = std::time::Instant::now() + harness::PATIENCE;
    while !(pair.a.has(VIP) && pair.b.has(VIP)) {
        assert!(
            std::time::Instant::now() < end,
            "keepalived no longer does this"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
