//! The packets of a conformance suite, put on the wire of a real process as raw frames: those that
//! it must discard change nothing and are counted by kind, those that it must answer are answered.

mod harness;

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use harness::capture::Capture;
use harness::{Node, PATIENCE, Pair, conf, skipped, vip4};
use sys::rawsock::PacketSocket;
use vrrp::packet::{self, ChecksumStyle};
use vrrp::{Advert, Authentication, Version, ip};

const VRID: u8 = 77;

/// The other router: whole frames from the second host.
struct Sender {
    socket: PacketSocket,
    index: u32,
}

impl Sender {
    fn new(pair: &Pair) -> Self {
        let link = pair.b.namespace.ip(&["-o", "link", "show", "dev", "eth0"]);
        let index = link.split(':').next().unwrap().parse().unwrap();
        let socket = pair.b.namespace.enter(PacketSocket::sender).unwrap();
        Self { socket, index }
    }

    fn send(&self, packet: &[u8]) {
        let mut frame = vec![1, 0, 0x5e, 0, 0, 18, 2, 0, 0, 0, 0, 2, 8, 0];
        frame.extend_from_slice(packet);
        self.socket.send(self.index, &frame).unwrap();
    }
}

fn interval(version: Version) -> u64 {
    match version {
        Version::V2 => 1_000_000,
        Version::V3 => 200_000,
    }
}

fn advert(version: Version, priority: u8) -> Advert {
    Advert {
        version,
        vrid: VRID,
        priority,
        interval: interval(version),
        addresses: vec!["10.77.0.100".parse().unwrap()],
        authentication: Authentication::None,
    }
}

fn wire(advert: &Advert, ttl: u8) -> Vec<u8> {
    let (source, group) = (Ipv4Addr::new(10, 77, 0, 2), ip::MULTICAST_V4);
    let style = ChecksumStyle::PseudoHeader;
    let payload = packet::encode(advert, source.into(), group.into(), style);
    ip::build_v4(source, group, 1, ttl, ip::PROTOCOL_VRRP, &payload)
}

fn changed(version: Version, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut packet = wire(&advert(version, 200), 255);
    change(&mut packet[20..]);
    packet
}

fn node(pair: &Pair, version: Version, extra: &str) -> Node {
    let (number, seconds) = match version {
        Version::V2 => (2, "1"),
        Version::V3 => (3, "0.2"),
    };
    let text = format!("{extra}\n  {}", vip4());
    Node::start(&pair.a, &conf(number, seconds, 100, &text))
}

/// A backup that hears nothing but this becomes master, and a master that hears it stays.
fn discarded(version: Version, extra: &str, packet: &[u8], counter: &str) {
    let pair = Pair::new();
    let sender = Sender::new(&pair);
    let mut node = node(&pair, version, extra);
    let deadline = Instant::now() + PATIENCE;
    while node.state() != "MASTER" {
        assert!(Instant::now() < deadline, "{counter}: held back");
        sender.send(packet);
        std::thread::sleep(Duration::from_millis(50));
    }
    let count = |node: &mut Node| match counter {
        "foreign" => node.status()["process"]["foreignAdverts"]
            .as_u64()
            .unwrap_or(0),
        _ => node.counter(counter),
    };
    let before = count(&mut node);
    assert!(before >= 3, "{counter}: {before} counted");
    for _ in 0..10 {
        sender.send(packet);
    }
    node.wait(counter, |node| count(node) >= before + 10);
    assert_eq!(node.state(), "MASTER", "{counter}");
    assert_eq!(node.counter("adverts_received"), 0, "{counter}");
}

#[test]
fn what_must_be_discarded_changes_nothing_and_is_counted() {
    if skipped() {
        return;
    }
    let other = |vrid| Advert {
        vrid,
        ..advert(Version::V3, 200)
    };
    let with = |authentication| Advert {
        authentication,
        ..advert(Version::V2, 200)
    };
    let slow = Advert {
        interval: 2_000_000,
        ..advert(Version::V2, 200)
    };
    let password = "authentication {\n    auth_type PASS\n    auth_pass right\n  }";
    let wrong = wire(&with(Authentication::pass("wrong")), 255);
    let (v2, v3) = (Version::V2, Version::V3);
    let cases: Vec<(Version, &str, Vec<u8>, &str)> = vec![
        (v3, "", wire(&advert(v3, 200), 254), "ttl_errors"),
        (v3, "", wire(&advert(v2, 200), 255), "version_errors"),
        (v3, "", changed(v3, |it| it[0] = 0x3f), "type_errors"),
        (v3, "", changed(v3, |it| it[3] = 9), "length_errors"),
        (v3, "", changed(v3, |it| it[6] ^= 0xff), "checksum_errors"),
        (v3, "", wire(&other(78), 255), "foreign"),
        (v2, "", wrong.clone(), "authentication_type_errors"),
        (v2, password, wrong, "authentication_failures"),
        (v2, "", wire(&slow, 255), "interval_errors"),
        (v2, "", wire(&advert(v2, 200), 1), "ttl_errors"),
        (v2, "", wire(&advert(v3, 200), 255), "version_errors"),
        (v2, "", changed(v2, |it| it[6] ^= 0xff), "checksum_errors"),
    ];
    std::thread::scope(|scope| {
        for (version, extra, packet, counter) in &cases {
            scope.spawn(move || discarded(*version, extra, packet, counter));
        }
    });
}

/// Priorities of the adverts that left the first host.
fn sent(frames: &[Vec<u8>]) -> Vec<u8> {
    let ours = frames.iter().filter(|frame| frame.get(23) == Some(&112));
    let ours = ours.filter(|frame| frame[26..30] == [10, 77, 0, 1]);
    ours.map(|frame| frame[36]).collect()
}

#[test]
fn what_must_be_answered_is_answered_and_what_is_better_is_obeyed() {
    if skipped() {
        return;
    }
    let version = Version::V3;
    let pair = Pair::new();
    let sender = Sender::new(&pair);
    let capture = Capture::of(&pair.segment, &pair.a);
    let mut node = node(&pair, version, "");
    // A backup follows a better master, and takes over within the skew when it says farewell.
    for _ in 0..10 {
        sender.send(&wire(&advert(version, 200), 255));
        std::thread::sleep(Duration::from_millis(50));
    }
    node.wait("hearing it", |node| node.counter("adverts_received") > 5);
    assert_eq!(node.state(), "BACKUP");
    sender.send(&wire(&advert(version, 0), 255));
    node.wait_state("MASTER");
    // A master answers a farewell and a worse master at once, and stays.
    let before = node.counter("adverts_sent");
    for _ in 0..5 {
        sender.send(&wire(&advert(version, 0), 255));
        std::thread::sleep(Duration::from_millis(20));
        sender.send(&wire(&advert(version, 99), 255));
        std::thread::sleep(Duration::from_millis(20));
    }
    // Two hundred milliseconds have one advert of their own.
    node.wait("answering", |node| {
        node.counter("adverts_sent") > before + 6
    });
    assert_eq!(node.state(), "MASTER");
    // It gives way to a better one, and says once more that it was there.
    sender.send(&wire(&advert(version, 101), 255));
    node.wait_state("BACKUP");
    assert!(!pair.a.has(harness::VIP));
    node.stop();
    let priorities = sent(&capture.finish());
    assert!(priorities.iter().all(|it| *it == 100), "{priorities:?}");
}
