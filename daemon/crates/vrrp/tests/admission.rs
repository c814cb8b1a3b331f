//! Every reason for which a packet is refused, one test each kind (RFC 9568 section 7.1).

use std::net::IpAddr;

use vrrp::admit::{Datagram, Peer, Rules, Transport, admit};
use vrrp::error::PacketError;
use vrrp::ip;
use vrrp::packet::{self, Advert, Authentication, ChecksumStyle, Version};
use vrrp::timers::SECOND;

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn rules(version: Version, authentication: Authentication) -> Rules {
    Rules {
        version,
        vrid: 77,
        authentication,
        interval: SECOND,
        transport: Transport::Multicast {
            group: ip::MULTICAST_V4.into(),
        },
        addresses: vec![address("10.77.0.100")],
        own_address: address("10.77.0.2"),
    }
}

fn advert(version: Version, authentication: Authentication) -> Advert {
    Advert {
        version,
        vrid: 77,
        priority: 150,
        interval: SECOND,
        addresses: vec![address("10.77.0.100")],
        authentication,
    }
}

fn payload(advert: &Advert) -> Vec<u8> {
    packet::encode(
        advert,
        address("10.77.0.1"),
        ip::MULTICAST_V4.into(),
        ChecksumStyle::PseudoHeader,
    )
}

fn verdict(
    rules: &Rules,
    payload: &[u8],
    change: impl FnOnce(&mut Datagram<'_>),
) -> Option<PacketError> {
    let mut datagram = Datagram {
        source: address("10.77.0.1"),
        destination: ip::MULTICAST_V4.into(),
        ttl: 255,
        payload,
        authenticated: false,
    };
    change(&mut datagram);
    admit(rules, &datagram).err()
}

#[test]
fn a_good_advert_is_taken_and_padding_after_it_ignored() {
    let rules = rules(Version::V2, Authentication::None);
    let mut bytes = payload(&advert(Version::V2, Authentication::None));
    assert_eq!(verdict(&rules, &bytes, |_| {}), None);
    bytes.extend_from_slice(&[0xaa; 6]);
    assert_eq!(verdict(&rules, &bytes, |_| {}), None);
}

#[test]
fn ttl_below_255_is_refused_on_multicast() {
    let bytes = payload(&advert(Version::V3, Authentication::None));
    let got = verdict(&rules(Version::V3, Authentication::None), &bytes, |d| {
        d.ttl = 254;
    });
    assert_eq!(got, Some(PacketError::Ttl));
}

#[test]
fn broken_bytes_are_refused_by_kind() {
    let rules = rules(Version::V2, Authentication::None);
    let good = payload(&advert(Version::V2, Authentication::None));
    assert_eq!(
        verdict(&rules, &good[..good.len() - 1], |_| {}),
        Some(PacketError::Length)
    );
    assert_eq!(
        verdict(&rules, &good[..5], |_| {}),
        Some(PacketError::Length)
    );
    for at in [2, 3, 9, 19] {
        let mut bad = good.clone();
        bad[at] ^= 0x01;
        let got = verdict(&rules, &bad, |_| {});
        assert!(
            matches!(got, Some(PacketError::Checksum | PacketError::Length)),
            "byte {at}: {got:?}"
        );
    }
    let mut version = good.clone();
    version[0] = 0x41;
    assert_eq!(
        verdict(&rules, &version, |_| {}),
        Some(PacketError::Version)
    );
    let mut kind = good;
    kind[0] = 0x22;
    assert_eq!(verdict(&rules, &kind, |_| {}), Some(PacketError::Type));
}

#[test]
fn the_other_version_is_refused() {
    let bytes = payload(&advert(Version::V3, Authentication::None));
    let got = verdict(&rules(Version::V2, Authentication::None), &bytes, |_| {});
    assert_eq!(got, Some(PacketError::Version));
}

#[test]
fn version_2_wants_the_same_interval_and_authentication() {
    let mut slow = advert(Version::V2, Authentication::None);
    slow.interval = 2 * SECOND;
    let plain = rules(Version::V2, Authentication::None);
    assert_eq!(
        verdict(&plain, &payload(&slow), |_| {}),
        Some(PacketError::Interval)
    );
    let secret = rules(Version::V2, Authentication::pass("s3cret"));
    let right = payload(&advert(Version::V2, Authentication::pass("s3cret")));
    let wrong = payload(&advert(Version::V2, Authentication::pass("S3cret")));
    let open = payload(&advert(Version::V2, Authentication::None));
    assert_eq!(verdict(&secret, &right, |_| {}), None);
    assert_eq!(
        verdict(&secret, &wrong, |_| {}),
        Some(PacketError::AuthenticationFailure)
    );
    assert_eq!(
        verdict(&secret, &open, |_| {}),
        Some(PacketError::AuthenticationType)
    );
    assert_eq!(
        verdict(&plain, &right, |_| {}),
        Some(PacketError::AuthenticationType)
    );
}

#[test]
fn version_3_takes_another_interval_and_learns_it() {
    let rules = rules(Version::V3, Authentication::None);
    let mut slow = advert(Version::V3, Authentication::None);
    slow.interval = 2 * SECOND;
    let bytes = payload(&slow);
    let datagram = Datagram {
        source: address("10.77.0.1"),
        destination: ip::MULTICAST_V4.into(),
        ttl: 255,
        payload: &bytes,
        authenticated: false,
    };
    assert_eq!(admit(&rules, &datagram).unwrap().interval, 2 * SECOND);
}

#[test]
fn our_own_packet_is_refused() {
    let bytes = payload(&advert(Version::V2, Authentication::None));
    let got = verdict(&rules(Version::V2, Authentication::None), &bytes, |d| {
        d.source = address("10.77.0.2");
    });
    assert_eq!(got, Some(PacketError::Looped));
}

#[test]
fn unicast_takes_its_peers_only_and_keeps_to_their_ttl_bounds() {
    let peer = Peer {
        address: address("10.77.0.1"),
        min_ttl: Some(250),
        max_ttl: None,
    };
    let rules = Rules {
        transport: Transport::Unicast { peers: vec![peer] },
        ..rules(Version::V2, Authentication::None)
    };
    let bytes = payload(&advert(Version::V2, Authentication::None));
    let us = address("10.77.0.2");
    assert_eq!(verdict(&rules, &bytes, |d| d.destination = us), None);
    assert_eq!(
        verdict(&rules, &bytes, |_| {}),
        Some(PacketError::Destination)
    );
    let stranger = verdict(&rules, &bytes, |d| {
        d.destination = us;
        d.source = address("10.77.0.9");
    });
    assert_eq!(stranger, Some(PacketError::UnknownPeer));
    let far = verdict(&rules, &bytes, |d| {
        d.destination = us;
        d.ttl = 249;
    });
    assert_eq!(far, Some(PacketError::Ttl));
}

#[test]
fn a_different_address_list_is_taken_and_reported() {
    let rules = rules(Version::V3, Authentication::None);
    let mut other = advert(Version::V3, Authentication::None);
    other.addresses.push(address("10.77.0.101"));
    let bytes = payload(&other);
    let datagram = Datagram {
        source: address("10.77.0.1"),
        destination: ip::MULTICAST_V4.into(),
        ttl: 255,
        payload: &bytes,
        authenticated: false,
    };
    assert!(admit(&rules, &datagram).unwrap().addresses_differ);
}
