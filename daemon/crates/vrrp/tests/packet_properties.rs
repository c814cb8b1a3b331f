//! Packets of any content: what is encoded is decoded, and nothing from the network panics.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::vec;
use proptest::prelude::*;
use vrrp::packet::{self, Advert, Authentication, ChecksumStyle, Version};
use vrrp::timers::{CENTISECOND, SECOND};
use vrrp::{fuzz, ip};

fn advert() -> impl Strategy<Value = (Advert, IpAddr, IpAddr)> {
    let v4 = (
        any::<u8>(),
        any::<u8>(),
        1..=255u64,
        vec(any::<[u8; 4]>(), 0..255),
        any::<u8>(),
    )
        .prop_map(|(vrid, priority, seconds, addresses, kind)| Advert {
            version: Version::V2,
            vrid,
            priority,
            interval: seconds * SECOND,
            addresses: addresses.into_iter().map(IpAddr::from).collect(),
            authentication: match kind % 3 {
                0 => Authentication::None,
                1 => Authentication::pass("s3cret"),
                _ => Authentication::Ah,
            },
        })
        .prop_map(|advert| {
            let source = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
            (advert, source, IpAddr::V4(ip::MULTICAST_V4))
        });
    let v6 = (
        any::<u8>(),
        any::<u8>(),
        1..=4095u64,
        vec(any::<[u8; 16]>(), 0..255),
    )
        .prop_map(|(vrid, priority, centiseconds, addresses)| Advert {
            version: Version::V3,
            vrid,
            priority,
            interval: centiseconds * CENTISECOND,
            addresses: addresses.into_iter().map(IpAddr::from).collect(),
            authentication: Authentication::None,
        })
        .prop_map(|advert| {
            let source = IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1));
            (advert, source, IpAddr::V6(ip::MULTICAST_V6))
        });
    prop_oneof![v4, v6]
}

proptest! {
    #[test]
    fn an_encoded_advert_decodes_to_itself((advert, source, group) in advert()) {
        let bytes = packet::encode(&advert, source, group, ChecksumStyle::PseudoHeader);
        prop_assert_eq!(packet::decode(&bytes, source, group), Ok(advert));
    }

    #[test]
    fn a_flipped_bit_is_noticed((advert, source, group) in advert(), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let mut bytes = packet::encode(&advert, source, group, ChecksumStyle::PseudoHeader);
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert_ne!(packet::decode(&bytes, source, group), Ok(advert));
    }

    #[test]
    fn bytes_of_any_kind_are_survived(bytes in vec(any::<u8>(), 0..1600)) {
        fuzz::network_bytes(&bytes);
    }

    #[test]
    fn packets_bent_anywhere_are_survived(
        (advert, source, group) in advert(),
        bends in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let payload = packet::encode(&advert, source, group, ChecksumStyle::PseudoHeader);
        let mut bytes = match (source, group) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let key: &[u8] = b"key";
                match advert.authentication {
                    Authentication::Ah => vrrp::ah::seal(from, to, 1, 255, 1, key, &payload),
                    _ => ip::build_v4(from, to, 1, 255, ip::PROTOCOL_VRRP, &payload),
                }
            }
            _ => payload,
        };
        for (at, value) in bends {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        fuzz::network_bytes(&bytes);
        fuzz::network_bytes(&bytes[..cut.index(bytes.len())]);
    }
}
