//! What a planned change of master costs the clients: no request, neither of a connection that was
//! opened for it nor of one that is kept, nor an answer that takes its time.
//!
//! `TANDEM_ROUNDS=30 cargo test -p tandemd --test moving -- --nocapture` moves the address so often.

mod pair;

use std::collections::BTreeMap;
use std::time::Duration;

use pair::kept::{Kept, Long, serve_long};
use pair::traces::{text, traces};
use pair::traffic::{failures, get_from};
use pair::{Daemon, Pair, Traffic, VIP, wait, wait_for};
use testkit::segment::Host;

const PAGE: &str = "10.77.0.100:80";
const VIP6: &str = "fd77::100";
const PAGE6: &str = "[fd77::100]:80";

/// Clients with a connection for each request; the more there are, the more are under way when the
/// address moves.
const CLIENTS: usize = 8;
const KEPT: usize = 50;
/// More than the kernel takes up unread on the way.
const LONG: usize = 64 << 20;

fn rounds() -> usize {
    let asked = std::env::var("TANDEM_ROUNDS");
    asked.ok().and_then(|it| it.parse().ok()).unwrap_or(2)
}

/// How often each kind of loss came.
fn kinds(all: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    all.into_iter().fold(BTreeMap::new(), |mut kinds, one| {
        *kinds.entry(one).or_default() += 1;
        kinds
    })
}

/// To the other host by a handover, and back because a reload lets the preferred one take over.
fn there_and_back(pair: &Pair, vip: &str, a: &Daemon) {
    pair.hand_over(a, vip);
    assert!(a.tell(["reload"]).status.success());
    wait("a holds the address", || {
        pair.a.has(vip) && !pair.b.has(vip)
    });
}

/// Clients of both kinds while something happens; none of them may lose a request.
fn nothing_is_lost(pair: &Pair, page: &str, what: impl FnOnce(&Traffic)) {
    let traffic: Vec<Traffic> = (0..CLIENTS)
        .map(|_| Traffic::start(&pair.client, page))
        .collect();
    let kept = Kept::start(&pair.client, page, KEPT);
    kept.wait_answers(KEPT);
    what(&traffic[0]);
    traffic[0].wait_pages(50);
    kept.wait_answers(KEPT);
    let asked: Vec<_> = traffic.into_iter().flat_map(Traffic::finish).collect();
    let (answers, lost_kept) = kept.finish();
    let (lost, lost_kept) = (kinds(failures(&asked)), kinds(lost_kept));
    eprintln!(
        "measured: {} connections of one request, lost {lost:?}; {answers} answers on {KEPT} kept ones, lost {lost_kept:?}",
        asked.len(),
    );
    assert!(lost.is_empty(), "{lost:?}");
    assert!(lost_kept.is_empty(), "{lost_kept:?}");
}

fn moves_lose_nothing(pair: &Pair, page: &str, vip: &str, a: &Daemon) {
    nothing_is_lost(pair, page, |traffic| {
        for _ in 0..rounds() {
            traffic.wait_pages(50);
            there_and_back(pair, vip, a);
        }
    });
}

#[test]
fn no_request_is_lost_when_the_address_moves_by_plan() {
    require_pair!();
    let pair = Pair::new("moving");
    let (a, _b) = pair.start();
    moves_lose_nothing(&pair, PAGE, VIP, &a);
}

#[test]
fn no_request_is_lost_over_ipv6() {
    require_pair!();
    let pair = Pair::new("moving6");
    let haproxy = pair.write_haproxy(&["w1 10.77.0.14:8001"]);
    let haproxy = std::fs::read_to_string(haproxy).unwrap();
    let haproxy = pair.write("six.cfg", &haproxy.replace(VIP, &format!("[{VIP6}]")));
    let start = |host: &Host, priority| {
        let path = pair.write_keepalived(host, priority, "");
        let text = std::fs::read_to_string(path).unwrap();
        let text = text.replace(&format!("{VIP}/24"), &format!("{VIP6}/64"));
        let path = pair.write(&format!("six-{}.conf", host.name), &text);
        Daemon::start(&pair, host, Some(&haproxy), Some(&path))
    };
    let (a, b) = (start(&pair.a, 254), start(&pair.b, 253));
    a.wait_ready();
    b.wait_ready();
    wait("a holds the address", || {
        pair.a.has(VIP6) && !pair.b.has(VIP6)
    });
    wait("the page comes", || get_from(&pair.client, PAGE6).is_ok());
    moves_lose_nothing(&pair, PAGE6, VIP6, &a);
}

#[test]
fn a_stop_loses_no_request_and_leaves_nothing_behind() {
    require_pair!();
    let pair = Pair::new("leaving");
    let before = traces(&pair.a);
    let (a, _b) = pair.start();
    nothing_is_lost(&pair, PAGE, |_| {
        a.signal("TERM");
        assert_eq!(a.wait_end().code(), Some(0), "{}", a.log());
    });
    assert_eq!(traces(&pair.a), before);
}

#[test]
fn an_answer_under_way_goes_on_where_it_began_and_the_host_does_not_show_it() {
    require_pair!();
    let pair = Pair::new("under-way");
    let before = [traces(&pair.a), traces(&pair.b)];
    let (a, b) = pair.start();
    serve_long(&pair.web, "10.77.0.14:8009", LONG);
    let haproxy = pair.write_haproxy(&["long 10.77.0.14:8009"]);
    let text_of = std::fs::read_to_string(&haproxy).unwrap();
    // A check would be taken for the one client.
    std::fs::write(&haproxy, text_of.replace(" check inter 100", "")).unwrap();
    assert!(a.tell(["reload"]).status.success());
    let long = Long::begin(&pair.client, PAGE);
    pair.write_haproxy(&["w1 10.77.0.14:8001"]);
    assert!(b.tell(["reload"]).status.success());
    pair.hand_over(&a, VIP);
    let here = &a.status()["vrrp"]["moving"]["connectionsHere"];
    assert_eq!(here[0]["address"], VIP, "{here}");
    let elsewhere = &b.status()["vrrp"]["moving"]["connectionsElsewhere"];
    assert_eq!(elsewhere[0]["at"], "10.77.0.11", "{elsewhere}");
    // Whoever asks the link gets one answer, and new connections go to the new master.
    let asked = text(&pair.client, "arping", &["-c", "3", "-I", "eth0", VIP]);
    let replies: Vec<&str> = asked.lines().filter(|it| it.contains('[')).collect();
    let mac = text(&pair.b, "cat", &["/sys/class/net/eth0/address"]);
    let mac = mac.trim().to_uppercase();
    assert_eq!(replies.len(), 3, "{asked}");
    assert!(replies.iter().all(|it| it.contains(&mac)), "{mac}: {asked}");
    assert_eq!(get_from(&pair.client, PAGE).as_deref(), Ok("w1"));
    let bytes = long.finish();
    assert!(bytes > LONG, "cut after {bytes} bytes");
    let limit = Duration::from_secs(20);
    wait_for("nothing of it is left", limit, || {
        traces(&pair.a) == before[0] && traces(&pair.b) == before[1]
    });
}
