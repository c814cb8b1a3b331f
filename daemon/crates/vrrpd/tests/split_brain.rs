//! Somebody else serves what we are master of: seen, told, and told again when it is over.

mod harness;

use harness::{Node, Pair, VIP, VIP6, conf, skipped, vip4, vip6};

const FAST: &str = "0.1";

fn split(node: &mut Node) -> serde_json::Value {
    node.instance()["splitBrain"].clone()
}

/// A host that has the address by hand, and knows nothing of VRRP.
fn foreign_owner(vip: &str, prefix: u8, text: &str, owner: &str) {
    let pair = Pair::new();
    let mut node = Node::start(&pair.a, text);
    node.wait_state("MASTER");
    assert!(split(&mut node).is_null());
    let address = format!("{vip}/{prefix}");
    let stolen = ["addr", "add", &address, "dev", "eth0"];
    pair.b.namespace.ip(&stolen);
    node.wait("noticing it", |node| !split(node).is_null());
    let seen = split(&mut node);
    assert_eq!(
        (&seen["by"], &seen["address"]),
        (&"address".into(), &vip.into())
    );
    assert!(seen["owner"].as_str().unwrap().contains(owner), "{seen}");
    let reasons = node.instance()["reasons"].to_string();
    assert!(reasons.contains("split brain"), "{reasons}");
    assert_eq!(node.state(), "MASTER");
    assert_eq!(node.counter("split_brains"), 1);
    pair.b
        .namespace
        .ip(&["addr", "del", &address, "dev", "eth0"]);
    node.wait("its end", |node| split(node).is_null());
    let log = node.log.join("\n");
    assert_eq!(log.matches("split brain:").count(), 1, "{log}");
    assert!(log.contains("the split brain is over"), "{log}");
    let subjects: Vec<&str> = node
        .mails
        .iter()
        .map(|(subject, _)| subject.as_str())
        .collect();
    let told = |start: &str| subjects.iter().filter(|it| it.starts_with(start)).count();
    assert_eq!(
        told("VRRP Instance VI_1 - split brain: "),
        1,
        "{subjects:?}"
    );
    assert_eq!(
        told("VRRP Instance VI_1 - the split brain is over"),
        1,
        "{subjects:?}"
    );
}

#[test]
fn an_address_that_another_host_has_too_is_an_alarm() {
    if skipped() {
        return;
    }
    let body = format!("smtp_alert\n  {}", vip4());
    foreign_owner(VIP, 24, &conf(3, FAST, 100, &body), "02:00:00:00:00:02");
}

#[test]
fn an_ipv6_address_that_another_host_has_too_is_an_alarm() {
    if skipped() {
        return;
    }
    let body = format!("smtp_alert\n  {}", vip6());
    foreign_owner(VIP6, 64, &conf(3, FAST, 100, &body), "from");
}

#[test]
fn a_second_master_whose_adverts_are_refused_is_found_by_its_address() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let auth = |password: &str| {
        format!(
            "authentication {{\n    auth_type PASS\n    auth_pass {password}\n  }}\n  {}",
            vip4()
        )
    };
    let mut a = Node::start(&pair.a, &conf(2, "1", 254, &auth("one")));
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &conf(2, "1", 253, &auth("two")));
    b.wait_state("MASTER");
    for node in [&mut a, &mut b] {
        node.wait("noticing the other", |node| !split(node).is_null());
        assert!(node.counter("authentication_failures") > 0);
    }
}

#[test]
fn an_ordinary_change_of_master_is_no_alarm() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = pair.serving(&conf(3, FAST, 254, &vip4()), &conf(3, FAST, 253, &vip4()));
    for _ in 0..3 {
        a.say(&ipc::ToWorker::Handover);
        b.wait_state("MASTER");
        a.wait_state("BACKUP");
        b.say(&ipc::ToWorker::Handover);
        a.wait_state("MASTER");
        b.wait_state("BACKUP");
    }
    assert_eq!(
        (a.counter("split_brains"), b.counter("split_brains")),
        (0, 0)
    );
}

#[test]
fn a_preferred_host_that_comes_is_no_alarm_and_both_say_why_they_changed() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut b = Node::start(&pair.b, &conf(3, FAST, 253, &vip4()));
    b.wait_state("MASTER");
    let mut a = Node::start(&pair.a, &conf(3, FAST, 254, &vip4()));
    a.wait_state("MASTER");
    b.wait_state("BACKUP");
    a.wait("some adverts", |node| node.counter("adverts_sent") > 8);
    assert_eq!(a.counter("split_brains"), 0);
    let (of_a, of_b) = (a.log.join("\n"), b.log.join("\n"));
    assert!(!of_a.contains("split brain"), "{of_a}");
    let alone = "BACKUP → MASTER: no other master is heard";
    assert!(of_b.contains(alone), "{of_b}");
    let came = "advertises priority 253, ours is 254";
    assert!(
        of_a.contains("BACKUP → MASTER: ") && of_a.contains(came),
        "{of_a}"
    );
    let left = "advertises priority 254, ours is 253";
    assert!(
        of_b.contains("MASTER → BACKUP: ") && of_b.contains(left),
        "{of_b}"
    );
    a.kill();
    b.wait_state("MASTER");
    let log = b.log.join("\n");
    assert!(log.contains("BACKUP → MASTER: no advert of 10."), "{log}");
}
