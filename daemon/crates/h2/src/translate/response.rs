//! A response of HTTP/2 as HTTP/1.1 text (RFC 9113 §8.3.2).

use super::Malformed;
use super::field::{check_name, check_value, is_of_connection, length, line};
use super::inward::Framing;
use crate::list::HeaderList;
use http1::{Method, write};

/// What the request was, as far as the response's meaning hangs on it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub method: Method,
    /// It was an extended CONNECT; the client was promised this `Sec-WebSocket-Accept`.
    pub websocket: Option<&'a [u8]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    pub framing: Framing,
    pub length: Option<u64>,
}

impl Answered {
    /// Another head follows (RFC 9110 §15.2).
    #[must_use]
    pub fn is_interim(&self) -> bool {
        (100..200).contains(&self.status) && self.framing != Framing::Raw
    }
}

/// Appends the response's head. `end`: no data follows.
pub fn to_http1(
    list: &HeaderList,
    end: bool,
    request: Request<'_>,
    reason: fn(u16) -> &'static str,
    out: &mut Vec<u8>,
) -> Result<Answered, Malformed> {
    let (status, length) = survey(list)?;
    let tunnel = (200..300).contains(&status)
        && (request.websocket.is_some() || request.method == Method::Connect);
    let shown = match request.websocket {
        Some(_) if tunnel => 101,
        _ => status,
    };
    out.extend_from_slice(b"HTTP/1.1 ");
    write::decimal(u64::from(shown), out);
    out.push(b' ');
    out.extend_from_slice(reason(shown).as_bytes());
    out.extend_from_slice(b"\r\n");
    let interim = (100..200).contains(&status);
    let bodiless = interim || matches!(status, 204 | 304) || request.method == Method::Head;
    for (name, value) in list.iter() {
        let framing = name == b"content-length" && (tunnel || interim || status == 204);
        if !name.starts_with(b":") && !framing {
            line(name, value, out);
        }
    }
    let framing = match length {
        _ if tunnel => Framing::Raw,
        _ if interim || bodiless => Framing::None,
        Some(n) if end && n > 0 => return Err(Malformed::Length),
        Some(_) => Framing::Length,
        None if end => {
            write::content_length(0, out);
            Framing::None
        }
        None => {
            out.extend_from_slice(write::CHUNKED);
            Framing::Chunked
        }
    };
    if let Some(accept) = request.websocket.filter(|_| tunnel) {
        line(b"connection", b"Upgrade", out);
        line(b"upgrade", b"websocket", out);
        line(b"sec-websocket-accept", accept, out);
    }
    out.extend_from_slice(b"\r\n");
    Ok(Answered {
        status: shown,
        framing,
        length: length.filter(|_| framing == Framing::Length),
    })
}

fn survey(list: &HeaderList) -> Result<(u16, Option<u64>), Malformed> {
    let (mut status, mut announced, mut behind) = (None, None, false);
    for (name, value) in list.iter() {
        check_value(value)?;
        if name.starts_with(b":") {
            if behind || name != b":status" || status.is_some() {
                return Err(Malformed::Pseudo);
            }
            status = Some(number(value)?);
            continue;
        }
        behind = true;
        check_name(name)?;
        if is_of_connection(name) {
            return Err(Malformed::ConnectionField);
        }
        if name == b"content-length" {
            let n = length(value)?;
            if announced.is_some_and(|known| known != n) {
                return Err(Malformed::Length);
            }
            announced = Some(n);
        }
    }
    let status = status.ok_or(Malformed::Pseudo)?;
    // §8.6: there is nothing to switch to.
    if status == 101 {
        return Err(Malformed::Status);
    }
    Ok((status, announced))
}

fn number(value: &[u8]) -> Result<u16, Malformed> {
    match value {
        [a @ b'1'..=b'9', b, c] if b.is_ascii_digit() && c.is_ascii_digit() => {
            let digit = |d: &u8| u16::from(d - b'0');
            Ok(digit(a) * 100 + digit(b) * 10 + digit(c))
        }
        _ => Err(Malformed::Status),
    }
}
