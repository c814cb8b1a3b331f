//! Planned changes of master, measured by a client that asks every millisecond.
//!
//! `TANDEM_ROUNDS=20 cargo test -p vrrpd --release --test handing_over -- --nocapture` repeats each
//! twenty times and holds the worst against the bounds.

mod harness;

use std::time::Duration;

use harness::keepalived::{Keepalived, missing};
use harness::{Node, Pair, VIP, conf, skipped, vip4};
use ipc::ToWorker;
use testkit::probe::{Probe, Responder, Timeline};

/// What nothing happens to: what the machine stood still is no outage.
const SUCCESSOR: &str = "10.77.0.2";

/// Of a few rounds on a machine that does other things besides.
const LOOSE: Duration = Duration::from_millis(100);

fn rounds() -> Option<usize> {
    std::env::var("TANDEM_ROUNDS").ok()?.parse().ok()
}

fn bound(strict: Duration) -> Duration {
    if rounds().is_some() { strict } else { LOOSE }
}

fn version(interval: &str) -> u8 {
    if interval == "1" { 2 } else { 3 }
}

/// While both serve, an answer of the old master may come behind one of the new.
fn assert_moved(timeline: &Timeline) {
    let hosts = timeline.hosts();
    assert_eq!(
        (hosts.first(), hosts.last()),
        (Some(&"a"), Some(&"b")),
        "{hosts:?}"
    );
}

/// The longest time without an answer around one handover by message and one by the end of the
/// process.
fn between_two(interval: &str, stop: bool) -> Duration {
    let pair = Pair::new();
    let text = |priority| conf(version(interval), interval, priority, &vip4());
    let (mut a, mut b) = pair.serving(&text(254), &text(253));
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    let calm = Probe::start(&pair.client, SUCCESSOR.parse().unwrap());
    calm.await_answer("b");
    let probe = Probe::start(&pair.client, VIP.parse().unwrap());
    probe.await_answer("a");
    if stop {
        a.stop();
    } else {
        a.say(&ToWorker::Handover);
    }
    b.wait_state("MASTER");
    probe.await_answer("b");
    std::thread::sleep(Duration::from_millis(50));
    let timeline = probe.finish();
    assert_moved(&timeline);
    assert!(stop || pair.b.has(VIP));
    timeline.longest_gap_beside(&calm.finish())
}

#[test]
fn a_successor_serves_before_the_master_lets_go_at_any_interval() {
    if skipped() {
        return;
    }
    let most = bound(Duration::from_millis(15));
    for interval in ["0.01", "0.1", "1"] {
        for stop in [false, true] {
            let gaps: Vec<Duration> = (0..rounds().unwrap_or(1))
                .map(|_| between_two(interval, stop))
                .collect();
            let worst = *gaps.iter().max().unwrap();
            let how = if stop { "stop" } else { "handover" };
            eprintln!(
                "measured: {how} at {interval} s, worst of {}: {worst:?} {gaps:?}",
                gaps.len()
            );
            assert!(worst < most, "{how} at {interval} s: {gaps:?}");
        }
    }
}

#[test]
fn keepalived_takes_over_within_its_skew() {
    if skipped() || missing() {
        return;
    }
    // Version 3 at 100 ms: (256 − 253) / 256 of an interval.
    let most = bound(Duration::from_millis(12));
    let mut gaps = Vec::new();
    for _ in 0..rounds().unwrap_or(1) {
        let pair = Pair::new();
        let mut a = Node::start(&pair.a, &conf(3, "0.1", 254, &vip4()));
        a.wait_state("MASTER");
        let b = Keepalived::start_in_real_time(&pair.b, &conf(3, "0.1", 253, &vip4()));
        let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
        b.await_line("Entering BACKUP STATE");
        let calm = Probe::start(&pair.client, SUCCESSOR.parse().unwrap());
        calm.await_answer("b");
        let probe = Probe::start(&pair.client, VIP.parse().unwrap());
        probe.await_answer("a");
        a.stop();
        probe.await_answer("b");
        std::thread::sleep(Duration::from_millis(50));
        let timeline = probe.finish();
        assert_moved(&timeline);
        gaps.push(timeline.longest_gap_beside(&calm.finish()));
    }
    let worst = *gaps.iter().max().unwrap();
    eprintln!(
        "measured: stop beside keepalived, worst of {}: {worst:?} {gaps:?}",
        gaps.len()
    );
    assert!(worst < most, "{gaps:?}");
}
