//! Writing a header for a server.

use super::{LOCAL, PROXY, SIGNATURE, TCP4, TCP6};
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

/// Without addresses the command is LOCAL: the connection is the proxy's own.
pub fn write_v2(addresses: Addresses) -> Vec<u8> {
    let mut header = SIGNATURE.to_vec();
    let Some((source, from, destination, to)) = same_family(addresses) else {
        header.extend([LOCAL, 0, 0, 0]);
        return header;
    };
    let mut body = Vec::with_capacity(36);
    for ip in [source, destination] {
        match ip {
            IpAddr::V4(v4) => body.extend(v4.octets()),
            IpAddr::V6(v6) => body.extend(v6.octets()),
        }
    }
    body.extend(from.to_be_bytes());
    body.extend(to.to_be_bytes());
    let family = if source.is_ipv4() { TCP4 } else { TCP6 };
    let size = u8::try_from(body.len()).unwrap_or(0);
    header.extend([PROXY, family, 0, size]);
    header.extend(body);
    header
}
