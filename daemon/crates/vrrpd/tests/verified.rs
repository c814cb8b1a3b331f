//! An announcement that a neighbour did not hear is noticed and made good.

mod harness;

use std::process::Command;

use harness::keepalived::{Keepalived, missing};
use harness::{Node, Pair, VIP, VIP6, conf, skipped, vip4, vip6};
use testkit::probe::{Probe, Responder};
use testkit::segment::Host;
use testkit::standstill::Watch;

const FAST: &str = "0.1";

/// nft in a host's namespace; false where nft(8) is missing.
fn nft(host: &Host, rules: &str) -> bool {
    let file = std::env::temp_dir().join(format!("{}.nft", host.namespace.name()));
    std::fs::write(&file, rules).unwrap();
    let output = host.namespace.command("nft").arg("-f").arg(&file).output();
    let _ = std::fs::remove_file(&file);
    let output = output.unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    true
}

fn without_nft() -> bool {
    let found = Command::new("nft").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: needs nft from the package nftables");
    }
    !found
}

/// Everything that is announced to all is lost on its way to the client.
const DEAF: &str = "table netdev deaf {\n chain in {\n  \
    type filter hook ingress device \"eth0\" priority 0; policy accept;\n  \
    ether type arp ether daddr ff:ff:ff:ff:ff:ff arp operation request \
    arp saddr ip 10.77.0.100 drop\n  \
    ether daddr 33:33:00:00:00:01 icmpv6 type nd-neighbor-advert drop\n }\n}\n";

fn master_and_backup(pair: &Pair, addresses: &str) -> (Node, Node) {
    pair.serving(
        &conf(3, FAST, 254, addresses),
        &conf(3, FAST, 253, addresses),
    )
}

fn outcome(node: &mut Node) -> String {
    let outcome = node.instance()["announcement"]["outcome"].clone();
    outcome.as_str().unwrap_or_default().to_owned()
}

/// A client that has learnt where the address is and hears no announcement any more talks to the
/// successor all the same, at once and not when its table has aged.
fn a_deaf_client_is_told(addresses: &str, vip: &str, b_own: &str) {
    let pair = Pair::new();
    let (mut a, mut b) = master_and_backup(&pair, addresses);
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    // The successor knows the client, as every host does that it talked to.
    let peer = Probe::start(&pair.client, b_own.parse().unwrap());
    peer.await_answer("b");
    peer.finish();
    nft(&pair.client, DEAF);
    let probe = Probe::start(&pair.client, vip.parse().unwrap());
    probe.await_answer("a");
    a.say(&ipc::ToWorker::Handover);
    b.wait_state("MASTER");
    a.wait_state("BACKUP");
    probe.await_answer("b");
    b.wait("being verified", |node| outcome(node) == "verified");
    std::thread::sleep(std::time::Duration::from_millis(100));
    let timeline = probe.finish();
    let gap = timeline.longest_gap();
    eprintln!("measured: handover to a client deaf to announcements: {gap:?}");
    assert_eq!(timeline.hosts(), ["a", "b"]);
    assert!(gap < std::time::Duration::from_millis(1500), "{gap:?}");
    assert!(b.counter("announcements_verified") > 0);
    assert_eq!(
        b.instance()["announcement"]["neighboursProved"],
        b.instance()["announcement"]["neighboursAsked"]
    );
}

#[test]
fn a_client_that_hears_no_gratuitous_arp_is_told() {
    if skipped() || without_nft() {
        return;
    }
    a_deaf_client_is_told(&vip4(), VIP, "10.77.0.2");
}

#[test]
fn a_client_that_hears_no_unsolicited_advertisement_is_told() {
    if skipped() || without_nft() {
        return;
    }
    a_deaf_client_is_told(&vip6(), VIP6, "fd77::2");
}

#[test]
fn a_gateway_that_does_not_answer_is_an_alarm() {
    if skipped() || without_nft() {
        return;
    }
    let pair = Pair::new();
    let route = ["route", "add", "default", "via", "10.77.0.9"];
    pair.a.namespace.ip(&route);
    let ping = [
        "neigh",
        "add",
        "10.77.0.9",
        "lladdr",
        "02:00:00:00:00:99",
        "dev",
        "eth0",
    ];
    pair.a.namespace.ip(&ping);
    let mut a = Node::start(&pair.a, &conf(3, FAST, 254, &vip4()));
    a.wait_state("MASTER");
    a.wait("the alarm", |node| outcome(node) == "unverified");
    let log = a.log.join("\n");
    assert!(
        log.contains("no neighbour shows that it has learnt 10.77.0.100"),
        "{log}"
    );
    assert_eq!(a.instance()["announcement"]["unproved"][0], VIP);
    assert_eq!(a.counter("announcements_unverified"), 1);
}

#[test]
fn without_neighbours_there_is_nobody_to_ask() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &conf(3, FAST, 254, &vip4()));
    a.wait("the end of it", |node| outcome(node) == "nobody_known");
}

/// keepalived gives way in silence, so the winner may never learn that there was another master,
/// and the client's table points at the loser.
#[test]
fn after_a_partition_from_keepalived_the_client_is_told() {
    if skipped() || missing() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &conf(3, FAST, 254, &vip4()));
    a.wait_state("MASTER");
    let _b = Keepalived::start(&pair.b, &conf(3, FAST, 253, &vip4()));
    let _responders = (Responder::on(&pair.a), Responder::on(&pair.b));
    for round in 0..3 {
        let probe = Probe::start(&pair.client, VIP.parse().unwrap());
        probe.await_answer("a");
        pair.segment.set_isolated(&pair.a, true);
        probe.await_answer("b");
        // After both blocks of announcements of the loser nothing is on its way any more.
        std::thread::sleep(std::time::Duration::from_millis(300));
        probe.finish();
        let probe = Probe::start(&pair.client, VIP.parse().unwrap());
        pair.segment.set_isolated(&pair.a, false);
        let healed = std::time::Instant::now();
        probe.await_answer("a");
        let took = healed.elapsed();
        probe.finish();
        eprintln!("measured: healed from keepalived after {took:?}");
        assert!(
            took < std::time::Duration::from_secs(3),
            "round {round}: {took:?}"
        );
    }
}

/// Cut off alone, and long enough for somebody else to have served meanwhile and to give way in
/// silence.
#[test]
fn a_link_that_comes_back_has_everything_announced_again_at_once() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &conf(3, FAST, 254, &vip4()));
    a.wait_state("MASTER");
    let _responder = Responder::on(&pair.a);
    let probe = Probe::start(&pair.client, VIP.parse().unwrap());
    probe.await_answer("a");
    probe.finish();
    pair.segment.set_isolated(&pair.a, true);
    // Four rounds: the first comes within a second.
    std::thread::sleep(std::time::Duration::from_millis(1500));
    a.pump(std::time::Duration::from_millis(1));
    let again = "neighbours answer again; the addresses are announced again";
    assert!(!a.log.join("\n").contains(again));
    let before = a.counter("announcements_sent");
    let processors = Watch::start();
    pair.segment.set_isolated(&pair.a, false);
    let healed = std::time::Instant::now();
    a.wait("an answer", |node| node.log.join("\n").contains(again));
    let took = healed.elapsed();
    eprintln!("measured: announced again {took:?} after the link came back");
    let most = std::time::Duration::from_millis(500) + processors.total();
    assert!(took < most, "{took:?}, {most:?}");
    assert!(a.counter("announcements_sent") > before);
}
