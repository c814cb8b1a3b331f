//! NetScaler's client IP header: a magic number that both sides agreed on, lengths, and the IP and
//! TCP headers of the client's own connection. Old and present form differ in what lies between.

use super::Fault;
use super::read::Header;
use std::net::{IpAddr, SocketAddr};

/// Magic number and length.
const LEGACY: usize = 8;
/// The same with a type and a second length.
const STANDARD: usize = 12;
/// Headers longer than this are no sane ones: IPv6 and TCP with all options.
const MOST: usize = 40 + 60 + 60;
const TCP: u8 = 6;
const TCP_LEAST: usize = 20;

/// `Ok(None)`: what is there may become a header.
pub fn netscaler(bytes: &[u8], magic: u32) -> Result<Option<Header>, Fault> {
    let begin = magic.to_be_bytes();
    let shown = bytes.len().min(begin.len());
    if bytes[..shown] != begin[..shown] {
        return Err(Fault::NetscalerNumber);
    }
    let Some(form) = bytes.get(LEGACY) else {
        return Ok(None);
    };
    let (start, size) = match form >> 4 {
        4 | 6 => (LEGACY, number(&bytes[4..8])),
        _ if bytes.len() < STANDARD => return Ok(None),
        _ => (STANDARD, number(&bytes[10..12])),
    };
    if size > MOST {
        return Err(Fault::NetscalerProtocol);
    }
    let length = start + size;
    let Some(headers) = bytes.get(start..length) else {
        return Ok(None);
    };
    let addresses = addresses(headers).ok_or(Fault::NetscalerProtocol)?;
    Ok(Some(Header::new(length, addresses)))
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b))
}

fn addresses(headers: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    let ip = |from: usize, to: usize| -> Option<IpAddr> {
        let octets = headers.get(from..to)?;
        match octets.len() {
            4 => <[u8; 4]>::try_from(octets).ok().map(IpAddr::from),
            _ => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
        }
    };
    let (source, destination, protocol, tcp) = match headers.first()? >> 4 {
        4 => {
            let length = usize::from(headers[0] & 0x0f) * 4;
            (ip(12, 16)?, ip(16, 20)?, *headers.get(9)?, length.max(20))
        }
        6 => (ip(8, 24)?, ip(24, 40)?, *headers.get(6)?, 40),
        _ => return None,
    };
    let tcp = headers.get(tcp..)?;
    if protocol != TCP || tcp.len() < TCP_LEAST {
        return None;
    }
    let port = |at: usize| u16::from_be_bytes([tcp[at], tcp[at + 1]]);
    Some((
        SocketAddr::new(source, port(0)),
        SocketAddr::new(destination, port(2)),
    ))
}
