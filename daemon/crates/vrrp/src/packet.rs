//! The VRRP advertisement: bytes to fields and back (RFC 3768 section 5, RFC 9568 section 5).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::checksum;
use crate::error::PacketError;
use crate::timers::{CENTISECOND, MAX_INTERVAL_V3, Micros, SECOND};

const TYPE_ADVERTISEMENT: u8 = 1;
const HEADER: usize = 8;
const AUTH_DATA: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    V2,
    V3,
}

impl Version {
    pub fn number(self) -> u8 {
        match self {
            Version::V2 => 2,
            Version::V3 => 3,
        }
    }
}

/// Version 2's authentication field. AH's digest is outside the VRRP packet; only its type shows
/// here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    None,
    /// Eight bytes in clear, padded with zero.
    Pass([u8; AUTH_DATA]),
    Ah,
}

impl Authentication {
    /// `auth_pass` as keepalived cuts it: the first eight bytes.
    pub fn pass(text: &str) -> Self {
        let mut bytes = [0; AUTH_DATA];
        for (slot, byte) in bytes.iter_mut().zip(text.bytes()) {
            *slot = byte;
        }
        Authentication::Pass(bytes)
    }

    pub fn type_number(self) -> u8 {
        match self {
            Authentication::None => 0,
            Authentication::Pass(_) => 1,
            Authentication::Ah => 2,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advert {
    pub version: Version,
    pub vrid: u8,
    pub priority: u8,
    pub interval: Micros,
    pub addresses: Vec<IpAddr>,
    pub authentication: Authentication,
}

/// Whether version 3 over IPv4 sums a pseudo header. Implementations disagree, so it is an option
/// when sending, and either is taken when receiving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksumStyle {
    PseudoHeader,
    PacketOnly,
    /// The pseudo header names the multicast group, though the packet goes to one peer: what
    /// keepalived up to 1.3.6 sent and expects (`old_unicast_checksum`).
    GroupPseudoHeader,
}

/// The VRRP packet (without IP header) as it goes from `source` to `destination`.
pub fn encode(
    advert: &Advert,
    source: IpAddr,
    destination: IpAddr,
    style: ChecksumStyle,
) -> Vec<u8> {
    let count = u8::try_from(advert.addresses.len()).unwrap_or(u8::MAX);
    let mut bytes = vec![
        advert.version.number() << 4 | TYPE_ADVERTISEMENT,
        advert.vrid,
        advert.priority,
        count,
    ];
    bytes.extend_from_slice(&interval_field(advert));
    bytes.extend_from_slice(&[0, 0]);
    for address in advert.addresses.iter().take(usize::from(count)) {
        match address {
            IpAddr::V4(v4) => bytes.extend_from_slice(&v4.octets()),
            IpAddr::V6(v6) => bytes.extend_from_slice(&v6.octets()),
        }
    }
    if advert.version == Version::V2 {
        let data = match advert.authentication {
            Authentication::Pass(data) => data,
            Authentication::None | Authentication::Ah => [0; AUTH_DATA],
        };
        bytes.extend_from_slice(&data);
    }
    let sum = sum(advert.version, &bytes, source, destination, style);
    bytes[6..8].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// Bytes 4 and 5: authentication type and seconds in version 2, twelve bits of centiseconds in
/// version 3. An interval never becomes zero, which would flood the link.
fn interval_field(advert: &Advert) -> [u8; 2] {
    match advert.version {
        Version::V2 => {
            let seconds = u8::try_from(advert.interval / SECOND)
                .unwrap_or(u8::MAX)
                .max(1);
            [advert.authentication.type_number(), seconds]
        }
        Version::V3 => {
            let interval = advert.interval.clamp(CENTISECOND, MAX_INTERVAL_V3);
            let centiseconds = u16::try_from(interval / CENTISECOND).unwrap_or(0x0fff);
            centiseconds.to_be_bytes()
        }
    }
}

/// Takes apart one VRRP packet. Bytes beyond the length that its count demands are padding.
pub fn decode(bytes: &[u8], source: IpAddr, destination: IpAddr) -> Result<Advert, PacketError> {
    let [kind, vrid, priority, count, fourth, fifth, ..] = *bytes else {
        return Err(PacketError::Length);
    };
    let version = match kind >> 4 {
        2 => Version::V2,
        3 => Version::V3,
        _ => return Err(PacketError::Version),
    };
    if kind & 0x0f != TYPE_ADVERTISEMENT {
        return Err(PacketError::Type);
    }
    if version == Version::V2 && source.is_ipv6() {
        return Err(PacketError::Version);
    }
    let width = if source.is_ipv4() { 4 } else { 16 };
    let trailer = if version == Version::V2 { AUTH_DATA } else { 0 };
    let length = HEADER + usize::from(count) * width + trailer;
    let Some(packet) = bytes.get(..length) else {
        return Err(PacketError::Length);
    };
    check_sum(version, packet, source, destination)?;
    let authentication = match (version, fourth) {
        (Version::V3, _) | (Version::V2, 0) => Authentication::None,
        (Version::V2, 1) => Authentication::Pass(trailing_bytes(packet)),
        (Version::V2, 2) => Authentication::Ah,
        (Version::V2, _) => return Err(PacketError::AuthenticationType),
    };
    let interval = match version {
        Version::V2 => u64::from(fifth) * SECOND,
        Version::V3 => u64::from(u16::from_be_bytes([fourth & 0x0f, fifth])) * CENTISECOND,
    };
    let addresses = &packet[HEADER..length - trailer];
    Ok(Advert {
        version,
        vrid,
        priority,
        interval,
        addresses: addresses.chunks_exact(width).filter_map(address).collect(),
        authentication,
    })
}

/// The router id of a packet that may otherwise be unfit, so that its error is counted with the
/// instance it was meant for.
pub fn peek_vrid(bytes: &[u8]) -> Option<u8> {
    bytes.get(1).copied()
}

fn trailing_bytes(packet: &[u8]) -> [u8; AUTH_DATA] {
    packet
        .last_chunk::<AUTH_DATA>()
        .copied()
        .unwrap_or_default()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::V4(Ipv4Addr::from(octets)));
    }
    <[u8; 16]>::try_from(bytes)
        .ok()
        .map(|octets| IpAddr::V6(Ipv6Addr::from(octets)))
}

fn sum(
    version: Version,
    bytes: &[u8],
    source: IpAddr,
    destination: IpAddr,
    style: ChecksumStyle,
) -> u16 {
    match (version, source, destination, style) {
        (Version::V3, IpAddr::V4(s), IpAddr::V4(d), ChecksumStyle::PseudoHeader) => {
            checksum::pseudo_v4(s, d, bytes)
        }
        (Version::V3, IpAddr::V4(s), IpAddr::V4(_), ChecksumStyle::GroupPseudoHeader) => {
            checksum::pseudo_v4(s, crate::ip::MULTICAST_V4, bytes)
        }
        (Version::V3, IpAddr::V6(s), IpAddr::V6(d), _) => {
            checksum::pseudo_v6(s, d, crate::ip::PROTOCOL_VRRP, bytes)
        }
        _ => checksum::plain(bytes),
    }
}

/// Version 3 over IPv4 is sent with the pseudo header by some, without by others, and by old
/// unicast senders with the multicast group inside it. All three prove that the bytes are whole.
fn check_sum(
    version: Version,
    packet: &[u8],
    source: IpAddr,
    destination: IpAddr,
) -> Result<(), PacketError> {
    let sums_up = |style| sum(version, packet, source, destination, style) == 0;
    let disputed = version == Version::V3 && source.is_ipv4();
    let whole = sums_up(ChecksumStyle::PseudoHeader)
        || disputed && sums_up(ChecksumStyle::PacketOnly)
        || disputed && sums_up(ChecksumStyle::GroupPseudoHeader);
    if whole {
        Ok(())
    } else {
        Err(PacketError::Checksum)
    }
}
