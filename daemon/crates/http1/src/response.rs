//! Response heads (RFC 9112 §4).

use crate::body::Body;
use crate::fault::Fault;
use crate::field::{self, Field, Limits, Span};
use crate::manner::{Manner, loose_version};
use crate::method::Method;
use crate::semantics::Semantics;

#[derive(Debug, Clone)]
pub struct Response {
    pub head_len: usize,
    pub status: u16,
    /// What follows the status code, without the blank.
    pub reason: Span,
    pub http11: bool,
    pub body: Body,
    /// The server's connection may carry another request.
    pub keep_alive: bool,
    pub write_length: Option<u64>,
}

impl Response {
    /// 1xx other than 101: another response follows.
    #[must_use]
    pub fn is_interim(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }
}

/// What of the request decides the response's framing.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    pub method: Method,
    pub upgrade: bool,
}

/// Parses the head at the front of `buf`; `None` wants more bytes.
pub fn parse_response(
    buf: &mut [u8],
    asked: Asked,
    limits: Limits,
    fields: &mut Vec<Field>,
) -> Result<Option<Response>, Fault> {
    let Some(line) = status_line(buf, limits)? else {
        return Ok(None);
    };
    let Some(head_len) = field::scan(buf, line.end, limits, fields)? else {
        return if buf.len() >= limits.head {
            Err(Fault::HeadTooLarge)
        } else {
            Ok(None)
        };
    };
    if head_len > limits.head {
        return Err(Fault::HeadTooLarge);
    }
    let s = Semantics::read(buf, fields)?;
    let status = line.status;
    let tunnel = status == 101 || (asked.method == Method::Connect && (200..300).contains(&status));
    if status == 101 && !asked.upgrade {
        return Err(Fault::UnsolicitedSwitch);
    }
    let bodiless = tunnel
        || (100..200).contains(&status)
        || matches!(status, 204 | 304)
        || asked.method == Method::Head;
    // RFC 9112 §6.3, in its order.
    let body = match (s.chunked, s.length) {
        _ if bodiless => Body::Empty,
        (true, _) => Body::chunked(),
        (false, Some(n)) => Body::Length(n),
        (false, None) => Body::UntilClose,
    };
    let delimited = !matches!(body, Body::UntilClose);
    let ambiguous = s.chunked && (s.length.is_some() || !line.http11);
    Ok(Some(Response {
        head_len,
        status,
        reason: line.reason,
        http11: line.http11,
        keep_alive: delimited && !ambiguous && !tunnel && !s.close && (line.http11 || s.keep_alive),
        body,
        write_length: s.length.filter(|_| s.write_length),
    }))
}

struct Line {
    status: u16,
    reason: Span,
    http11: bool,
    end: usize,
}

fn status_line(buf: &[u8], limits: Limits) -> Result<Option<Line>, Fault> {
    let Some(lf) = memchr::memchr(b'\n', buf) else {
        return if buf.len() >= limits.head {
            Err(Fault::HeadTooLarge)
        } else {
            Ok(None)
        };
    };
    let text_end = if lf > 0 && buf[lf - 1] == b'\r' {
        lf - 1
    } else {
        lf
    };
    let text = &buf[..text_end];
    let version = text.iter().position(|b| *b == b' ').unwrap_or(text.len());
    let (version, rest) = text.split_at(version);
    let http11 = match version {
        b"HTTP/1.0" => false,
        [b'H', b'T', b'T', b'P', b'/', b'1'..=b'9', b'.', b'0'..=b'9'] => true,
        other if limits.manner == Manner::Lenient => {
            loose_version(other).ok_or(Fault::StatusLine)?
        }
        _ => return Err(Fault::StatusLine),
    };
    let blanks = rest.iter().take_while(|b| **b == b' ').count();
    let [a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', tail @ ..] = &rest[blanks..] else {
        return Err(Fault::StatusLine);
    };
    let control = |b: &u8| *b == b'\r' || *b == 0;
    if blanks == 0 || tail.first().is_some_and(|b| *b != b' ') || tail.iter().any(control) {
        return Err(Fault::StatusLine);
    }
    let reason = Span::new((text_end - tail.len() + 1).min(text_end), text_end);
    let digit = |d: u8| u16::from(d - b'0');
    Ok(Some(Line {
        status: digit(*a) * 100 + digit(*b) * 10 + digit(*c),
        reason,
        http11,
        end: lf + 1,
    }))
}
