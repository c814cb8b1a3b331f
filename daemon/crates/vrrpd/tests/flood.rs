//! Packets that are not taken: counted by kind, cheap, and without any effect.

mod harness;

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use harness::{Pair, VIP, conf, skipped, vip4};
use vrrp::packet::{self, ChecksumStyle};
use vrrp::{Advert, Authentication, Version, ip};

const FAST: &str = "0.1";
/// Long enough for ten down timers.
const LASTS: Duration = Duration::from_secs(3);

/// Packets of a stranger, each bad in its own way.
fn bad_packets() -> Vec<Vec<u8>> {
    let source = Ipv4Addr::new(10, 77, 0, 9);
    let group = ip::MULTICAST_V4;
    let build = |version, vrid, ttl, change: fn(&mut Vec<u8>)| {
        let advert = Advert {
            version,
            vrid,
            priority: 255,
            interval: 100_000,
            addresses: vec![VIP.parse().unwrap()],
            authentication: Authentication::None,
        };
        let style = ChecksumStyle::PseudoHeader;
        let mut payload = packet::encode(&advert, source.into(), group.into(), style);
        change(&mut payload);
        ip::build_v4(source, group, 1, ttl, ip::PROTOCOL_VRRP, &payload)
    };
    vec![
        build(Version::V3, 77, 255, |payload| payload[6] ^= 0x55),
        build(Version::V3, 77, 64, |_| {}),
        build(Version::V2, 77, 255, |_| {}),
        build(Version::V3, 77, 255, |payload| payload.truncate(8)),
        build(Version::V3, 5, 255, |_| {}),
    ]
}

/// Processor time that a process used.
fn used(pid: i32) -> Duration {
    let text = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).unwrap();
    let first = text.split_whitespace().next().unwrap();
    Duration::from_nanos(first.parse().unwrap())
}

#[test]
fn a_flood_of_bad_packets_changes_nothing() {
    if skipped() {
        return;
    }
    let pair = Pair::new();
    let (mut a, mut b) = pair.serving(&conf(3, FAST, 254, &vip4()), &conf(3, FAST, 253, &vip4()));
    let before: Vec<_> = [&mut a, &mut b]
        .map(|node| node.instance()["transitions"].clone())
        .into();
    let (lines, cpu) = (a.log.len(), used(a.pid()));
    let began = Instant::now();
    let sent = pair.client.namespace.enter(|| {
        let links = netlink::Netlink::open().unwrap().links().unwrap();
        let link = links.iter().find(|link| link.name == "eth0").unwrap();
        let socket = sys::rawsock::RawV4::open("eth0", ip::PROTOCOL_VRRP).unwrap();
        socket.join(ip::MULTICAST_V4, link.index).unwrap();
        let packets = bad_packets();
        let mut sent = 0u64;
        while began.elapsed() < LASTS {
            // A hundred thousand a second, if the machine can.
            let due = u64::try_from(began.elapsed().as_micros() / 10).unwrap();
            while sent < due && began.elapsed() < LASTS {
                let packet = &packets[usize::try_from(sent).unwrap() % packets.len()];
                let _ = socket.send(packet, ip::MULTICAST_V4);
                sent += 1;
            }
        }
        sent
    });
    let took = began.elapsed();
    let after: Vec<_> = [&mut a, &mut b]
        .map(|node| node.instance()["transitions"].clone())
        .into();
    let share = used(a.pid()).saturating_sub(cpu).as_secs_f64() / took.as_secs_f64();
    let status = a.status();
    let errors = status["instances"][0]["packetErrors"].clone();
    let foreign = status["process"]["foreignAdverts"].as_u64().unwrap();
    eprintln!(
        "measured: {sent} bad packets in {took:?}, {:.0} % of a processor, {errors}, {foreign} foreign",
        share * 100.0
    );
    assert_eq!(after, before, "a state changed");
    assert_eq!((a.state(), b.state()), ("MASTER".into(), "BACKUP".into()));
    assert!(pair.a.has(VIP) && !pair.b.has(VIP));
    for kind in [
        "checksum_errors",
        "ttl_errors",
        "version_errors",
        "length_errors",
    ] {
        assert!(errors[kind].as_u64().unwrap() > 100, "{kind}: {errors}");
    }
    assert!(foreign > 100, "{foreign}");
    // The first, the tenth, the hundredth of each kind.
    assert!(a.log.len() - lines < 40, "{} lines", a.log.len() - lines);
}
