//! Adverts as Debian's keepalived 2.2.7 put them on the wire: ours are the same bytes, and theirs
//! are understood.

use std::net::{IpAddr, Ipv4Addr};

use vrrp::ah;
use vrrp::ip;
use vrrp::packet::{self, Advert, Authentication, ChecksumStyle, Version};
use vrrp::timers::SECOND;

const V2_NONE: &str =
    "45c0002800010000ff70d0440a4d0001e0000012214dc80100010bff0a4d00640000000000000000";
const V2_NONE_STOP: &str =
    "45c0002800030000ff70d0420a4d0001e0000012214d00010001d3ff0a4d00640000000000000000";
const V2_PASS: &str =
    "45c0002c00010000ff70d0400a4d0001e0000012214dc8020101c4310a4d00640a4d00657333637265740000";
const V2_AH: &str = "45c0004000010000ff33d0690a4d0001e0000012700400000a4d0001000000012828a9b3366e9c8c385e7fd2214dc801020109ff0a4d00640000000000000000";
const V2_AH_STOP: &str = "45c0004000030000ff33d0670a4d0001e0000012700400000a4d0001000000036e5f50fe751da5edecd1a371214d00010201d1ff0a4d00640000000000000000";
const V2_AH_UNICAST: &str = "45c0004000010000ff33a62d0a4d00010a4d0002700400000a4d000100000001595ba86c0a441eec1d0df00c214dc801020109ff0a4d00640000000000000000";
const V3_IPV4: &str = "45c0002000010000ff70d04c0a4d0001e0000012314dc801006410bf0a4d0064";
const V3_IPV4_STOP: &str = "45c0002000030000ff70d04a0a4d0001e0000012314d00010064d8bf0a4d0064";
const V3_IPV6: &str =
    "314dc80200640bacfe800000000000000000000000770001fd770000000000000000000000000100";

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn advert(version: Version, priority: u8, addresses: &[&str]) -> Advert {
    Advert {
        version,
        vrid: 77,
        priority,
        interval: SECOND,
        addresses: addresses.iter().map(|text| address(text)).collect(),
        authentication: Authentication::None,
    }
}

fn ipv4_packet(advert: &Advert, identification: u16) -> Vec<u8> {
    let source = Ipv4Addr::new(10, 77, 0, 1);
    let payload = packet::encode(
        advert,
        source.into(),
        ip::MULTICAST_V4.into(),
        ChecksumStyle::PseudoHeader,
    );
    ip::build_v4(
        source,
        ip::MULTICAST_V4,
        identification,
        ip::TTL,
        ip::PROTOCOL_VRRP,
        &payload,
    )
}

#[test]
fn version_2_without_authentication_is_byte_equal() {
    let whole = advert(Version::V2, 200, &["10.77.0.100"]);
    assert_eq!(ipv4_packet(&whole, 1), bytes(V2_NONE));
    let last = advert(Version::V2, 0, &["10.77.0.100"]);
    assert_eq!(ipv4_packet(&last, 3), bytes(V2_NONE_STOP));
}

#[test]
fn version_2_with_a_password_is_byte_equal() {
    let mut whole = advert(Version::V2, 200, &["10.77.0.100", "10.77.0.101"]);
    whole.authentication = Authentication::pass("s3cret");
    assert_eq!(ipv4_packet(&whole, 1), bytes(V2_PASS));
}

#[test]
fn version_3_over_ipv4_is_byte_equal() {
    assert_eq!(
        ipv4_packet(&advert(Version::V3, 200, &["10.77.0.100"]), 1),
        bytes(V3_IPV4)
    );
    assert_eq!(
        ipv4_packet(&advert(Version::V3, 0, &["10.77.0.100"]), 3),
        bytes(V3_IPV4_STOP)
    );
}

#[test]
fn version_3_over_ipv6_is_byte_equal() {
    let payload = packet::encode(
        &advert(Version::V3, 200, &["fe80::77:1", "fd77::100"]),
        address("fe80::ff:fe00:1"),
        ip::MULTICAST_V6.into(),
        ChecksumStyle::PseudoHeader,
    );
    assert_eq!(payload, bytes(V3_IPV6));
}

#[test]
fn version_2_inside_an_authentication_header_is_byte_equal_and_verified() {
    let source = Ipv4Addr::new(10, 77, 0, 1);
    let peer = Ipv4Addr::new(10, 77, 0, 2);
    for (hex, to, priority, number) in [
        (V2_AH, ip::MULTICAST_V4, 200, 1),
        (V2_AH_STOP, ip::MULTICAST_V4, 0, 3),
        (V2_AH_UNICAST, peer, 200, 1),
    ] {
        let mut whole = advert(Version::V2, priority, &["10.77.0.100"]);
        whole.authentication = Authentication::Ah;
        let style = ChecksumStyle::PseudoHeader;
        let payload = packet::encode(&whole, source.into(), to.into(), style);
        let id = u16::try_from(number).unwrap();
        let sealed = ah::seal(source, to, id, ip::TTL, number, b"s3cret", &payload);
        assert_eq!(sealed, bytes(hex));
        let theirs = bytes(hex);
        let header = ip::parse_v4(&theirs).unwrap();
        let opened = ah::parse(&header).unwrap();
        assert_eq!((opened.sequence, opened.vrrp), (number, &payload[..]));
        assert!(opened.is_authentic(b"s3cret"));
        assert!(!opened.is_authentic(b"S3cret"));
        let mut bent = theirs.clone();
        *bent.last_mut().unwrap() ^= 1;
        assert!(
            !ah::parse(&ip::parse_v4(&bent).unwrap())
                .unwrap()
                .is_authentic(b"s3cret")
        );
    }
}

#[test]
fn captured_adverts_are_understood() {
    for (hex, version, addresses) in [
        (V2_NONE, Version::V2, vec!["10.77.0.100"]),
        (V2_PASS, Version::V2, vec!["10.77.0.100", "10.77.0.101"]),
        (V3_IPV4, Version::V3, vec!["10.77.0.100"]),
    ] {
        let whole = bytes(hex);
        let header = ip::parse_v4(&whole).unwrap();
        assert_eq!((header.ttl, header.protocol), (255, 112));
        let got = packet::decode(
            header.payload,
            header.source.into(),
            header.destination.into(),
        )
        .unwrap();
        let mut wanted = advert(version, 200, &addresses);
        wanted.authentication = got.authentication;
        assert_eq!(got, wanted);
    }
    let v6 = bytes(V3_IPV6);
    let got = packet::decode(&v6, address("fe80::ff:fe00:1"), ip::MULTICAST_V6.into()).unwrap();
    assert_eq!(got, advert(Version::V3, 200, &["fe80::77:1", "fd77::100"]));
}

#[test]
fn version_3_over_ipv4_is_taken_with_and_without_the_pseudo_header() {
    let source = address("10.77.0.1");
    let sent = advert(Version::V3, 200, &["10.77.0.100"]);
    for style in [ChecksumStyle::PseudoHeader, ChecksumStyle::PacketOnly] {
        let payload = packet::encode(&sent, source, ip::MULTICAST_V4.into(), style);
        let got = packet::decode(&payload, source, ip::MULTICAST_V4.into());
        assert_eq!(got.as_ref(), Ok(&sent), "{style:?}");
    }
}

/// `old_unicast_checksum`: the pseudo header names the group, although the packet goes to a peer.
#[test]
fn the_old_unicast_checksum_is_sent_where_asked_and_always_understood() {
    let (source, peer) = (address("10.77.0.1"), address("10.77.0.2"));
    let whole = advert(Version::V3, 200, &["10.77.0.100"]);
    let old = packet::encode(&whole, source, peer, ChecksumStyle::GroupPseudoHeader);
    let to_group = packet::encode(
        &whole,
        source,
        ip::MULTICAST_V4.into(),
        ChecksumStyle::PseudoHeader,
    );
    assert_eq!(old, to_group);
    assert_ne!(
        old,
        packet::encode(&whole, source, peer, ChecksumStyle::PseudoHeader)
    );
    assert_eq!(packet::decode(&old, source, peer), Ok(whole));
}
