//! Reading a header as its bytes arrive.

use super::{LOCAL, PROXY, SIGNATURE, TCP4, TCP6, V1_MOST, V2_FIXED, V2_MOST};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A whole header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Bytes that belong to it.
    pub length: usize,
    /// Source and destination; `None`: the connection's own addresses hold (a check of the other
    /// proxy, or a protocol without addresses).
    pub addresses: Option<(SocketAddr, SocketAddr)>,
}

/// Why these bytes are no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    /// They begin like neither version.
    NotProxy,
    /// They begin well and break the format.
    Invalid,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotProxy => "Received something which does not look like a PROXY protocol header",
            Self::Invalid => "Received an invalid PROXY protocol header",
        })
    }
}

/// `Ok(None)`: what is there may become a header.
pub fn read(bytes: &[u8]) -> Result<Option<Header>, Bad> {
    if bytes.starts_with(SIGNATURE) {
        return version_2(bytes);
    }
    if bytes.starts_with(b"PROXY ") {
        return version_1(bytes);
    }
    if SIGNATURE.starts_with(bytes) || b"PROXY ".starts_with(bytes) {
        return Ok(None);
    }
    Err(Bad::NotProxy)
}

fn version_1(bytes: &[u8]) -> Result<Option<Header>, Bad> {
    let within = &bytes[..bytes.len().min(V1_MOST)];
    let Some(end) = within.windows(2).position(|pair| pair == b"\r\n") else {
        return if bytes.len() >= V1_MOST {
            Err(Bad::Invalid)
        } else {
            Ok(None)
        };
    };
    let line = std::str::from_utf8(&bytes[..end]).map_err(|_| Bad::Invalid)?;
    let mut words = line.split(' ').skip(1);
    let addresses = match words.next() {
        // What stands behind it is to be ignored.
        Some("UNKNOWN") => None,
        Some("TCP4") => Some(pair::<Ipv4Addr>(words)?),
        Some("TCP6") => Some(pair::<Ipv6Addr>(words)?),
        _ => return Err(Bad::Invalid),
    };
    Ok(Some(Header {
        length: end + 2,
        addresses,
    }))
}

/// Two addresses and two ports, separated by one blank each.
fn pair<'w, A>(mut words: impl Iterator<Item = &'w str>) -> Result<(SocketAddr, SocketAddr), Bad>
where
    A: std::str::FromStr + Into<IpAddr>,
{
    let mut ip = || words.next()?.parse::<A>().ok().map(Into::into);
    let (source, destination): (IpAddr, IpAddr) =
        (ip().ok_or(Bad::Invalid)?, ip().ok_or(Bad::Invalid)?);
    let mut port = || words.next().and_then(port).ok_or(Bad::Invalid);
    let (from, to) = (port()?, port()?);
    if words.next().is_some() {
        return Err(Bad::Invalid);
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

fn version_2(bytes: &[u8]) -> Result<Option<Header>, Bad> {
    let Some((fixed, rest)) = bytes.split_at_checked(V2_FIXED) else {
        return Ok(None);
    };
    let (command, family) = (fixed[12], fixed[13]);
    let size = usize::from(u16::from_be_bytes([fixed[14], fixed[15]]));
    let length = V2_FIXED + size;
    // The upper half is the version.
    if command & 0xf0 != 0x20 {
        return Err(Bad::NotProxy);
    }
    if !matches!(command, LOCAL | PROXY) || length > V2_MOST {
        return Err(Bad::Invalid);
    }
    let Some(body) = rest.get(..size) else {
        return Ok(None);
    };
    let addresses = match (command, family) {
        (PROXY, TCP4) => Some(binary::<4>(body).ok_or(Bad::Invalid)?),
        (PROXY, TCP6) => Some(binary::<16>(body).ok_or(Bad::Invalid)?),
        // Unspecified, datagrams and unix sockets: taken, without addresses of use here.
        _ => None,
    };
    Ok(Some(Header { length, addresses }))
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
