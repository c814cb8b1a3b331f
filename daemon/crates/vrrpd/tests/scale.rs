//! A host full of instances, and an instance full of addresses, on both sides of a pair.

mod harness;

use std::time::{Duration, Instant};

use harness::{Node, Pair, conf, skipped};
use testkit::segment::Host;
use testkit::standstill::Watch;

const INSTANCES: usize = 255;
const LISTED: usize = 20;
const EXCLUDED: usize = 80;

fn many_instances(priority: u8) -> String {
    let one = |vrid: usize| {
        format!(
            "vrrp_instance VI_{vrid} {{\n  state BACKUP\n  interface eth0\n  virtual_router_id {vrid}\n  \
             priority {priority}\n  advert_int 0.5\n  virtual_ipaddress {{\n    10.77.1.{vrid}/32\n  }}\n}}\n"
        )
    };
    let all = (1..=INSTANCES).map(one).collect::<Vec<_>>().concat();
    format!("global_defs {{\n  vrrp_version 3\n}}\n{all}")
}

fn many_addresses(priority: u8) -> String {
    let lines = |from: usize, to: usize| {
        let line = |at: usize| format!("    10.77.1.{at}/32");
        (from..to).map(line).collect::<Vec<_>>().join("\n") + "\n"
    };
    let listed = lines(1, 1 + LISTED);
    let excluded = lines(1 + LISTED, 1 + LISTED + EXCLUDED);
    let extra = format!(
        "virtual_ipaddress {{\n{listed}  }}\n  virtual_ipaddress_excluded {{\n{excluded}  }}"
    );
    conf(3, "0.5", priority, &extra)
}

fn held(host: &Host) -> usize {
    let all = host.namespace.addresses("eth0");
    all.iter().filter(|it| it.starts_with("10.77.1.")).count()
}

fn masters(node: &mut Node) -> usize {
    let status = node.status();
    let instances = status["instances"].as_array().unwrap();
    instances
        .iter()
        .filter(|it| it["state"] == "MASTER")
        .count()
}

/// All of it moves to the other host when the first one stops, and back when it returns.
fn moves(conf: fn(u8) -> String, instances: usize, addresses: usize) {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &conf(200));
    a.wait("all become master", |node| masters(node) == instances);
    assert_eq!(held(&pair.a), addresses);
    let mut b = Node::start(&pair.b, &conf(100));
    b.wait("hearing them", |node| {
        let status = node.status();
        let all = status["instances"].as_array().unwrap();
        let heard = |it: &serde_json::Value| it["counters"]["adverts_received"].as_u64() > Some(1);
        all.iter().all(heard)
    });
    assert_eq!((masters(&mut b), held(&pair.b)), (0, 0));
    a.stop();
    b.wait("all take over", |node| masters(node) == instances);
    assert_eq!((held(&pair.a), held(&pair.b)), (0, addresses));
    let mut a = Node::start(&pair.a, &conf(200));
    a.wait("all come back", |node| masters(node) == instances);
    b.wait("all give way", |node| masters(node) == 0);
    assert_eq!((held(&pair.a), held(&pair.b)), (addresses, 0));
    assert_eq!(b.status()["process"]["sendErrors"], 0);
    b.stop();
    a.stop();
    assert_eq!((held(&pair.a), held(&pair.b)), (0, 0));
}

#[test]
fn two_hundred_and_fifty_five_instances_move_together() {
    moves(many_instances, INSTANCES, INSTANCES);
}

#[test]
fn a_hundred_addresses_of_one_instance_move_together() {
    moves(many_addresses, 1, LISTED + EXCLUDED);
}

/// The dead process's host still has the addresses and answers for them, so the successor finds
/// each of them among its neighbours. It must not ask all of them from all of its own, nor fall
/// silent for so long that its supervisor takes it for hung.
#[test]
fn the_successor_of_many_dead_masters_goes_on_beating() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(&pair.a, &many_instances(200));
    a.wait("all become master", |node| masters(node) == INSTANCES);
    let mut b = Node::start(&pair.b, &many_instances(100));
    b.wait("beating", |node| node.pulse.beats());
    // The table of neighbours of a host that talked to all of them.
    for vrid in 1..=INSTANCES {
        let address = format!("10.77.1.{vrid}");
        let entry = ["lladdr", "02:00:00:00:00:01", "dev", "eth0", "nud", "stale"];
        let words = ["neigh", "replace", &address].into_iter().chain(entry);
        pair.b.namespace.ip(&words.collect::<Vec<_>>());
    }
    a.kill();
    let processors = Watch::start();
    let (mut heard, mut longest) = (Instant::now(), Duration::ZERO);
    let end = Instant::now() + Duration::from_secs(6);
    while Instant::now() < end {
        assert!(b.pump(Duration::from_millis(2)), "it ended");
        if b.pulse.beats() {
            heard = Instant::now();
        }
        longest = longest.max(heard.elapsed());
    }
    eprintln!("measured: longest silence of a successor of {INSTANCES} masters {longest:?}");
    assert_eq!(masters(&mut b), INSTANCES);
    let most = Duration::from_millis(500) + processors.total();
    assert!(longest < most, "{longest:?}, {most:?}");
}
