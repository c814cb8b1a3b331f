//! What we put on the wire and what keepalived puts there, of the same configuration on the same
//! host: the same bytes in every manner of exchanging adverts, but for one. Unicast over IPv6 leaves
//! keepalived 2.2.7 with the kernel's hop limit of 64 although its manual promises 255; ours sends
//! 255, which every receiver's bounds let pass.

mod harness;

use std::collections::BTreeSet;

use harness::capture::Capture;
use harness::keepalived::{Keepalived, missing};
use harness::matrix::{Authentication, Manner, manners};
use harness::{Node, Pair, skipped};
use ipc::ToWorker;
use vrrp::{ah, ip};

const SIDE_BY_SIDE: usize = 10;
const ETHERNET: usize = 14;
const PRIORITY: u8 = 200;

#[test]
fn every_manner_has_the_bytes_of_keepalived() {
    if skipped() || missing() {
        return;
    }
    let all = manners();
    for some in all.chunks(SIDE_BY_SIDE) {
        std::thread::scope(|scope| {
            for &manner in some {
                scope.spawn(move || compare(manner));
            }
        });
    }
}

fn compare(manner: Manner) {
    let text = manner.conf(0, PRIORITY);
    let (ours, theirs) = std::thread::scope(|scope| {
        let ours = scope.spawn(|| frames_of(manner, |pair| run_ours(pair, &text)));
        let theirs = scope.spawn(|| frames_of(manner, |pair| run_theirs(pair, &text)));
        (ours.join().unwrap(), theirs.join().unwrap())
    });
    // The advert, the farewell, and an announcement of each address.
    let expected = if manner.ipv6 { 4 } else { 3 };
    assert_eq!(theirs.len(), expected, "{}: {theirs:#?}", manner.name());
    let theirs: BTreeSet<String> = theirs
        .iter()
        .map(|frame| with_hop_limit(manner, frame))
        .collect();
    assert_eq!(ours, theirs, "{}", manner.name());
}

/// The one difference.
fn with_hop_limit(manner: Manner, theirs: &str) -> String {
    let at = 2 * (ETHERNET + 7);
    let (before, hop_limit, after) = (&theirs[..at], &theirs[at..at + 2], &theirs[at + 2..]);
    let is_advert = theirs[at - 2..at] == *"70";
    if manner.ipv6 && manner.unicast && is_advert {
        assert_eq!(hop_limit, "40", "keepalived has changed");
        return format!("{before}ff{after}");
    }
    theirs.to_owned()
}

fn run_ours(pair: &Pair, text: &str) {
    let mut node = Node::start(&pair.a, text);
    node.wait_state("MASTER");
    // Nobody is there to take over.
    node.say(&ToWorker::Stop { deadline_ms: 50 });
    node.wait("stopping", |node| node.stopped);
}

fn run_theirs(pair: &Pair, text: &str) {
    let other = Keepalived::start(&pair.a, text);
    other.await_line("Entering MASTER STATE");
    other.stop();
}

/// The adverts and announcements that leave the host, each once, without what differs from packet
/// to packet.
fn frames_of(manner: Manner, run: impl FnOnce(&Pair)) -> BTreeSet<String> {
    let pair = Pair::new();
    let capture = Capture::of(&pair.segment, &pair.a);
    run(&pair);
    let frames = capture.finish();
    let frames = frames.iter().filter_map(|frame| plain(manner, frame));
    frames.map(|frame| hex(&frame)).collect()
}

fn plain(manner: Manner, frame: &[u8]) -> Option<Vec<u8>> {
    let kind = u16::from_be_bytes(*frame.get(12..)?.first_chunk()?);
    match kind {
        0x0800 => plain_v4(manner, frame),
        0x86dd => plain_v6(frame),
        // The kernel asks for neighbours, too; an announcement asks for its own sender.
        0x0806 => (frame.get(28..32) == frame.get(38..42)).then(|| frame.to_vec()),
        _ => None,
    }
}

fn plain_v4(manner: Manner, frame: &[u8]) -> Option<Vec<u8>> {
    let packet = ip::parse_v4(&frame[ETHERNET..]).ok()?;
    let mut bytes = frame.to_vec();
    let payload = ETHERNET + packet.header.len();
    let advert = match packet.protocol {
        ip::PROTOCOL_VRRP => payload,
        ip::PROTOCOL_AH => {
            let sealed = ah::parse(&packet).expect("an authentication header");
            assert!(sealed.is_authentic(b"s3cret"), "{}", manner.name());
            assert_eq!(manner.authentication, Authentication::Ah);
            // Sequence number and the digest over it.
            bytes[payload + 8..payload + 24].fill(0);
            payload + 24
        }
        _ => return None,
    };
    // Identification, and the checksum over it.
    bytes[ETHERNET + 4..ETHERNET + 6].fill(0);
    bytes[ETHERNET + 10..ETHERNET + 12].fill(0);
    said_by_both(bytes[advert + 2]).then_some(bytes)
}

fn plain_v6(frame: &[u8]) -> Option<Vec<u8>> {
    const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
    let mut bytes = frame.to_vec();
    // The kernel's flow label.
    bytes[ETHERNET + 1] &= 0xf0;
    bytes[ETHERNET + 2..ETHERNET + 4].fill(0);
    let message = ETHERNET + 40;
    let wanted = match frame[ETHERNET + 6] {
        ip::PROTOCOL_VRRP => said_by_both(frame[message + 2]),
        58 => frame[message] == NEIGHBOUR_ADVERTISEMENT && frame[..2] == [0x33, 0x33],
        _ => false,
    };
    wanted.then_some(bytes)
}

/// Ours asks for a successor with priority 1 before it says farewell.
fn said_by_both(priority: u8) -> bool {
    priority != 1
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
