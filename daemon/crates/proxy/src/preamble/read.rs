//! Reading a header as its bytes arrive.

use super::tlv::{self, Values};
use super::{Fault, LOCAL, PROXY, SIGNATURE, TCP4, TCP6, Told, V1_MOST, V2_FIXED, V2_MOST};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A whole header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Bytes that belong to it.
    pub length: usize,
    /// Source and destination; `None`: the connection's own addresses hold (a check of the other
    /// proxy, or a protocol without addresses).
    pub addresses: Option<(SocketAddr, SocketAddr)>,
    values: Values,
}

impl Header {
    /// One that tells of addresses alone.
    pub fn new(length: usize, addresses: (SocketAddr, SocketAddr)) -> Self {
        Self {
            length,
            addresses: Some(addresses),
            values: Values::default(),
        }
    }

    /// What it tells besides addresses; `bytes` are those it was read from.
    pub fn told(&self, bytes: &[u8]) -> Told {
        self.values.of(&bytes[..self.length])
    }
}

/// `Ok(None)`: what is there may become a header.
pub fn read(bytes: &[u8]) -> Result<Option<Header>, Fault> {
    if bytes.starts_with(SIGNATURE) {
        return version_2(bytes);
    }
    if bytes.starts_with(b"PROXY ") {
        return version_1(bytes);
    }
    if SIGNATURE.starts_with(bytes) || b"PROXY ".starts_with(bytes) {
        return Ok(None);
    }
    Err(Fault::NotProxy)
}

fn version_1(bytes: &[u8]) -> Result<Option<Header>, Fault> {
    let within = &bytes[..bytes.len().min(V1_MOST)];
    let Some(end) = within.windows(2).position(|pair| pair == b"\r\n") else {
        return if bytes.len() >= V1_MOST {
            Err(Fault::Invalid)
        } else {
            Ok(None)
        };
    };
    let line = std::str::from_utf8(&bytes[..end]).map_err(|_| Fault::Invalid)?;
    let mut words = line.split(' ').skip(1);
    let addresses = match words.next() {
        // What stands behind it is to be ignored.
        Some("UNKNOWN") => None,
        Some("TCP4") => Some(pair::<Ipv4Addr>(words)?),
        Some("TCP6") => Some(pair::<Ipv6Addr>(words)?),
        _ => return Err(Fault::Protocol),
    };
    Ok(Some(Header {
        length: end + 2,
        addresses,
        values: Values::default(),
    }))
}

/// Two addresses and two ports, separated by one blank each.
fn pair<'w, A>(mut words: impl Iterator<Item = &'w str>) -> Result<(SocketAddr, SocketAddr), Fault>
where
    A: std::str::FromStr + Into<IpAddr>,
{
    let mut ip = || words.next()?.parse::<A>().ok().map(Into::into);
    let (source, destination): (IpAddr, IpAddr) =
        (ip().ok_or(Fault::Invalid)?, ip().ok_or(Fault::Invalid)?);
    let mut port = || words.next().and_then(port).ok_or(Fault::Invalid);
    let (from, to) = (port()?, port()?);
    if words.next().is_some() {
        return Err(Fault::Invalid);
    }
    Ok((
        SocketAddr::new(source, from),
        SocketAddr::new(destination, to),
    ))
}

/// Digits alone: no sign, as `parse` would take one.
fn port(word: &str) -> Option<u16> {
    word.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| word.parse().ok())?
}

fn version_2(bytes: &[u8]) -> Result<Option<Header>, Fault> {
    let Some((fixed, rest)) = bytes.split_at_checked(V2_FIXED) else {
        return Ok(None);
    };
    let (command, family) = (fixed[12], fixed[13]);
    let size = usize::from(u16::from_be_bytes([fixed[14], fixed[15]]));
    let length = V2_FIXED + size;
    // The upper half is the version.
    if command & 0xf0 != 0x20 {
        return Err(Fault::NotProxy);
    }
    if !matches!(command, LOCAL | PROXY) || length > V2_MOST {
        return Err(Fault::Invalid);
    }
    let Some(body) = rest.get(..size) else {
        return Ok(None);
    };
    let (addresses, size) = match (command, family) {
        (PROXY, TCP4) => (binary::<4>(body), 12),
        (PROXY, TCP6) => (binary::<16>(body), 36),
        // Unspecified, datagrams and unix sockets: taken, without addresses of use here.
        _ => {
            return Ok(Some(Header {
                length,
                addresses: None,
                values: Values::default(),
            }));
        }
    };
    let values = tlv::read(&bytes[..length], V2_FIXED + size)?;
    Ok(Some(Header {
        length,
        addresses: Some(addresses.ok_or(Fault::Invalid)?),
        values,
    }))
}

/// Source, destination, source port, destination port; type-length-values may follow.
fn binary<const N: usize>(body: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    let (source, rest) = body.split_at_checked(N)?;
    let (destination, rest) = rest.split_at_checked(N)?;
    let [a, b, c, d, ..] = *rest else { return None };
    let ip = |octets: &[u8]| -> Option<IpAddr> {
        match N {
            4 => <[u8; 4]>::try_from(octets).ok().map(IpAddr::from),
            _ => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
        }
    };
    Some((
        SocketAddr::new(ip(source)?, u16::from_be_bytes([a, b])),
        SocketAddr::new(ip(destination)?, u16::from_be_bytes([c, d])),
    ))
}
