//! The part of a request that a hash looks at (`balance uri`, `url_param`, `hdr`, `source`).

use std::net::IpAddr;

/// `balance uri` with its options.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UriKey {
    pub len: Option<u32>,
    pub depth: Option<u32>,
    /// The query belongs to the key.
    pub whole: bool,
}

/// Cuts a URI (path and query) down to what is hashed.
#[must_use]
pub fn uri(uri: &[u8], key: UriKey) -> &[u8] {
    let mut end = uri.len();
    if !key.whole {
        end = uri.iter().position(|b| *b == b'?').unwrap_or(end);
    }
    if let Some(len) = key.len.filter(|n| *n > 0) {
        end = end.min(len as usize);
    }
    if let Some(depth) = key.depth.filter(|n| *n > 0) {
        // One directory for each slash behind the first.
        let slashes = uri[..end].iter().enumerate().filter(|(_, b)| **b == b'/');
        end = slashes.map(|(at, _)| at).nth(depth as usize).unwrap_or(end);
    }
    &uri[..end]
}

/// The value of a parameter between ampersands; `None` without it, when round robin takes over.
#[must_use]
pub fn url_param<'a>(query: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    query
        .split(|b| *b == b'&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="))
}

/// The value of a parameter in the body of a form, up to a blank or control character, where what
/// looks like a form ends.
#[must_use]
pub fn body_param<'a>(body: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let end = body.iter().position(|b| *b <= b' ').unwrap_or(body.len());
    url_param(&body[..end], name)
}

/// `use_domain_only`: the host without top-level domain and sub-domains.
#[must_use]
pub fn domain_only(host: &[u8]) -> &[u8] {
    let host = host.split(|b| *b == b':').next().unwrap_or(host);
    let Some(last_dot) = host.iter().rposition(|b| *b == b'.') else {
        return host;
    };
    let start = host[..last_dot]
        .iter()
        .rposition(|b| *b == b'.')
        .map_or(0, |p| p + 1);
    &host[start..last_dot]
}

/// `balance source`: the address in network order, IPv4-mapped addresses as IPv4.
#[must_use]
pub fn source(ip: IpAddr) -> u32 {
    let words = |bytes: &[u8]| {
        bytes.chunks(4).fold(0u32, |h, w| {
            h ^ w.iter().fold(0, |n, b| n << 8 | u32::from(*b))
        })
    };
    match ip.to_canonical() {
        IpAddr::V4(v4) => words(&v4.octets()),
        IpAddr::V6(v6) => words(&v6.octets()),
    }
}
