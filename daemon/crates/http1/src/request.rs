//! Request heads (RFC 9112 §3).

use crate::body::Body;
use crate::fault::Fault;
use crate::field::{self, Field, Limits, Span};
use crate::manner::{self, Manner, RequestLine};
use crate::method::Method;
use crate::semantics::Semantics;
use crate::target;

#[derive(Debug, Clone)]
pub struct Request {
    /// Bytes of the head with its empty line; the body starts there.
    pub head_len: usize,
    pub method: Method,
    pub method_span: Span,
    pub target: Span,
    pub http11: bool,
    pub body: Body,
    /// The connection may serve another request after this one.
    pub keep_alive: bool,
    pub upgrade: bool,
    pub expect_continue: bool,
    pub host: Option<Span>,
    /// `Content-Length` has to be written anew with this value.
    pub write_length: Option<u64>,
    /// `Host` has to be added from the target's authority.
    pub write_host: Option<Span>,
}

struct Line {
    start: usize,
    parts: RequestLine,
    http11: bool,
    /// HTTP/0.9: no version, and no fields behind it.
    bare: bool,
    end: usize,
}

/// Parses the head at the front of `buf` and leaves its fields in `fields`; `None` wants more
/// bytes. Folded lines are joined in place.
pub fn parse_request(
    buf: &mut [u8],
    limits: Limits,
    fields: &mut Vec<Field>,
) -> Result<Option<Request>, Fault> {
    let Some(line) = request_line(buf, limits)? else {
        return Ok(None);
    };
    if limits.manner == Manner::Strict {
        manner::strict_line(buf, &line.parts)?;
        manner::strict_lines(buf, line.start)?;
    }
    let head_len = if line.bare {
        fields.clear();
        Some(line.end)
    } else {
        field::scan(buf, line.end, limits, fields)?
    };
    let Some(head_len) = head_len else {
        return if buf.len() >= limits.head {
            Err(Fault::HeadTooLarge)
        } else {
            Ok(None)
        };
    };
    if head_len > limits.head {
        return Err(Fault::HeadTooLarge);
    }
    let (method_span, target) = (line.parts.method, line.parts.target);
    let method = Method::of(method_span.of(buf));
    let authority = target::check(buf, target, method, limits.manner)?;
    let s = Semantics::read(buf, fields)?;
    if s.host.is_some_and(|h| !target::is_authority(h.of(buf))) {
        return Err(Fault::Host);
    }
    if let (Some(a), Some(h)) = (authority, s.host)
        && !target::same_authority(target.of(buf), a.of(buf), h.of(buf))
        && limits.manner != Manner::Lenient
    {
        return Err(Fault::Host);
    }
    if limits.manner == Manner::Strict {
        if s.host.is_none() && line.http11 {
            return Err(Fault::NoHost);
        }
        if s.chunked && s.length.is_some() {
            return Err(Fault::TwoFramings);
        }
    }
    let body = match (s.chunked, s.length) {
        (true, _) => Body::chunked(),
        (false, Some(n)) => Body::Length(n),
        (false, None) => Body::Empty,
    };
    if !line.http11
        && matches!(method, Method::Get | Method::Head | Method::Delete)
        && s.length.is_some_and(|n| n > 0)
    {
        return Err(Fault::UnexpectedBody);
    }
    // Two framings in one message, or one the version does not know, end the connection (RFC 9112 §6.1).
    let ambiguous = s.chunked && (s.length.is_some() || !line.http11);
    Ok(Some(Request {
        head_len,
        method,
        method_span,
        target,
        http11: line.http11,
        body,
        keep_alive: !ambiguous && !s.close && (line.http11 || s.keep_alive),
        upgrade: s.upgrade && line.http11,
        expect_continue: s.expect_continue && line.http11,
        host: s.host,
        write_length: s.length.filter(|_| s.write_length),
        write_host: authority.filter(|_| s.host.is_none()),
    }))
}

fn request_line(buf: &[u8], limits: Limits) -> Result<Option<Line>, Fault> {
    // Empty lines before a request are left over from clumsy clients (RFC 9112 §2.2).
    let Some(start) = buf.iter().position(|b| !matches!(b, b'\r' | b'\n')) else {
        return if buf.len() >= limits.head {
            Err(Fault::HeadTooLarge)
        } else {
            Ok(None)
        };
    };
    let method_len = buf[start..].iter().position(|b| !field::is_token_byte(*b));
    let Some(method_len) = method_len else {
        return if buf.len() - start >= limits.head {
            Err(Fault::RequestLine)
        } else {
            Ok(None)
        };
    };
    let method = Span::new(start, start + method_len);
    if method_len == 0 || !field::is_blank(buf[method.end]) {
        return Err(Fault::RequestLine);
    }
    let Some(lf) = memchr::memchr(b'\n', &buf[method.end..]).map(|n| method.end + n) else {
        return if buf.len() >= limits.head {
            Err(Fault::TargetTooLong)
        } else {
            Ok(None)
        };
    };
    if lf >= limits.head {
        return Err(Fault::TargetTooLong);
    }
    let text_end = if buf[lf - 1] == b'\r' { lf - 1 } else { lf };
    let skip = |mut at: usize| {
        while at < text_end && field::is_blank(buf[at]) {
            at += 1;
        }
        at
    };
    let target_start = skip(method.end);
    let lenient = limits.manner == Manner::Lenient;
    let target_len = memchr::memchr2(b' ', b'\t', &buf[target_start..text_end]);
    // HTTP/0.9 knows GET alone.
    let bare = target_len.is_none() && lenient && method.of(buf) == b"GET";
    let target_len = match target_len {
        None if bare => text_end.saturating_sub(target_start),
        other => other.ok_or(Fault::RequestLine)?,
    };
    let target = Span::new(target_start, target_start + target_len);
    let version = Span::new(skip(target.end).min(text_end), text_end);
    let http11 = match version.of(buf) {
        b"HTTP/1.0" => false,
        [b'H', b'T', b'T', b'P', b'/', b'1'..=b'9', b'.', b'0'..=b'9'] => true,
        _ if bare => false,
        other if lenient => manner::loose_version(other).ok_or(Fault::RequestLine)?,
        _ => return Err(Fault::RequestLine),
    };
    if target.is_empty() {
        return Err(Fault::RequestLine);
    }
    if method.of(buf) == b"PRI" && target.of(buf) == b"*" {
        return Err(Fault::Preface);
    }
    Ok(Some(Line {
        start,
        parts: RequestLine {
            method,
            target,
            version,
        },
        http11,
        bare,
        end: lf + 1,
    }))
}
