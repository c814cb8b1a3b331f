//! How much of what breaks RFC 9112 is let pass. Whatever passes is framed in one way only and
//! written anew.

use crate::fault::Fault;
use crate::field::{Span, is_blank};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Manner {
    /// `option http-strict`: what has one meaning only because we give it one is refused.
    Strict,
    #[default]
    Normal,
    /// `option accept-invalid-http-request` and its kin: odd names and targets, fragments, other
    /// versions, HTTP/0.9. Never what looks like framing to somebody else.
    Lenient,
}

/// Where the parts of a request line lie.
#[derive(Debug, Clone, Copy)]
pub struct RequestLine {
    pub method: Span,
    pub target: Span,
    pub version: Span,
}

/// One blank between the parts, and a version that is spoken here (RFC 9112 §3, §2.3).
pub fn strict_line(buf: &[u8], line: &RequestLine) -> Result<(), Fault> {
    let single = |from: Span, to: Span| to.start == from.end + 1 && buf[from.end] == b' ';
    if !single(line.method, line.target) || !single(line.target, line.version) {
        return Err(Fault::RequestLine);
    }
    match line.version.of(buf) {
        b"HTTP/1.0" | b"HTTP/1.1" => Ok(()),
        _ => Err(Fault::Version),
    }
}

/// Each line of the head ends in CRLF and none goes on in the next (RFC 9112 §2.2, §5.2). Looks at
/// what has come from `from` on, up to the empty line.
pub fn strict_lines(buf: &[u8], from: usize) -> Result<(), Fault> {
    let mut start = from;
    while let Some(at) = memchr::memchr(b'\n', &buf[start..]).map(|n| start + n) {
        if at == 0 || buf[at - 1] != b'\r' {
            return Err(Fault::LineEnd);
        }
        if at == start + 1 && start > from {
            return Ok(());
        }
        if buf.get(at + 1).is_some_and(|b| is_blank(*b)) {
            return Err(Fault::Fold);
        }
        start = at + 1;
    }
    Ok(())
}

/// The colon of a field line whose name is no token; `None` wants more. Names with control bytes
/// or blanks at an end could be taken for others than they are.
pub fn loose_name(buf: &[u8], at: usize) -> Result<Option<usize>, Fault> {
    let Some(end) = memchr::memchr2(b':', b'\n', &buf[at..]).map(|n| at + n) else {
        return Ok(None);
    };
    let name = &buf[at..end];
    let edges = name.first().zip(name.last());
    let sound = edges.is_some_and(|(a, z)| !is_blank(*a) && !is_blank(*z))
        && name.iter().all(|b| *b >= 0x20 && *b != 0x7f);
    if buf[end] == b':' && sound {
        Ok(Some(end))
    } else {
        Err(Fault::FieldName)
    }
}

/// Whether it is `HTTP/` and two numbers, of however many digits; and whether it is above 1.0.
pub fn loose_version(version: &[u8]) -> Option<bool> {
    let numbers = version.strip_prefix(b"HTTP/")?;
    let dot = numbers.iter().position(|b| *b == b'.')?;
    let (major, minor) = (&numbers[..dot], &numbers[dot + 1..]);
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if !digits(major) || !digits(minor) {
        return None;
    }
    let zero = |part: &[u8]| part.iter().all(|b| *b == b'0');
    let one = major.iter().all(|b| *b == b'0') || major.ends_with(b"1") && zero(&major[..dot - 1]);
    let above = !one || !zero(minor);
    Some(above && !zero(major))
}
