//! Two VRRP processes on one segment: who holds the address, and how fast it moves.

mod harness;

use std::time::Duration;

use harness::{Node, Pair, VIP, conf, skipped, vip4};
use ipc::ToWorker;
use testkit::probe::{Probe, Responder, Timeline};

const FAST: &str = "0.1";

fn probed(pair: &Pair, act: impl FnOnce()) -> Timeline {
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    let probe = Probe::start(&pair.client, VIP.parse().unwrap());
    act();
    probe.finish()
}

/// Lets a probe gather answers from the new master.
fn settle() {
    std::thread::sleep(Duration::from_millis(300));
}

fn start_pair(pair: &Pair, interval: &str) -> (Node, Node) {
    let version = if interval == "1" { 2 } else { 3 };
    let mut a = Node::start(&pair.a, &conf(version, interval, 254, &vip4()));
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &conf(version, interval, 253, &vip4()));
    b.wait("hearing the master", |node| {
        node.counter("adverts_received") > 0
    });
    (a, b)
}

#[test]
fn the_address_is_on_the_master_alone() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = start_pair(&pair, FAST);
    assert!(pair.a.has(VIP) && !pair.b.has(VIP));
    assert_eq!((a.state(), b.state()), ("MASTER".into(), "BACKUP".into()));
    assert_eq!(b.instance()["master"]["address"], "10.77.0.1");
    assert_eq!(a.holding.len(), 1);
    assert!(a.heartbeats > 3);
}

#[test]
fn a_killed_master_is_replaced_after_its_down_time() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (a, mut b) = start_pair(&pair, FAST);
    a.kill();
    b.wait_state("MASTER");
    assert!(pair.b.has(VIP));
}

#[test]
fn a_pulled_cable_moves_the_address_and_a_plugged_one_moves_it_back() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = start_pair(&pair, FAST);
    let timeline = probed(&pair, || {
        settle();
        pair.segment.set_cable(&pair.a, false);
        a.wait_state("FAULT");
        b.wait_state("MASTER");
        settle();
    });
    assert_eq!(timeline.hosts(), ["a", "b"]);
    let gap = timeline.longest_gap();
    eprintln!("measured: link down at 100 ms: {gap:?}");
    assert!(gap < Duration::from_millis(700), "{gap:?}");
    assert!(!pair.a.has(VIP));
    pair.segment.set_cable(&pair.a, true);
    a.wait_state("MASTER");
    b.wait_state("BACKUP");
    assert!(pair.a.has(VIP) && !pair.b.has(VIP));
}

#[test]
fn a_handover_costs_no_more_than_some_milliseconds() {
    if skipped() {
        return;
    }
    for interval in [FAST, "1"] {
        let pair = Pair::new();
        let (mut a, mut b) = start_pair(&pair, interval);
        let timeline = probed(&pair, || {
            settle();
            a.say(&ToWorker::Handover);
            b.wait_state("MASTER");
            a.wait_state("BACKUP");
            settle();
        });
        assert_eq!(timeline.hosts(), ["a", "b"], "interval {interval}");
        let gap = timeline.longest_gap();
        eprintln!(
            "measured: handover at {interval} s: {gap:?} switch {:?}",
            timeline.longest_switch()
        );
        assert!(gap < Duration::from_millis(100), "{gap:?}");
        // It stays backup although its priority is higher, until it is configured again.
        std::thread::sleep(Duration::from_millis(800));
        assert_eq!(a.state(), "BACKUP");
        a.configure(&conf(
            if interval == "1" { 2 } else { 3 },
            interval,
            254,
            &vip4(),
        ));
        a.wait_state("MASTER");
        b.wait_state("BACKUP");
    }
}

#[test]
fn a_graceful_stop_hands_over_first() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (a, mut b) = start_pair(&pair, "1");
    let timeline = probed(&pair, || {
        settle();
        a.stop();
        b.wait_state("MASTER");
        settle();
    });
    let gap = timeline.longest_gap();
    eprintln!("measured: stop at 1 s: {gap:?}");
    assert!(gap < Duration::from_millis(100), "{gap:?}");
    assert!(!pair.a.has(VIP));
}

#[test]
fn without_its_supervisor_it_releases_and_goes() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (a, mut b) = start_pair(&pair, "1");
    let timeline = probed(&pair, || {
        settle();
        a.abandon();
        b.wait_state("MASTER");
        settle();
    });
    assert!(!pair.a.has(VIP) && pair.b.has(VIP));
    let gap = timeline.longest_gap();
    eprintln!("measured: supervisor gone at 1 s: {gap:?}");
    assert!(gap < Duration::from_millis(150), "{gap:?}");
}

#[test]
fn an_address_removed_by_somebody_else_is_put_back_at_once() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = start_pair(&pair, FAST);
    pair.a
        .namespace
        .ip(&["addr", "del", "10.77.0.100/24", "dev", "eth0"]);
    a.wait("putting the address back", |node| {
        node.counter("addresses_restored") == 1
    });
    assert!(pair.a.has(VIP));
    assert_eq!(a.counter("released_master"), 0);
    assert_eq!(b.state(), "BACKUP");
}

#[test]
fn addresses_left_by_a_dead_process_are_removed_at_start() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (a, mut b) = start_pair(&pair, FAST);
    a.kill();
    b.wait_state("MASTER");
    assert!(pair.a.has(VIP), "a killed process leaves its address");
    let a = Node::start(&pair.a, &conf(3, FAST, 200, &vip4()));
    assert!(!pair.a.has(VIP));
    assert!(
        a.log.iter().any(|line| line.contains("left on eth0")),
        "{:?}",
        a.log
    );
}

/// What a take-over costs in each way of exchanging adverts.
fn measure(name: &str, version: u8, interval: &str, vip: &str, extra: &[String; 2]) {
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &conf(version, interval, 254, &extra[0]));
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &conf(version, interval, 253, &extra[1]));
    b.wait("hearing the master", |node| {
        node.counter("adverts_received") > 0
    });
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    let probe = Probe::start(&pair.client, vip.parse().unwrap());
    settle();
    a.say(&ToWorker::Handover);
    b.wait_state("MASTER");
    a.wait_state("BACKUP");
    settle();
    let handover = probe.finish();
    assert_eq!(handover.hosts(), ["a", "b"], "{name}");
    assert!(
        handover.longest_gap() < Duration::from_millis(100),
        "{name}: {handover:?}"
    );
    a.configure(&conf(version, interval, 254, &extra[0]));
    a.wait_state("MASTER");
    b.wait_state("BACKUP");
    let probe = Probe::start(&pair.client, vip.parse().unwrap());
    settle();
    pair.segment.set_isolated(&pair.a, true);
    b.wait_state("MASTER");
    settle();
    let isolation = probe.finish();
    assert_eq!(isolation.hosts(), ["a", "b"], "{name}");
    eprintln!(
        "measured: {name}: handover {:?}, silent isolation {:?}",
        handover.longest_gap(),
        isolation.longest_gap()
    );
    for error in vrrp::PacketError::ALL {
        assert_eq!(b.counter(error.label()), 0, "{name}: {error}");
    }
    assert!(pair.b.has(vip));
    a.kill();
    b.stop();
    assert!(!pair.b.has(vip));
}

#[test]
fn every_way_of_exchanging_adverts_fails_over() {
    if skipped() {
        return;
    }
    let pairs = || {
        [
            harness::unicast("10.77.0.1", "10.77.0.2"),
            harness::unicast("10.77.0.2", "10.77.0.1"),
        ]
    };
    let both = |text: String| [text.clone(), text];
    measure("v2 multicast 1 s", 2, "1", VIP, &both(vip4()));
    measure("v3 multicast 100 ms", 3, FAST, VIP, &both(vip4()));
    measure("v3 unicast 100 ms", 3, FAST, VIP, &pairs());
    measure(
        "v3 IPv6 100 ms",
        3,
        FAST,
        harness::VIP6,
        &both(harness::vip6()),
    );
    let sealed = "authentication {\n    auth_type AH\n    auth_pass s3cret\n  }\n  ";
    measure(
        "v2 AH 1 s",
        2,
        "1",
        VIP,
        &both(format!("{sealed}{}", vip4())),
    );
}

#[test]
fn ten_millisecond_adverts_do_not_flap_beside_busy_loops() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &conf(3, "0.01", 254, &vip4()));
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &conf(3, "0.01", 253, &vip4()));
    b.wait("hearing the master", |node| {
        node.counter("adverts_received") > 0
    });
    let before = (
        a.instance()["transitions"].clone(),
        b.instance()["transitions"].clone(),
    );
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        std::thread::sleep(Duration::from_secs(5));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let after = (
        a.instance()["transitions"].clone(),
        b.instance()["transitions"].clone(),
    );
    eprintln!(
        "measured: 10 ms under load: woken late by at most {} µs and {} µs",
        a.counter("wake_lateness_max_us"),
        b.counter("wake_lateness_max_us")
    );
    assert_eq!(before, after);
}
