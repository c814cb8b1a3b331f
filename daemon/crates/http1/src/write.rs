//! Writing messages again: kept lines in whole runs, canonical framing.

use crate::field::Field;
use std::io::Write as _;
use std::net::IpAddr;

/// Appends the lines that go on. Neighbouring lines that are clean are copied as one run.
pub fn fields(buf: &[u8], fields: &[Field], out: &mut Vec<u8>) {
    let mut run: Option<(usize, usize)> = None;
    for f in fields {
        if f.keep && f.clean {
            run = match run {
                Some((start, end)) if end == f.line.start => Some((start, f.line.end)),
                other => {
                    copy(buf, other, out);
                    Some((f.line.start, f.line.end))
                }
            };
        } else if f.keep {
            copy(buf, run.take(), out);
            field(f.name.of(buf), f.value.of(buf), out);
        }
    }
    copy(buf, run, out);
}

fn copy(buf: &[u8], run: Option<(usize, usize)>, out: &mut Vec<u8>) {
    if let Some((start, end)) = run {
        out.extend_from_slice(&buf[start..end]);
    }
}

pub fn field(name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// Decimal digits without a detour through a string.
pub fn decimal(mut n: u64, out: &mut Vec<u8>) {
    let digit = |n: u64| b'0' + (n % 10) as u8;
    match n {
        0..10 => out.push(digit(n)),
        10..100 => out.extend_from_slice(&[digit(n / 10), digit(n)]),
        100..1000 => out.extend_from_slice(&[digit(n / 100), digit(n / 10), digit(n)]),
        _ => {
            let mut digits = [0u8; 20];
            let mut at = digits.len();
            while n > 0 {
                at -= 1;
                digits[at] = digit(n);
                n /= 10;
            }
            out.extend_from_slice(&digits[at..]);
        }
    }
}

/// An IP address without a detour through a string.
pub fn address(ip: IpAddr, out: &mut Vec<u8>) {
    match ip {
        IpAddr::V4(v4) => {
            for (n, octet) in v4.octets().into_iter().enumerate() {
                if n > 0 {
                    out.push(b'.');
                }
                decimal(u64::from(octet), out);
            }
        }
        // Writing to a vector cannot fail.
        IpAddr::V6(v6) => drop(write!(out, "{v6}")),
    }
}

pub fn content_length(n: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"Content-Length: ");
    decimal(n, out);
    out.extend_from_slice(b"\r\n");
}

pub const CHUNKED: &[u8] = b"Transfer-Encoding: chunked\r\n";

/// One chunk around `data`; nothing for no data, as that would end the body.
pub fn chunk(data: &[u8], out: &mut Vec<u8>) {
    if data.is_empty() {
        return;
    }
    chunk_size(data.len(), out);
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

fn chunk_size(len: usize, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut shift = usize::BITS - len.leading_zeros();
    shift = shift.div_ceil(4) * 4;
    while shift > 0 {
        shift -= 4;
        out.push(HEX[len >> shift & 15]);
    }
    out.extend_from_slice(b"\r\n");
}

/// The last chunk with its trailer lines.
pub fn last_chunk(trailers: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n");
    out.extend_from_slice(trailers);
    out.extend_from_slice(b"\r\n");
}
