//! A host that is cut off does not become master, and one that is not loses no time by asking.

mod harness;

use std::net::{TcpListener, UdpSocket};
use std::time::{Duration, Instant};

use harness::{Node, Pair, VIP, conf, skipped, vip4, vip6};

const FAST: &str = "0.1";

fn with(witness: &str, addresses: &str) -> String {
    format!("#tandem: witness {witness}\n  {addresses}")
}

fn waits(node: &mut Node) -> bool {
    node.instance()["witness"]["waits"] == true
}

fn start(pair: &Pair, witness: &str, addresses: &str) -> (Node, Node) {
    let mut a = Node::start(&pair.a, &conf(3, FAST, 254, addresses));
    a.wait_state("MASTER");
    let b = with(witness, addresses);
    let mut b = Node::start(&pair.b, &conf(3, FAST, 253, &b));
    b.wait("hearing the master", |node| {
        node.counter("adverts_received") > 0
    });
    b.wait("an answer", |node| {
        node.instance()["witness"]["answers"] == true
    });
    (a, b)
}

/// The master dies while the witness answers; the pair as it was then.
fn takes_over(witness: &str, addresses: &str) {
    let pair = Pair::new();
    let (a, mut b) = start(&pair, witness, addresses);
    let began = Instant::now();
    a.kill();
    b.wait_state("MASTER");
    eprintln!(
        "measured: took over with {witness} after {:?}",
        began.elapsed()
    );
    assert!(b.log.join("\n").contains("is asked before it takes over"));
}

/// The backup's cable to everybody is cut: nobody is heard and nobody answers.
fn refuses(witness: &str, addresses: &str) {
    let pair = Pair::new();
    let (mut a, mut b) = start(&pair, witness, addresses);
    pair.segment.set_isolated(&pair.b, true);
    b.wait("waiting for the witness", waits);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!((a.state(), b.state()), ("MASTER".into(), "BACKUP".into()));
    assert!(!pair.b.has(VIP));
    let reasons = b.instance()["reasons"].to_string();
    assert!(reasons.contains("cut off"), "{reasons}");
    b.wait("the alarm", |node| {
        node.log.join("\n").contains("no witness answers")
    });
    pair.segment.set_isolated(&pair.b, false);
    b.wait("hearing the master again", |node| !waits(node));
    assert_eq!((a.state(), b.state()), ("MASTER".into(), "BACKUP".into()));
    assert_eq!(
        (a.counter("released_master"), b.counter("became_master")),
        (0, 0)
    );
}

#[test]
fn the_gateway_agrees() {
    if skipped() {
        return;
    }
    takes_over("gateway 10.77.0.9", &vip4());
    takes_over(
        "gateway fd77::9",
        &vip6().replace("fe80::77:1/64\n    ", ""),
    );
}

#[test]
fn who_is_cut_off_from_the_gateway_stays_backup() {
    if skipped() {
        return;
    }
    refuses("gateway 10.77.0.9", &vip4());
}

#[test]
fn a_service_on_a_third_host_is_a_witness() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (tcp, udp) = pair.client.namespace.enter(|| {
        let tcp = TcpListener::bind("10.77.0.9:7").unwrap();
        (tcp, UdpSocket::bind("10.77.0.9:7").unwrap())
    });
    for witness in ["tcp 10.77.0.9:7", "udp 10.77.0.9:7"] {
        let text = conf(3, FAST, 100, &with(witness, &vip4()));
        let mut node = Node::start(&pair.a, &text);
        if witness.starts_with("udp") {
            node.wait("waiting for the echo", waits);
            let mut buffer = [0; 64];
            node.wait("the echo", |node| {
                udp.set_nonblocking(true).unwrap();
                while let Ok((length, from)) = udp.recv_from(&mut buffer) {
                    udp.send_to(&buffer[..length], from).unwrap();
                }
                node.state() == "MASTER"
            });
        }
        node.wait_state("MASTER");
        node.stop();
    }
    drop(tcp);
    // A host that refuses the connection is no witness.
    let text = conf(3, FAST, 100, &with("tcp 10.77.0.9:7", &vip4()));
    let mut node = Node::start(&pair.a, &text);
    node.wait("waiting for the witness", waits);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(node.state(), "BACKUP");
    node.configure(&conf(3, FAST, 100, &vip4()));
    node.wait_state("MASTER");
}

#[test]
fn without_neighbours_that_answer_a_strict_master_gives_up_and_comes_back() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let text = |priority, witness: &str| conf(3, FAST, priority, &with(witness, &vip4()));
    // It talks to the client, so that the kernel knows it.
    let entry = [
        "neigh",
        "add",
        "10.77.0.9",
        "lladdr",
        "02:00:00:00:00:03",
        "dev",
        "eth0",
    ];
    pair.a.namespace.ip(&entry);
    let mut a = Node::start(&pair.a, &text(254, "neighbours strict"));
    a.wait_state("MASTER");
    let mut b = Node::start(&pair.b, &conf(3, FAST, 253, &vip4()));
    pair.segment.set_isolated(&pair.a, true);
    b.wait_state("MASTER");
    assert_eq!(a.state(), "MASTER", "not at the first question");
    a.wait_state("FAULT");
    let reasons = a.instance()["reasons"].to_string();
    assert!(
        reasons.contains("cut off: neighbours does not answer"),
        "{reasons}"
    );
    assert!(!pair.a.has(VIP));
    pair.segment.set_isolated(&pair.a, false);
    a.wait_state("MASTER");
    b.wait_state("BACKUP");
}

#[test]
fn a_master_that_loses_its_witness_stays_and_says_so() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let mut a = Node::start(
        &pair.a,
        &conf(3, FAST, 254, &with("gateway 10.77.0.9", &vip4())),
    );
    a.wait_state("MASTER");
    pair.client.set_link(false);
    a.wait("the alarm", |node| {
        node.log.join("\n").contains("is this host cut off?")
    });
    assert_eq!(a.state(), "MASTER");
    assert_eq!(a.instance()["witness"]["answers"], false);
    pair.client.set_link(true);
    a.wait("its end", |node| {
        node.instance()["witness"]["answers"] == true
    });
    assert_eq!(a.counter("released_master"), 0);
}
