//! What a planned change of master costs the clients: no request, neither of a connection that was
//! opened for it nor of one that is kept, nor an answer that takes its time.
//!
//! `TANDEM_ROUNDS=20 cargo test -p tandemd --test moving -- --nocapture` moves the address so often.

mod pair;

use std::collections::BTreeMap;

use pair::kept::Kept;
use pair::traffic::failures;
use pair::{Daemon, Pair, Traffic, VIP, wait};

const PAGE: &str = "10.77.0.100:80";

/// Clients with a connection for each request; the more there are, the more are under way when the
/// address moves.
const CLIENTS: usize = 8;
const KEPT: usize = 50;

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
fn there_and_back(pair: &Pair, a: &Daemon) {
    let output = a.tell(["handover"]);
    assert!(output.status.success(), "{output:?}");
    wait("b holds the address", || {
        pair.b.has(VIP) && !pair.a.has(VIP)
    });
    assert!(a.tell(["reload"]).status.success());
    wait("a holds the address", || {
        pair.a.has(VIP) && !pair.b.has(VIP)
    });
}

#[test]
fn no_request_is_lost_when_the_address_moves_by_plan() {
    require_pair!();
    let pair = Pair::new("moving");
    let (a, _b) = pair.start();
    let traffic: Vec<Traffic> = (0..CLIENTS)
        .map(|_| Traffic::start(&pair.client, PAGE))
        .collect();
    let kept = Kept::start(&pair.client, PAGE, KEPT);
    for _ in 0..rounds() {
        traffic[0].wait_pages(50);
        there_and_back(&pair, &a);
    }
    traffic[0].wait_pages(50);
    let asked: Vec<_> = traffic.into_iter().flat_map(Traffic::finish).collect();
    let (answers, lost_kept) = kept.finish();
    let (lost, lost_kept) = (kinds(failures(&asked)), kinds(lost_kept));
    eprintln!(
        "measured: {} moves; {} connections of one request, lost {lost:?}; {answers} answers on {KEPT} kept ones, lost {lost_kept:?}",
        2 * rounds(),
        asked.len(),
    );
    if !lost_kept.is_empty() {
        eprintln!("A {}\nB {}", a.log(), _b.log());
    }
    assert!(lost.is_empty(), "{lost:?}");
    assert!(lost_kept.is_empty(), "{lost_kept:?}");
}
