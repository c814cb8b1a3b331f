//! Fetches about the HTTP message: request line, cookies, parameters.

use super::Get;
use crate::rules::context::{Context, Message, Version};
use crate::rules::value::Value;
use balance::hash::Function;
use http1::target;
use std::net::IpAddr;

pub fn get(name: &str) -> Option<Get> {
    line(name)
        .or_else(|| fields(name))
        .or_else(|| captured(name))
}

fn line(name: &str) -> Option<Get> {
    Some(match name {
        "method" => |_, c| match (c.line, c.session) {
            (Some(line), _) => Some(Value::bytes(line.method)),
            // Known by its number only once the request has gone.
            (None, Some(session)) => Some(Value::bytes(session.method?.as_bytes())),
            _ => None,
        },
        "path" => |_, c| Some(Value::bytes(target::path(c.line?.target))),
        "pathq" => |_, c| Some(Value::bytes(target::path_and_query(c.line?.target))),
        "url" => |_, c| Some(Value::bytes(c.line?.target)),
        "query" => |_, c| Some(Value::bytes(target::query(c.line?.target))),
        "base" => |_, c| Some(Value::owned(base(c, target::path(c.line?.target)))),
        "baseq" => |_, c| {
            Some(Value::owned(base(
                c,
                target::path_and_query(c.line?.target),
            )))
        },
        "base32" => |_, c| {
            let text = base(c, target::path(c.line?.target));
            Some(Value::Int(i64::from(hashed(&text))))
        },
        "base32+src" => |_, c| {
            let text = base(c, target::path(c.line?.target));
            Some(Value::owned(with_source(hashed(&text), c)?))
        },
        "url32" => |_, c| {
            let text = base(c, target::path_and_query(c.line?.target));
            Some(Value::Int(i64::from(hashed(&text))))
        },
        "url32+src" => |_, c| {
            let text = base(c, target::path_and_query(c.line?.target));
            Some(Value::owned(with_source(hashed(&text), c)?))
        },
        "url_ip" => |_, c| Some(Value::Ip(authority(c)?.0)),
        "url_port" => |_, c| Some(Value::Int(i64::from(authority(c)?.1))),
        "url_param" | "urlp" => |a, c| Some(Value::bytes(parameter(c, a.text(0))?)),
        "urlp_val" => |a, c| {
            let n = Value::bytes(parameter(c, a.text(0))?).int();
            Some(Value::Int(n.unwrap_or(0)))
        },
        "req.ver" | "req_ver" => |_, c| Some(Value::bytes(&c.line?.version.text()[5..])),
        "res.ver" | "resp_ver" => |_, c| {
            c.response?;
            Some(Value::bytes(&response_version(c)?[5..]))
        },
        "status" => |_, c| (c.status > 0).then(|| Value::Int(i64::from(c.status))),
        "http_first_req" => |_, c| Some(Value::Bool(c.session.is_some_and(|s| s.first))),
        _ => return None,
    })
}

fn fields(name: &str) -> Option<Get> {
    Some(match name {
        "hdr_cnt" | "req.hdr_cnt" => |a, c| count(c.request?, a.given(0), true),
        "shdr_cnt" | "res.hdr_cnt" => |a, c| count(c.response?, a.given(0), true),
        "req.fhdr_cnt" => |a, c| count(c.request?, a.given(0), false),
        "res.fhdr_cnt" => |a, c| count(c.response?, a.given(0), false),
        "req.hdr_names" => |a, c| Some(names(c.request?, a.given(0))),
        "res.hdr_names" => |a, c| Some(names(c.response?, a.given(0))),
        "req.hdrs" => |_, c| Some(block(c.request?)),
        "res.hdrs" => |_, c| Some(block(c.response?)),
        "cook_cnt" | "req.cook_cnt" => {
            |a, c| Some(Value::count(cookies(c, false, a.given(0)).count()))
        }
        "scook_cnt" | "res.cook_cnt" => {
            |a, c| Some(Value::count(cookies(c, true, a.given(0)).count()))
        }
        "cook_val" | "req.cook_val" => |a, c| {
            let value = cookies(c, false, a.given(0)).next()?;
            Some(Value::Int(Value::bytes(value).int().unwrap_or(0)))
        },
        "scook_val" | "res.cook_val" => |a, c| {
            let value = cookies(c, true, a.given(0)).next()?;
            Some(Value::Int(Value::bytes(value).int().unwrap_or(0)))
        },
        _ => return None,
    })
}

fn captured(name: &str) -> Option<Get> {
    Some(match name {
        "capture.req.hdr" => |a, c| {
            let slot = usize::try_from(a.int(0)).ok()?;
            c.remember(|m| m.request_captures.get(slot)?.clone().map(Value::owned))?
        },
        "capture.res.hdr" => |a, c| {
            let slot = usize::try_from(a.int(0)).ok()?;
            c.remember(|m| m.response_captures.get(slot)?.clone().map(Value::owned))?
        },
        "capture.req.method" => |_, c| nth_word(c, 0),
        "capture.req.uri" => |_, c| nth_word(c, 1),
        "capture.req.ver" => |_, c| nth_word(c, 2),
        "capture.res.ver" => |_, c| response_version(c).map(Value::bytes),
        "unique-id" => |_, c| Some(Value::owned(crate::rules::unique_id(c)?)),
        _ => return None,
    })
}

/// How the server answered; our own answers are in HTTP/1.1.
fn response_version(ctx: &Context<'_>) -> Option<&'static [u8]> {
    let Some(session) = ctx.session.filter(|_| ctx.status > 0) else {
        // The answer to a check belongs to no session.
        return [b"HTTP/1.0", b"HTTP/1.1"]
            .into_iter()
            .find(|version| ctx.response.is_some_and(|m| m.buf.starts_with(*version)))
            .map(|version| &version[..]);
    };
    Some(if session.notes.response10 {
        b"HTTP/1.0"
    } else {
        b"HTTP/1.1"
    })
}

/// A word of the request line as it came; of one in HTTP/2 as servers get it.
fn nth_word<'a>(ctx: &Context<'a>, n: usize) -> Option<Value<'a>> {
    let found = word(ctx, n)?;
    Some(Value::bytes(match n {
        1 if word(ctx, 2) == Some(Version::Http2.text()) => match target::path_and_query(found) {
            b"" => found,
            path => path,
        },
        2 if found == Version::Http2.text() => Version::Http11.text(),
        _ => found,
    }))
}

fn word<'a>(ctx: &Context<'a>, n: usize) -> Option<&'a [u8]> {
    let line = match (ctx.session, ctx.line) {
        (Some(session), _) if !session.notes.line.is_empty() => &session.notes.line,
        (_, Some(line)) => {
            return [line.method, line.target, line.version.text()]
                .get(n)
                .copied();
        }
        _ => return None,
    };
    line.split(|b| *b == b' ').nth(n)
}

fn base(ctx: &Context<'_>, path: &[u8]) -> Vec<u8> {
    let mut base = ctx.header("host").unwrap_or_default().to_vec();
    base.extend_from_slice(path);
    base
}

/// The full avalanche hash that the manual speaks of, over SDBM.
fn hashed(text: &[u8]) -> u32 {
    balance::hash::avalanche(Function::Sdbm.of(text))
}

fn with_source(hash: u32, ctx: &Context<'_>) -> Option<Vec<u8>> {
    let mut bytes = hash.to_be_bytes().to_vec();
    match ctx.client()?.ip().to_canonical() {
        IpAddr::V4(ip) => bytes.extend_from_slice(&ip.octets()),
        IpAddr::V6(ip) => bytes.extend_from_slice(&ip.octets()),
    }
    Some(bytes)
}

/// Address and port of an absolute target.
fn authority(ctx: &Context<'_>) -> Option<(IpAddr, u16)> {
    let target = std::str::from_utf8(ctx.line?.target).ok()?;
    let (scheme, rest) = target.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let default = if scheme.eq_ignore_ascii_case("https") {
        443
    } else {
        80
    };
    let authority = &rest[..end];
    if let Ok(address) = authority.parse::<std::net::SocketAddr>() {
        return Some((address.ip(), address.port()));
    }
    Some((authority.trim_matches(['[', ']']).parse().ok()?, default))
}

fn parameter<'a>(ctx: &Context<'a>, name: &[u8]) -> Option<&'a [u8]> {
    let query = target::query(ctx.line?.target);
    if name.is_empty() {
        let first = query.split(|b| matches!(b, b'&' | b';')).next()?;
        let at = first.iter().position(|b| *b == b'=')?;
        return Some(&first[at + 1..]);
    }
    query
        .split(|b| matches!(b, b'&' | b';'))
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="))
}

#[allow(clippy::unnecessary_wraps)] // the form that fetches have
fn count(message: Message<'_>, name: Option<&[u8]>, each: bool) -> Option<Value<'static>> {
    let wanted = |n: &[u8]| name.is_none_or(|w| n.eq_ignore_ascii_case(w));
    let lines = message.fields().filter(|(n, _)| wanted(n));
    let many = |v: &[u8]| {
        if each {
            http1::field::list(v).count()
        } else {
            1
        }
    };
    Some(Value::count(lines.map(|(_, v)| many(v)).sum()))
}

fn names(message: Message<'_>, delimiter: Option<&[u8]>) -> Value<'static> {
    let names: Vec<Vec<u8>> = message
        .fields()
        .map(|(n, _)| n.to_ascii_lowercase())
        .collect();
    Value::owned(names.join(delimiter.unwrap_or(b",")))
}

fn block(message: Message<'_>) -> Value<'static> {
    let mut out = Vec::new();
    for (name, value) in message.fields() {
        http1::write::field(&name.to_ascii_lowercase(), value, &mut out);
    }
    out.extend_from_slice(b"\r\n");
    Value::owned(out)
}

/// Values of a cookie, of any when no name is given.
pub fn cookies<'a>(
    ctx: &Context<'a>,
    response: bool,
    name: Option<&'a [u8]>,
) -> impl Iterator<Item = &'a [u8]> {
    let message = if response { ctx.response } else { ctx.request };
    let header: &[u8] = if response { b"set-cookie" } else { b"cookie" };
    let lines = message.into_iter().flat_map(move |m| m.values(header));
    let pairs = lines.flat_map(move |line| {
        let count = if response { 1 } else { usize::MAX };
        line.split(|b| *b == b';').take(count)
    });
    pairs.filter_map(move |pair| {
        let pair = pair.trim_ascii();
        let at = pair.iter().position(|b| *b == b'=')?;
        let value = pair[at + 1..].trim_ascii();
        name.is_none_or(|name| pair[..at].trim_ascii() == name)
            .then_some(value)
    })
}

pub fn hexadecimal(list: &[String]) -> Result<Vec<u8>, String> {
    let text = list.first().map_or("", String::as_str);
    crate::rules::convert::encoding::hex_decode(text.as_bytes())
        .ok_or_else(|| format!("'{text}' is not hexadecimal"))
}
