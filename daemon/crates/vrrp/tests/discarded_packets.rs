//! The packets that a VRRP router must discard (RFC 3768 and RFC 9568 section 7.1), on the wire and
//! by what follows from them: the election goes on as if they had never come.

mod router;

use router::{Router, advert, wire};
use vrrp::instance::State;
use vrrp::timers::{self, SECOND};
use vrrp::{Advert, Authentication, PacketError, Version};

const BOTH: [Version; 2] = [Version::V2, Version::V3];

/// A backup that hears nothing but this takes over as if it had heard nothing.
fn refused(version: Version, packet: &[u8], why: Option<PacketError>, password: Option<&str>) {
    let mut router = Router::started(version, 100, |_| {});
    if let Some(password) = password {
        router = router.with_password(password);
    }
    for second in 1..4 {
        router.run_until(second * SECOND);
        router.receive(packet);
    }
    router.run_until(timers::master_down(version, 100, SECOND, 3));
    assert_eq!(router.instance.state(), State::Master, "{why:?}");
    let expected = why.map_or(Vec::new(), |why| vec![why; 3]);
    assert_eq!(router.refused, expected);
}

/// A packet with one thing changed behind its IP header; its checksums stay right.
fn changed(version: Version, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut packet = wire(&advert(version, 200), 1, 255);
    change(&mut packet[20..]);
    packet
}

#[test]
fn packets_that_were_forwarded_are_discarded() {
    for version in BOTH {
        for ttl in [254, 64, 1] {
            let packet = wire(&advert(version, 200), 1, ttl);
            refused(version, &packet, Some(PacketError::Ttl), None);
        }
    }
}

#[test]
fn packets_of_another_version_are_discarded() {
    refused(
        Version::V2,
        &wire(&advert(Version::V3, 200), 1, 255),
        Some(PacketError::Version),
        None,
    );
    refused(
        Version::V3,
        &wire(&advert(Version::V2, 200), 1, 255),
        Some(PacketError::Version),
        None,
    );
}

#[test]
fn packets_of_another_type_are_discarded() {
    for version in BOTH {
        let packet = changed(version, |vrrp| vrrp[0] = vrrp[0] & 0xf0 | 2);
        refused(version, &packet, Some(PacketError::Type), None);
    }
}

#[test]
fn packets_shorter_than_they_say_are_discarded() {
    for version in BOTH {
        let packet = changed(version, |vrrp| vrrp[3] = 9);
        refused(version, &packet, Some(PacketError::Length), None);
    }
}

#[test]
fn packets_with_a_wrong_checksum_are_discarded() {
    for version in BOTH {
        let packet = changed(version, |vrrp| vrrp[6] ^= 0xff);
        refused(version, &packet, Some(PacketError::Checksum), None);
    }
}

#[test]
fn packets_of_another_virtual_router_are_not_for_us() {
    for version in BOTH {
        let other = Advert {
            vrid: 78,
            ..advert(version, 200)
        };
        refused(version, &wire(&other, 1, 255), None, None);
    }
}

#[test]
fn packets_with_other_authentication_or_interval_are_discarded_in_version_2() {
    let with = |authentication| Advert {
        authentication,
        ..advert(Version::V2, 200)
    };
    let wrong = wire(&with(Authentication::pass("other")), 1, 255);
    refused(
        Version::V2,
        &wrong,
        Some(PacketError::AuthenticationType),
        None,
    );
    refused(
        Version::V2,
        &wrong,
        Some(PacketError::AuthenticationFailure),
        Some("right"),
    );
    let slow = Advert {
        interval: 2 * SECOND,
        ..advert(Version::V2, 200)
    };
    refused(
        Version::V2,
        &wire(&slow, 1, 255),
        Some(PacketError::Interval),
        None,
    );
}
