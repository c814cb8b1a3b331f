//! Reloading under a running pair, differing files, groups, and what is told to the outside.

mod harness;

use harness::{Node, Pair, SECOND_VIP, VIP, conf, skipped, two_vips, vip4};
use testkit::probe::{Probe, Responder};
use testkit::segment::INTERFACE;

const FAST: &str = "0.1";

#[test]
fn a_reload_keeps_the_master_and_touches_only_what_changed() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = pair.serving(&conf(3, FAST, 200, &vip4()), &conf(3, FAST, 100, &vip4()));
    let before = (
        a.instance()["transitions"].clone(),
        b.instance()["transitions"].clone(),
    );
    let responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    let probe = Probe::start(&pair.client, VIP.parse().unwrap());
    // The list differs between the hosts for a while, as when a rollout adds an address.
    a.configure(&conf(3, FAST, 200, &two_vips()));
    assert!(pair.a.has(SECOND_VIP));
    assert_eq!(a.holding.len(), 2);
    b.wait("an alarm", |node| node.counter("address_list_differs") > 2);
    b.configure(&conf(3, FAST, 100, &two_vips()));
    a.configure(&conf(3, FAST, 200, &vip4()));
    assert!(!pair.a.has(SECOND_VIP) && pair.a.has(VIP));
    for _ in 0..5 {
        a.configure(&conf(3, FAST, 200, &vip4()));
    }
    let timeline = probe.finish();
    drop(responders);
    assert_eq!(timeline.hosts(), ["a"]);
    eprintln!(
        "measured: seven reloads, longest gap: {:?}",
        timeline.longest_gap()
    );
    let after = (
        a.instance()["transitions"].clone(),
        b.instance()["transitions"].clone(),
    );
    assert_eq!(before, after);
    assert_eq!(a.counter("lower_priority_heard"), 0);
}

#[test]
fn a_priority_changed_by_reload_moves_the_master() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = pair.serving(&conf(3, FAST, 200, &vip4()), &conf(3, FAST, 100, &vip4()));
    a.configure(&conf(3, FAST, 50, &vip4()));
    b.wait_state("MASTER");
    a.wait_state("BACKUP");
}

#[test]
fn an_instance_that_is_removed_releases_and_a_new_one_starts() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let text = conf(3, FAST, 200, &vip4());
    let mut a = Node::start(&pair.a, &text);
    a.wait_state("MASTER");
    let renumbered = text.replace("virtual_router_id 77", "virtual_router_id 78");
    a.configure(&renumbered);
    assert!(!pair.a.has(VIP), "the old virtual router is gone");
    a.wait_state("MASTER");
    assert_eq!(a.instance()["virtualRouterId"], 78);
    assert!(pair.a.has(VIP));
}

#[test]
fn without_preemption_the_first_master_stays() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let stays = format!("nopreempt\n  {}", vip4());
    let mut b = Node::start(&pair.b, &conf(3, FAST, 100, &vip4()));
    b.wait_state("MASTER");
    let mut a = Node::start(&pair.a, &conf(3, FAST, 200, &stays));
    a.wait("hearing the master", |node| {
        node.counter("adverts_received") > 10
    });
    assert_eq!((a.state(), b.state()), ("BACKUP".into(), "MASTER".into()));
    b.stop();
    a.wait_state("MASTER");
}

#[test]
fn a_group_moves_together() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let group = "vrrp_sync_group G {\n  group {\n    VI_1\n    VI_2\n  }\n}\n";
    let two = |priority: u8| {
        let first = conf(3, FAST, priority, &vip4());
        let second = conf(
            3,
            FAST,
            priority,
            "virtual_ipaddress {\n    10.78.0.100/24\n  }",
        )
        .replace("VI_1", "VI_2")
        .replace("interface eth0", "interface in0")
        .replace("virtual_router_id 77", "virtual_router_id 78");
        let second = second.split_once("vrrp_instance").unwrap().1;
        format!("{first}vrrp_instance{second}{group}")
    };
    for host in [&pair.a, &pair.b] {
        let number = if host.name == "a" { 1 } else { 2 };
        host.namespace.add_link("in0");
        host.namespace.ip(&["link", "set", "in0", "up"]);
        host.namespace
            .ip(&["addr", "add", &format!("10.78.0.{number}/24"), "dev", "in0"]);
    }
    let mut a = Node::start(&pair.a, &two(200));
    a.wait("both being master", |node| {
        let status = node.status();
        (0..2).all(|at| status["instances"][at]["state"] == "MASTER")
    });
    pair.a.namespace.ip(&["link", "set", "in0", "down"]);
    a.wait("both failing", |node| {
        let status = node.status();
        (0..2).all(|at| status["instances"][at]["state"] == "FAULT")
    });
    let reasons = a.instance()["reasons"].to_string();
    assert!(reasons.contains("VI_2 of the same sync group"), "{reasons}");
    assert!(
        pair.a
            .namespace
            .addresses(INTERFACE)
            .iter()
            .all(|text| !text.starts_with(VIP))
    );
    pair.a.namespace.ip(&["link", "set", "in0", "up"]);
    a.wait("both coming back", |node| {
        let status = node.status();
        (0..2).all(|at| status["instances"][at]["state"] == "MASTER")
    });
}

#[test]
fn notify_scripts_are_asked_for_in_the_order_of_events() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let body = format!(
        "notify_master \"/bin/m one\"\n  notify_backup /bin/b\n  notify /bin/any\n  {}",
        vip4()
    );
    let mut a = Node::start(&pair.a, &conf(3, FAST, 100, &body));
    a.wait_state("MASTER");
    let told: Vec<String> = a.notified.iter().map(|argv| argv.join(" ")).collect();
    assert_eq!(
        told,
        [
            "/bin/b",
            "/bin/any INSTANCE VI_1 BACKUP 100",
            "/bin/m one",
            "/bin/any INSTANCE VI_1 MASTER 100",
        ]
    );
}

#[test]
fn after_a_silent_partition_clients_find_the_one_master_again() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = pair.serving(&conf(3, FAST, 254, &vip4()), &conf(3, FAST, 253, &vip4()));
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    for round in 0..3 {
        let probe = Probe::start(&pair.client, VIP.parse().unwrap());
        probe.await_answer("a");
        pair.segment.set_isolated(&pair.a, true);
        b.wait_state("MASTER");
        assert_eq!(a.state(), "MASTER", "an isolated host cannot know");
        probe.await_answer("b");
        let apart = probe.finish();
        assert_eq!(apart.hosts(), ["a", "b"], "round {round}");
        let probe = Probe::start(&pair.client, VIP.parse().unwrap());
        probe.await_answer("b");
        pair.segment.set_isolated(&pair.a, false);
        b.wait_state("BACKUP");
        probe.await_answer("a");
        let healed = probe.finish();
        eprintln!(
            "measured: isolation {:?}, heal {:?}",
            apart.longest_gap(),
            healed.longest_gap()
        );
        assert_eq!(healed.hosts().last(), Some(&"a"), "round {round}");
        assert!(
            healed.longest_gap() < std::time::Duration::from_millis(500),
            "round {round}"
        );
    }
}
