//! The IPv4 header as VRRP sends it, and as a raw socket delivers it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::checksum;
use crate::error::PacketError;

pub const PROTOCOL_VRRP: u8 = 112;
pub const PROTOCOL_AH: u8 = 51;
/// Packets that come from the same link have it; anything forwarded has less (RFC 9568 5.1.1.3).
pub const TTL: u8 = 255;
/// Internetwork control (RFC 791), so that queues favour adverts.
pub const TOS: u8 = 0xc0;
pub const MULTICAST_V4: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 18);
pub const MULTICAST_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x12);

const HEADER: usize = 20;

/// What is known of an IPv4 packet after its header was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ipv4<'a> {
    pub source: Ipv4Addr,
    pub destination: Ipv4Addr,
    pub ttl: u8,
    pub protocol: u8,
    pub header: &'a [u8],
    pub payload: &'a [u8],
}

/// Takes apart what an `AF_INET` raw socket received. Bytes after the total length (Ethernet
/// padding) are dropped.
pub fn parse_v4(packet: &[u8]) -> Result<Ipv4<'_>, PacketError> {
    if packet.len() < HEADER || packet[0] >> 4 != 4 {
        return Err(PacketError::IpHeader);
    }
    let header = usize::from(packet[0] & 0x0f) * 4;
    let total = usize::from(u16::from_be_bytes([packet[2], packet[3]]));
    if header < HEADER || total < header || packet.len() < total {
        return Err(PacketError::IpHeader);
    }
    Ok(Ipv4 {
        source: Ipv4Addr::new(packet[12], packet[13], packet[14], packet[15]),
        destination: Ipv4Addr::new(packet[16], packet[17], packet[18], packet[19]),
        ttl: packet[8],
        protocol: packet[9],
        header: &packet[..header],
        payload: &packet[header..total],
    })
}

/// A whole IPv4 packet without options or fragmentation.
pub fn build_v4(
    source: Ipv4Addr,
    destination: Ipv4Addr,
    identification: u16,
    ttl: u8,
    protocol: u8,
    payload: &[u8],
) -> Vec<u8> {
    let total = u16::try_from(HEADER + payload.len()).unwrap_or(u16::MAX);
    let mut packet = Vec::with_capacity(HEADER + payload.len());
    packet.extend_from_slice(&[0x45, TOS]);
    packet.extend_from_slice(&total.to_be_bytes());
    packet.extend_from_slice(&identification.to_be_bytes());
    packet.extend_from_slice(&[0, 0, ttl, protocol, 0, 0]);
    packet.extend_from_slice(&source.octets());
    packet.extend_from_slice(&destination.octets());
    let sum = checksum::plain(&packet);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet.extend_from_slice(payload);
    packet
}

/// Whether both are of one address family.
pub fn same_family(a: IpAddr, b: IpAddr) -> bool {
    a.is_ipv4() == b.is_ipv4()
}
