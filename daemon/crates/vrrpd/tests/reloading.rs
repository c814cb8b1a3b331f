//! What a reload must not touch: timers, counters, states, and what was not named.

mod harness;

use std::time::{Duration, Instant};

use harness::{Node, Pair, VIP, conf, skipped, vip4};

const FAST: &str = "0.1";

fn started(pair: &Pair, version: u8, interval: &str) -> (Node, Node) {
    pair.serving(
        &conf(version, interval, 254, &vip4()),
        &conf(version, interval, 253, &vip4()),
    )
}

fn facts(node: &mut Node) -> Vec<serde_json::Value> {
    let instance = node.instance();
    ["state", "since", "transitions", "priority"]
        .map(|field| instance[field].clone())
        .to_vec()
}

#[test]
fn a_reload_leaves_the_clock_of_a_master_alone() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = started(&pair, 2, "1");
    let (before, sent) = (facts(&mut a), a.counter("adverts_sent"));
    let began = Instant::now();
    let mut reloads = 0;
    while began.elapsed() < Duration::from_millis(3200) {
        // A script more changes nothing that is advertised.
        let notify = format!("notify_master /bin/n{}\n  {}", reloads % 2, vip4());
        a.configure(&conf(2, "1", 254, &notify));
        reloads += 1;
        std::thread::sleep(Duration::from_millis(50));
    }
    let more = a.counter("adverts_sent") - sent;
    assert!(
        reloads > 10 && (2..=5).contains(&more),
        "{more} adverts in {reloads} reloads"
    );
    assert_eq!(facts(&mut a), before);
    assert_eq!(
        (b.state(), b.counter("became_master")),
        ("BACKUP".into(), 0)
    );
}

#[test]
fn a_reload_does_not_put_off_the_down_timer_of_a_backup() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (a, mut b) = started(&pair, 3, "0.2");
    let received = b.counter("adverts_received");
    a.kill();
    let began = Instant::now();
    let mut reloads = 0;
    while b.state() != "MASTER" {
        let notify = format!("notify_master /bin/n{}\n  {}", reloads % 2, vip4());
        b.configure(&conf(3, "0.2", 253, &notify));
        reloads += 1;
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{reloads} reloads"
        );
        std::thread::sleep(Duration::from_millis(30));
    }
    assert!(reloads > 3, "{reloads}");
    assert!(b.counter("adverts_received") >= received, "counters stay");
}

#[test]
fn a_sync_group_comes_changes_and_goes_under_a_master() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let second = conf(3, FAST, 254, "virtual_ipaddress {\n    10.77.0.101/24\n  }")
        .replace("VI_1", "VI_2")
        .replace("virtual_router_id 77", "virtual_router_id 78");
    let second = second.split_once("vrrp_instance").unwrap().1.to_owned();
    let text = |group: &str| {
        let first = conf(3, FAST, 254, &vip4());
        let group = match group {
            "" => String::new(),
            name => {
                format!("vrrp_sync_group {name} {{\n  group {{\n    VI_1\n    VI_2\n  }}\n}}\n")
            }
        };
        format!("{first}vrrp_instance{second}{group}")
    };
    let mut a = Node::start(&pair.a, &text(""));
    let both = |node: &mut Node| {
        let status = node.status();
        [0, 1].map(|at| {
            let instance = &status["instances"][at];
            (instance["state"].clone(), instance["transitions"].clone())
        })
    };
    a.wait("both being master", |node| {
        both(node).iter().all(|it| it.0 == "MASTER")
    });
    let before = both(&mut a);
    for group in ["G", "H", ""] {
        a.configure(&text(group));
        std::thread::sleep(Duration::from_millis(400));
        assert_eq!(both(&mut a), before, "group '{group}'");
        assert!(pair.a.has(VIP) && pair.a.has("10.77.0.101"));
    }
    a.configure(&conf(3, FAST, 254, &vip4()));
    assert_eq!(both(&mut a)[0], before[0], "one is gone, the other stays");
    assert!(pair.a.has(VIP) && !pair.a.has("10.77.0.101"));
}

#[test]
fn an_interface_that_is_renamed_is_a_fault_until_it_has_its_name_again() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = started(&pair, 3, FAST);
    let rename = |from: &str, to: &str| {
        pair.a.namespace.ip(&["link", "set", from, "down"]);
        pair.a.namespace.ip(&["link", "set", from, "name", to]);
        pair.a.namespace.ip(&["link", "set", to, "up"]);
    };
    rename("eth0", "moved0");
    a.wait_state("FAULT");
    a.wait("the reason", |node| {
        node.instance()["reasons"]
            .to_string()
            .contains("eth0 does not exist")
    });
    b.wait_state("MASTER");
    let left = pair.a.namespace.addresses("moved0");
    assert!(
        !left.iter().any(|address| address.starts_with(VIP)),
        "{left:?}"
    );
    rename("moved0", "eth0");
    a.wait_state("MASTER");
    b.wait_state("BACKUP");
}
