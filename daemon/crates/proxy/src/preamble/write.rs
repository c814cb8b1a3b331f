//! Writing a header for a server.

use super::{CRC32C, LOCAL, PROXY, SIGNATURE, TCP4, TCP6, V2_FIXED};
use crate::rules::convert::crc32c;
use std::net::{IpAddr, SocketAddr};

/// The client's address and the one that it connected to, where both are known.
pub type Addresses = Option<(SocketAddr, SocketAddr)>;

/// Both in one family: IPv4 addresses of a socket for both are written as IPv4.
fn same_family(addresses: Addresses) -> Option<(IpAddr, u16, IpAddr, u16)> {
    let (from, to) = addresses?;
    let (source, destination) = (from.ip().to_canonical(), to.ip().to_canonical());
    let widen = |ip: IpAddr| match ip {
        IpAddr::V4(v4) => IpAddr::V6(v4.to_ipv6_mapped()),
        v6 @ IpAddr::V6(_) => v6,
    };
    let (source, destination) = if source.is_ipv4() == destination.is_ipv4() {
        (source, destination)
    } else {
        (widen(source), widen(destination))
    };
    Some((source, from.port(), destination, to.port()))
}

pub fn write_v1(addresses: Addresses) -> Vec<u8> {
    let line = match same_family(addresses) {
        Some((source, from, destination, to)) => {
            let family = if source.is_ipv4() { "TCP4" } else { "TCP6" };
            format!("PROXY {family} {source} {destination} {from} {to}\r\n")
        }
        None => "PROXY UNKNOWN\r\n".to_owned(),
    };
    line.into_bytes()
}

/// A type and what is told by it.
pub type Value<'v> = (u8, &'v [u8]);

/// Adds a value, if it fits.
pub(super) fn put(body: &mut Vec<u8>, (kind, value): Value<'_>) {
    let room = usize::from(u16::MAX).saturating_sub(body.len() + 3);
    let size = u16::try_from(value.len());
    if let Some(size) = size.ok().filter(|_| value.len() <= room) {
        body.push(kind);
        body.extend(size.to_be_bytes());
        body.extend_from_slice(value);
    }
}

/// Without addresses the command is LOCAL: the connection is the proxy's own. Values that do not
/// fit are left out. With `checksum` the first value is one over the whole header.
pub fn write_v2(addresses: Addresses, checksum: bool, values: &[Value<'_>]) -> Vec<u8> {
    let mut body = Vec::with_capacity(36);
    let (command, family) = match same_family(addresses) {
        None => (LOCAL, 0),
        Some((source, from, destination, to)) => {
            for ip in [source, destination] {
                match ip {
                    IpAddr::V4(v4) => body.extend(v4.octets()),
                    IpAddr::V6(v6) => body.extend(v6.octets()),
                }
            }
            body.extend(from.to_be_bytes());
            body.extend(to.to_be_bytes());
            (PROXY, if source.is_ipv4() { TCP4 } else { TCP6 })
        }
    };
    let sum_at = V2_FIXED + body.len() + 3;
    if checksum {
        body.extend([CRC32C, 0, 4, 0, 0, 0, 0]);
    }
    for value in values {
        put(&mut body, *value);
    }
    let size = u16::try_from(body.len()).unwrap_or(0).to_be_bytes();
    let mut header = [&SIGNATURE[..], &[command, family], &size, &body].concat();
    if checksum {
        let sum = crc32c(&header).to_be_bytes();
        header[sum_at..sum_at + 4].copy_from_slice(&sum);
    }
    header
}
