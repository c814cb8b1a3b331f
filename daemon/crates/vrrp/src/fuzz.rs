//! What the fuzzer calls, and a bounded test beside it: every decoder of bytes from the network
//! on the same input.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::admit::{Datagram, Rules, Transport, admit};
use crate::ip::{self, MULTICAST_V4, MULTICAST_V6};
use crate::packet::{self, Authentication, ChecksumStyle, Version};
use crate::{ah, timers};

/// Must not panic, and what is taken must survive encoding and decoding again.
pub fn network_bytes(data: &[u8]) {
    let v4 = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    let v6 = IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1));
    round_trip(data, v4, MULTICAST_V4.into());
    round_trip(data, v6, MULTICAST_V6.into());
    if let Ok(packet) = ip::parse_v4(data) {
        round_trip(
            packet.payload,
            packet.source.into(),
            packet.destination.into(),
        );
        judge(
            packet.payload,
            packet.source.into(),
            packet.destination.into(),
            packet.ttl,
        );
        if let Ok(sealed) = ah::parse(&packet) {
            sealed.is_authentic(b"key");
            round_trip(sealed.vrrp, packet.source.into(), packet.destination.into());
        }
    }
}

fn round_trip(payload: &[u8], source: IpAddr, destination: IpAddr) {
    let Ok(advert) = packet::decode(payload, source, destination) else {
        return;
    };
    let again = packet::encode(&advert, source, destination, ChecksumStyle::PseudoHeader);
    let mut expected = advert.clone();
    // An interval of zero is never sent.
    let least = match advert.version {
        Version::V2 => timers::SECOND,
        Version::V3 => timers::CENTISECOND,
    };
    expected.interval = advert.interval.max(least);
    assert_eq!(packet::decode(&again, source, destination), Ok(expected));
}

fn judge(payload: &[u8], source: IpAddr, destination: IpAddr, ttl: u8) {
    for version in [Version::V2, Version::V3] {
        let rules = Rules {
            version,
            vrid: packet::peek_vrid(payload).unwrap_or(1),
            authentication: Authentication::None,
            interval: timers::SECOND,
            transport: Transport::Multicast { group: destination },
            addresses: Vec::new(),
            own_address: IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2)),
        };
        let datagram = Datagram {
            source,
            destination,
            ttl,
            payload,
            authenticated: false,
        };
        if let Ok(received) = admit(&rules, &datagram) {
            assert!(received.interval > 0);
        }
    }
}
