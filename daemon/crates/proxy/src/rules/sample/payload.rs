//! Fetches over the first bytes of a connection: while too few have come, they wait.

use super::Get;
use crate::rules::context::Context;
use crate::rules::value::Value;
use http1::parse_request;
use tls::hello::{Hello, Reading, read};

/// Fetches look into what the client sent, those of the response into what the server sent.
pub fn bytes<'a>(ctx: &Context<'a>, response: bool) -> Option<&'a [u8]> {
    let payload = ctx.payload.filter(|payload| payload.response == response)?;
    Some(payload.bytes)
}

fn hello<'a, T>(
    ctx: &Context<'a>,
    response: bool,
    of: impl FnOnce(Hello<'a>) -> Option<T>,
) -> Option<T> {
    match read(bytes(ctx, response)?) {
        Reading::Found(found) => of(found),
        Reading::Short => {
            ctx.wait();
            None
        }
        Reading::Absent => None,
    }
}

/// Whether a whole head is there that can be read as a request's.
fn is_http(ctx: &Context<'_>) -> Option<bool> {
    if ctx.line.is_some() {
        return Some(true);
    }
    let bytes = bytes(ctx, false)?;
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or(b"");
    let plain = |b: &u8| (0x20..0x7f).contains(b) || *b == b'\r';
    if !line.iter().all(plain) {
        return Some(false);
    }
    // Reading a head joins its folded lines in place.
    match parse_request(&mut bytes.to_vec(), ctx.plan.limits, &mut Vec::new()) {
        Ok(Some(_)) => Some(true),
        Err(_) => Some(false),
        Ok(None) => {
            ctx.wait();
            None
        }
    }
}

/// Offset and length, `0` for all that is there.
fn cut<'a>(ctx: &Context<'a>, response: bool, offset: i64, length: i64) -> Option<Value<'a>> {
    let bytes = bytes(ctx, response)?;
    let (offset, length) = (usize::try_from(offset).ok()?, usize::try_from(length).ok()?);
    if length == 0 {
        // What is there may grow.
        ctx.wait();
        return bytes
            .get(offset..)
            .filter(|b| !b.is_empty())
            .map(Value::bytes);
    }
    let part = bytes.get(offset..offset.checked_add(length)?);
    if part.is_none() {
        ctx.wait();
    }
    part.map(Value::bytes)
}

/// A length stands at `offset`, `size` bytes long; the content behind it, or at `at`.
fn prefixed<'a>(
    ctx: &Context<'a>,
    response: bool,
    (offset, size): (i64, i64),
    at: Option<&[u8]>,
) -> Option<Value<'a>> {
    let Value::Text(head) = cut(ctx, response, offset, size)? else {
        return None;
    };
    let length = head
        .iter()
        .fold(0i64, |n, b| (n << 8 | i64::from(*b)) & 0xffff_ffff);
    let at = at.and_then(|text| std::str::from_utf8(text).ok());
    let start = match at {
        None => offset + size,
        Some(text) if text.starts_with(['+', '-']) => offset + size + text.parse::<i64>().ok()?,
        Some(text) => text.parse().ok()?,
    };
    if length == 0 {
        return None;
    }
    cut(ctx, response, start, length)
}

pub fn get(name: &str) -> Option<Get> {
    Some(match name {
        "wait_end" => |_, c| (!c.wait()).then_some(Value::Bool(true)),
        "req.len" | "req_len" => |_, c| {
            let n = bytes(c, false)?.len();
            c.wait();
            Some(Value::count(n))
        },
        "res.len" => |_, c| {
            let n = bytes(c, true)?.len();
            c.wait();
            Some(Value::count(n))
        },
        "req.payload" | "payload" => |a, c| cut(c, false, a.int(0), a.int(1)),
        "res.payload" => |a, c| cut(c, true, a.int(0), a.int(1)),
        "req.payload_lv" | "payload_lv" => {
            |a, c| prefixed(c, false, (a.int(0), a.int(1)), a.given(2))
        }
        "res.payload_lv" => |a, c| prefixed(c, true, (a.int(0), a.int(1)), a.given(2)),
        "req.proto_http" | "req_proto_http" => |_, c| is_http(c).map(Value::Bool),
        "req.ssl_hello_type" | "req_ssl_hello_type" => {
            |_, c| hello(c, false, |h| Some(Value::Int(i64::from(h.kind))))
        }
        "res.ssl_hello_type" | "rep_ssl_hello_type" => {
            |_, c| hello(c, true, |h| Some(Value::Int(i64::from(h.kind))))
        }
        "req.ssl_sni" | "req_ssl_sni" => {
            |_, c| hello(c, false, |h| h.server_name()).map(Value::bytes)
        }
        "req.ssl_alpn" => |_, c| hello(c, false, |h| h.protocols()).map(Value::owned),
        "req.ssl_ver" | "req_ssl_ver" => |_, c| {
            let version = hello(c, false, |h| Some(i64::from(h.wanted_version())))?;
            Some(Value::Int((version >> 8) << 16 | version & 0xff))
        },
        "req.ssl_ec_ext" => |_, c| hello(c, false, |h| Some(Value::Bool(h.has(10)))),
        "req.ssl_st_ext" => |_, c| hello(c, false, |h| Some(Value::Int(i64::from(h.has(35))))),
        "rdp_cookie" | "req.rdp_cookie" => |a, c| rdp_cookie(c, a.given(0)).map(Value::bytes),
        "rdp_cookie_cnt" | "req.rdp_cookie_cnt" => {
            |a, c| bytes(c, false).map(|_| Value::count(rdp_cookie(c, a.given(0)).iter().count()))
        }
        _ => return None,
    })
}

/// `Cookie: NAME=VALUE` in the connection request of RDP (MS-RDPBCGR 2.2.1.1), behind TPKT and
/// X.224 headers.
fn rdp_cookie<'a>(ctx: &Context<'a>, name: Option<&[u8]>) -> Option<&'a [u8]> {
    let bytes = bytes(ctx, false)?;
    let Some(length) = bytes.get(2..4) else {
        ctx.wait();
        return None;
    };
    let length = usize::from(length[0]) << 8 | usize::from(length[1]);
    if bytes.len() < length {
        ctx.wait();
        return None;
    }
    if bytes[0] != 3 || bytes.get(5)? & 0xf0 != 0xe0 {
        return None;
    }
    let line = bytes.get(11..length)?.split(|b| *b == b'\r').next()?;
    let pair = line.strip_prefix(b"Cookie: ")?;
    let equals = pair.iter().position(|b| *b == b'=')?;
    name.is_none_or(|name| pair[..equals].eq_ignore_ascii_case(name))
        .then(|| &pair[equals + 1..])
}
