//! Clients that keep connections for longer than these go on after a planned change of master: they
//! are told in time, by the host that has the connections.

mod pair;

#[path = "../../proxy/tests/tls/certificates.rs"]
#[allow(dead_code)] // the proxy's tests need all of it
mod certificates;

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use certificates::certificates;
use pair::kept::{Idle, Kept, Long};
use pair::{Daemon, Pair, VIP, wait, wait_for};

const PAGE: &str = "10.77.0.100:80";
const KEPT: usize = 50;
const IDLE: usize = 20;
/// How long the old master still has what comes.
const LINGERED: Duration = Duration::from_secs(11);
/// What clients go on for after the move.
const LONG: Duration = Duration::from_secs(18);

/// Both hosts with a service whose connections end by no time of their own.
fn start(pair: &Pair) -> (Daemon, Daemon) {
    let (a, b) = pair.start();
    let path = pair.directory.join("haproxy.cfg");
    let text = std::fs::read_to_string(&path).unwrap();
    let pem = pair.write("site.pem", &certificates().curve);
    let plain = format!("    bind {VIP}:80\n");
    let sealed = format!("    bind {VIP}:443 ssl crt {} alpn h2\n", pem.display());
    let text = text.replace(&plain, &(plain.clone() + &sealed));
    std::fs::write(&path, text.replace("client 10s", "client 60s")).unwrap();
    for daemon in [&a, &b] {
        assert!(daemon.tell(["reload"]).status.success());
    }
    (a, b)
}

fn connections(daemon: &Daemon) -> u64 {
    let frontend = &daemon.status()["proxy"]["frontends"][0];
    let now = frontend["connections"].as_u64();
    now.unwrap_or_else(|| panic!("{frontend}"))
}

/// One connection of HTTP/2, on which something is asked ten times a second; a line for each answer.
fn multiplexed(pair: &Pair) -> Child {
    let asked = LONG.as_secs() * 10;
    let mut curl = pair.client.namespace.command("curl");
    curl.args(["-sSk", "--fail-early", "--http2", "--rate", "10/s"]);
    curl.args(["-w", "%{http_version} %{http_code} %{num_connects}\n"]);
    curl.args(["-o", "/dev/null", &format!("https://{VIP}/[1-{asked}]")]);
    curl.stdout(Stdio::piped()).spawn().unwrap()
}

#[test]
fn clients_that_keep_connections_for_long_lose_nothing_when_the_address_moves() {
    require_pair!();
    let pair = Pair::new("farewell");
    let (a, b) = start(&pair);
    let idle: Vec<Idle> = (0..IDLE).map(|_| Idle::begin(&pair.client, PAGE)).collect();
    let curl = multiplexed(&pair);
    let kept = Kept::start(&pair.client, PAGE, KEPT);
    kept.wait_answers(KEPT);
    wait("all are connected", || {
        connections(&a) == 1 + (IDLE + KEPT) as u64
    });
    pair.hand_over(&a, VIP);
    let moved = Instant::now();
    // Who asks is with the other host at once; who does not could be told nothing yet.
    let told = wait_for("only the idle ones stay", LINGERED / 2, || {
        connections(&a) == IDLE as u64
    });
    for one in idle {
        one.ends();
    }
    let ended = moved.elapsed();
    eprintln!("measured: after {told:?} who asks, after {ended:?} the idle ones are gone");
    assert!(ended < LINGERED, "{ended:?}");
    assert_eq!(connections(&a), 0);
    while moved.elapsed() < LONG {
        kept.wait_answers(KEPT);
    }
    let (answers, lost) = kept.finish();
    assert!(lost.is_empty(), "{lost:?} of {answers}");
    let output = curl.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|it| it.starts_with("2 200 ")), "{text}");
    let connects = text.lines().filter(|it| it.ends_with(" 1")).count();
    assert_eq!(connects, 2, "one connection at each host: {text}");
    drop(b);
}

#[test]
fn a_connection_of_an_address_that_comes_back_is_kept() {
    require_pair!();
    let pair = Pair::new("come-back");
    let (a, _b) = start(&pair);
    let idle = Idle::begin(&pair.client, PAGE);
    pair.hand_over(&a, VIP);
    assert!(a.tell(["reload"]).status.success());
    wait("a holds the address", || {
        pair.a.has(VIP) && !pair.b.has(VIP)
    });
    idle.lasts(LINGERED);
}

/// An answer that nobody takes up, so that it does not end by itself.
fn without_end(pair: &Pair, a: &Daemon) -> Long {
    pair.add_long(64 << 20);
    assert!(a.tell(["reload"]).status.success());
    Long::begin(&pair.client, PAGE)
}

fn is_cut_at_once(long: Long) {
    let waited = long.breaks_off();
    assert!(waited < Duration::from_secs(1), "{waited:?}");
}

#[test]
fn an_answer_that_takes_longer_is_cut_while_its_client_can_hear_of_it() {
    require_pair!();
    let pair = Pair::new("too-long");
    let (a, _b) = start(&pair);
    let long = without_end(&pair, &a);
    pair.hand_over(&a, VIP);
    let moving = || a.status()["vrrp"]["moving"]["connectionsHere"].clone();
    wait_for("the connections are over", 2 * LINGERED, || {
        moving() == serde_json::json!([])
    });
    assert_eq!(connections(&a), 0);
    is_cut_at_once(long);
}

#[test]
fn an_answer_that_outlasts_the_process_is_cut_with_it() {
    require_pair!();
    let pair = Pair::new("outlasts");
    let (a, _b) = start(&pair);
    let long = without_end(&pair, &a);
    a.signal("TERM");
    assert_eq!(a.wait_end().code(), Some(0), "{}", a.log());
    is_cut_at_once(long);
}
