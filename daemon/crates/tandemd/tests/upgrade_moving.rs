//! Another binary in the place of the one that runs, while connections of an address that moved go on
//! at the old master and the new one passes on what belongs to them.

mod pair;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use pair::daemon::signal_process;
use pair::kept::{Idle, Kept, Long};
use pair::program::{program, upgrade};
use pair::traces::traces;
use pair::traffic::failures;
use pair::{Daemon, Pair, Traffic, VIP, wait_for};

const PAGE: &str = "10.77.0.100:80";
/// More than the kernel takes up unread on the way.
const LONG: usize = 64 << 20;
const KEPT: usize = 25;
const IDLE: usize = 5;

/// Everything that a move leaves on a host is gone after 11 s.
const OVER: Duration = Duration::from_secs(20);

/// Masters of several pairs that begin anew at once, under traffic, keep others from their processors
/// for longer than these wait for an advert.
static ALONE: Mutex<()> = Mutex::new(());

fn start(pair: &Pair) -> (Daemon, Daemon) {
    let (a, b) = pair.start();
    pair.add_long(LONG);
    let path = pair.directory.join("haproxy.cfg");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("client 10s", "client 60s")).unwrap();
    for daemon in [&a, &b] {
        assert!(daemon.tell(["reload"]).status.success());
    }
    (a, b)
}

fn become_other(daemon: &Daemon, pair: &Pair) {
    let name = format!("next-of-{}", daemon.worker("vrrp"));
    let verdict = upgrade(daemon, &program(pair, &name));
    assert!(verdict.status.success(), "{verdict:?}\n{}", daemon.log());
}

/// Connections of an address that moved go on for 10 s, and for 5 s after a stop: on a machine that
/// takes longer for the rest this is about nothing.
const IN_TIME: Duration = Duration::from_secs(4);

/// Clients of every kind while the address moves and then this happens; afterwards neither host has
/// anything of it, and nobody has lost anything.
fn nothing_is_cut(label: &str, what: impl Fn(&Pair, &Daemon, &Daemon)) {
    let _alone = ALONE.lock();
    if !(0..3).any(|_| happens_in_time(label, &what)) {
        eprintln!("skipped: this machine takes longer than {IN_TIME:?} for it");
    }
}

/// False when it took so long that connections may have been cut.
fn happens_in_time(label: &str, what: impl Fn(&Pair, &Daemon, &Daemon)) -> bool {
    let pair = Pair::new(label);
    let before = [traces(&pair.a), traces(&pair.b)];
    let (a, b) = start(&pair);
    let long = Long::begin(&pair.client, PAGE);
    let idle: Vec<Idle> = (0..IDLE).map(|_| Idle::begin(&pair.client, PAGE)).collect();
    let kept = Kept::start(&pair.client, PAGE, KEPT);
    let fresh = Traffic::start(&pair.client, PAGE);
    kept.wait_answers(KEPT);
    let begun = Instant::now();
    pair.hand_over(&a, VIP);
    what(&pair, &a, &b);
    let bytes = long.ends();
    if begun.elapsed() > IN_TIME {
        kept.finish();
        fresh.finish();
        return false;
    }
    let bytes = bytes.unwrap();
    assert!(bytes > LONG, "cut after {bytes} bytes");
    idle.into_iter().for_each(Idle::ends);
    wait_for("nothing of it is left", OVER, || {
        traces(&pair.a) == before[0] && traces(&pair.b) == before[1]
    });
    kept.wait_answers(KEPT);
    let (answers, lost) = kept.finish();
    let lost_fresh = failures(&fresh.finish());
    assert!(
        lost.is_empty() && lost_fresh.is_empty(),
        "{lost:?} of {answers}, {lost_fresh:?}\n{}\n{}",
        a.log(),
        b.log()
    );
    let moving = &b.status()["vrrp"]["moving"];
    assert_eq!(moving["connectionsElsewhere"], serde_json::json!([]));
    true
}

fn is_moving(daemon: &Daemon, which: &str) -> bool {
    daemon.status()["vrrp"]["moving"][which][0]["address"] == VIP
}

#[test]
fn both_hosts_become_another_program_and_connections_go_on() {
    require_pair!();
    nothing_is_cut("upg-both", |pair, a, b| {
        become_other(a, pair);
        assert!(is_moving(a, "connectionsHere"), "{}", a.status());
        become_other(b, pair);
        assert!(is_moving(b, "connectionsElsewhere"), "{}", b.status());
    });
}

#[test]
fn a_stop_right_after_leaves_nothing_behind() {
    require_pair!();
    nothing_is_cut("upg-stop", |pair, a, _| {
        become_other(a, pair);
        a.signal("TERM");
    });
}

#[test]
fn what_a_killed_successor_knew_of_is_taken_away() {
    require_pair!();
    let _alone = ALONE.lock();
    let pair = Pair::new("upg-kill");
    let before = [traces(&pair.a), traces(&pair.b)];
    let (a, b) = start(&pair);
    pair.hand_over(&a, VIP);
    for daemon in [&a, &b] {
        become_other(daemon, &pair);
    }
    assert_ne!(traces(&pair.a), before[0]);
    assert_ne!(traces(&pair.b), before[1]);
    for daemon in [&a, &b] {
        signal_process(daemon.worker("vrrp"), "KILL");
    }
    wait_for("nothing of it is left", OVER, || {
        traces(&pair.a) == before[0] && traces(&pair.b) == before[1]
    });
}
