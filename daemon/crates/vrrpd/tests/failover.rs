//! Two VRRP processes on one segment: who holds the address, and how fast it moves.

mod harness;

use std::time::Duration;

use harness::{Node, Pair, VIP, conf, skipped, vip4};
use ipc::ToWorker;
use testkit::probe::{Probe, Responder, Timeline};

const FAST: &str = "0.1";

fn probed(pair: &Pair, act: impl FnOnce(&Probe)) -> Timeline {
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    let probe = Probe::start(&pair.client, VIP.parse().unwrap());
    act(&probe);
    probe.finish()
}

/// Lets a probe see whether the new master stays.
fn settle() {
    std::thread::sleep(Duration::from_millis(300));
}

fn start_pair(pair: &Pair, interval: &str) -> (Node, Node) {
    let version = if interval == "1" { 2 } else { 3 };
    pair.serving(
        &conf(version, interval, 254, &vip4()),
        &conf(version, interval, 253, &vip4()),
    )
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
    a.wait("beating", |node| node.pulse.beats());
}

/// With an advert each half minute nobody becomes master by itself while this waits.
#[test]
fn the_first_master_of_a_pair_comes_when_it_is_asked_for() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let text = |priority| conf(2, "30", priority, &vip4());
    let mut a = Node::start(&pair.a, &text(254));
    let mut b = Node::start(&pair.b, &text(253));
    b.say(&ToWorker::Lead);
    b.wait_state("MASTER");
    assert!(pair.b.has(VIP));
    a.wait("hearing the master", |node| {
        node.counter("adverts_received") > 0
    });
    b.say(&ToWorker::Handover);
    a.wait_state("MASTER");
    b.wait_state("BACKUP");
    assert!(pair.a.has(VIP) && !pair.b.has(VIP));
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
    let timeline = probed(&pair, |probe| {
        probe.await_answer("a");
        pair.segment.set_cable(&pair.a, false);
        a.wait_state("FAULT");
        b.wait_state("MASTER");
        probe.await_answer("b");
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
        let timeline = probed(&pair, |probe| {
            probe.await_answer("a");
            a.say(&ToWorker::Handover);
            b.wait_state("MASTER");
            a.wait_state("BACKUP");
            probe.await_answer("b");
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
    let timeline = probed(&pair, |probe| {
        probe.await_answer("a");
        a.stop();
        b.wait_state("MASTER");
        probe.await_answer("b");
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
    let timeline = probed(&pair, |probe| {
        probe.await_answer("a");
        a.abandon();
        b.wait_state("MASTER");
        probe.await_answer("b");
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
