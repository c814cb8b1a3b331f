//! The goodbye of a VRRP process that could not say it itself: ready-made adverts of priority 0,
//! so that the peer takes over at once instead of waiting for three adverts that do not come.

use std::io;
use std::net::IpAddr;

use ipc::message::FarewellPacket;
use netlink::Link;
use sys::rawsock::{RawV4, RawV6};

/// IP protocol number of VRRP (RFC 9568 section 5.1.1.4).
const PROTOCOL: u8 = 112;
/// Hop limit that receivers ask for (section 5.1.2.3).
const HOP_LIMIT: u8 = 255;
/// Internetwork control (RFC 2474 section 4.2.2).
const TRAFFIC_CLASS: u8 = 0xc0;
/// One lost packet must not cost three adverts.
const COPIES: usize = 3;

/// Sends each packet; the error of the last one that failed.
pub fn send(packets: &[FarewellPacket], links: &[Link]) -> io::Result<()> {
    let mut result = Ok(());
    for packet in packets {
        let Some(link) = links.iter().find(|link| link.name == packet.interface) else {
            continue;
        };
        if let Err(error) = send_one(packet, link.index) {
            result = Err(error);
        }
    }
    result
}

fn send_one(packet: &FarewellPacket, index: u32) -> io::Result<()> {
    match (packet.source, packet.destination) {
        (IpAddr::V4(_), IpAddr::V4(to)) => {
            let socket = RawV4::open(&packet.interface, PROTOCOL)?;
            if to.is_multicast() {
                socket.join(to, index)?;
            }
            (0..COPIES).try_for_each(|_| socket.send(&packet.bytes, to))
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let socket = RawV6::open(&packet.interface, PROTOCOL, TRAFFIC_CLASS, HOP_LIMIT)?;
            (0..COPIES).try_for_each(|_| socket.send(&packet.bytes, from, to, index))
        }
        _ => Ok(()),
    }
}
