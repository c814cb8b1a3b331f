//! Values as texts: quoted, escaped, in hexadecimal, or missing.

use crate::rules::format::Flags;
use std::net::IpAddr;
use trafficlog::Endpoint;

pub fn ip(end: Option<Endpoint>, flags: Flags, out: &mut Vec<u8>) {
    let ip = match end {
        None => return missing(None, flags, out),
        Some(Endpoint::Unix(_)) => return quoted(b"unix", flags, out),
        Some(Endpoint::Tcp(address)) => address.ip().to_canonical(),
    };
    let shown = match (ip, flags.hex) {
        (IpAddr::V4(ip), true) => format!("{:08X}", ip.to_bits()),
        (IpAddr::V6(ip), true) => format!("{:032X}", ip.to_bits()),
        (ip, false) => ip.to_string(),
    };
    quoted(shown.as_bytes(), flags, out);
}

pub fn port(end: Option<Endpoint>, flags: Flags, out: &mut Vec<u8>) {
    match end {
        Some(end) => number(end.port(), flags, 4, out),
        None => missing(None, flags, out),
    }
}

/// `digits`: of a hexadecimal number at least.
pub fn number(n: u64, flags: Flags, digits: usize, out: &mut Vec<u8>) {
    if flags.hex {
        out.extend_from_slice(format!("{n:0digits$X}").as_bytes());
    } else {
        http1::write::decimal(n, out);
    }
}

pub fn text(text: &[u8], flags: Flags, out: &mut Vec<u8>) {
    let mut shown = Vec::with_capacity(text.len());
    trafficlog::push_text(&mut shown, text);
    quoted(&shown, flags, out);
}

pub fn missing(value: Option<&[u8]>, flags: Flags, out: &mut Vec<u8>) {
    match value {
        Some(value) => text(value, flags, out),
        None if flags.quote => out.extend_from_slice(b"\"\""),
        None => out.push(b'-'),
    }
}

pub fn quoted(text: &[u8], flags: Flags, out: &mut Vec<u8>) {
    if flags.quote {
        out.push(b'"');
    }
    if flags.escape {
        crate::rules::format::encode(text, true, true, out);
    } else {
        out.extend_from_slice(text);
    }
    if flags.quote {
        out.push(b'"');
    }
}
