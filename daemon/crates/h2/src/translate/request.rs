//! A request of HTTP/2 as HTTP/1.1 text (RFC 9113 §8.3.1, RFC 8441).

use super::field::{check_name, check_value, is_of_connection, length, line};
use super::inward::Framing;
use super::{Malformed, authority};
use crate::list::HeaderList;
use http1::target::same_authority;
use http1::{Method, write};

/// What became of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub method: Method,
    pub framing: Framing,
    /// Of the data, where the head says it.
    pub length: Option<u64>,
    /// An extended CONNECT for a websocket, which the text asks for with an upgrade.
    pub websocket: bool,
}

#[derive(Debug, Default)]
struct Pseudo<'a> {
    method: Option<&'a [u8]>,
    scheme: Option<&'a [u8]>,
    authority: Option<&'a [u8]>,
    path: Option<&'a [u8]>,
    protocol: Option<&'a [u8]>,
}

impl<'a> Pseudo<'a> {
    fn set(&mut self, name: &[u8], value: &'a [u8]) -> Result<(), Malformed> {
        let place = match name {
            b":method" => &mut self.method,
            b":scheme" => &mut self.scheme,
            b":authority" => &mut self.authority,
            b":path" => &mut self.path,
            b":protocol" => &mut self.protocol,
            _ => return Err(Malformed::Pseudo),
        };
        match place.replace(value) {
            None => Ok(()),
            Some(_) => Err(Malformed::Pseudo),
        }
    }
}

/// What the ordinary fields say that the head has to know.
#[derive(Debug, Default)]
struct Plain<'a> {
    host: Option<&'a [u8]>,
    length: Option<u64>,
    cookies: bool,
}

/// Appends the request's head. `end`: no data follows. `random`: what the key is made of that a
/// websocket's server is asked with.
pub fn to_http1(
    list: &HeaderList,
    end: bool,
    random: u32,
    out: &mut Vec<u8>,
) -> Result<Asked, Malformed> {
    let (pseudo, plain) = survey(list)?;
    let method = pseudo.method.ok_or(Malformed::Pseudo)?;
    check_name_of_method(method)?;
    let connects = method == b"CONNECT";
    let websocket = match pseudo.protocol {
        None => false,
        Some(b"websocket") if connects => true,
        Some(_) => return Err(Malformed::Pseudo),
    };
    let name = match (pseudo.authority, plain.host) {
        (Some(named), host) => {
            authority::check(named)?;
            let scheme = pseudo.scheme.unwrap_or(b"http");
            if host.is_some_and(|host| !same_authority(scheme, named, host)) {
                return Err(Malformed::Authority);
            }
            Some(named)
        }
        (None, host) => host,
    };
    if websocket {
        out.extend_from_slice(b"GET ");
        target(&pseudo, name, out)?;
    } else if connects {
        // §8.5: neither a scheme nor a path, and somewhere to go.
        if pseudo.scheme.is_some() || pseudo.path.is_some() || pseudo.authority.is_none() {
            return Err(Malformed::Pseudo);
        }
        out.extend_from_slice(b"CONNECT ");
        out.extend_from_slice(name.unwrap_or_default());
    } else {
        out.extend_from_slice(method);
        out.push(b' ');
        target(&pseudo, name, out)?;
    }
    out.extend_from_slice(b" HTTP/1.1\r\n");
    if let Some(name) = name {
        line(b"host", name, out);
    }
    fields(list, &plain, out);
    if end && plain.length.is_some_and(|n| n > 0) {
        return Err(Malformed::Length);
    }
    let framing = match plain.length {
        _ if connects => Framing::Raw,
        _ if end => Framing::None,
        Some(_) => Framing::Length,
        None => {
            out.extend_from_slice(write::CHUNKED);
            Framing::Chunked
        }
    };
    if websocket {
        line(b"connection", b"Upgrade", out);
        line(b"upgrade", b"websocket", out);
        line(b"sec-websocket-key", &key(random), out);
    }
    out.extend_from_slice(b"\r\n");
    Ok(Asked {
        method: Method::of(if websocket { b"GET" } else { method }),
        framing,
        length: plain.length,
        websocket,
    })
}

fn check_name_of_method(method: &[u8]) -> Result<(), Malformed> {
    if http1::field::is_token(method) {
        Ok(())
    } else {
        Err(Malformed::Pseudo)
    }
}

/// Looks at every field once, before any of it is written.
fn survey(list: &HeaderList) -> Result<(Pseudo<'_>, Plain<'_>), Malformed> {
    let (mut pseudo, mut plain) = (Pseudo::default(), Plain::default());
    let mut behind = false;
    for (name, value) in list.iter() {
        check_value(value)?;
        if name.starts_with(b":") {
            if behind {
                return Err(Malformed::Pseudo);
            }
            pseudo.set(name, value)?;
            continue;
        }
        behind = true;
        check_name(name)?;
        match name {
            b"host" => match plain.host {
                Some(known) if known != value => return Err(Malformed::Authority),
                _ => plain.host = Some(value),
            },
            b"content-length" => {
                let n = length(value)?;
                if plain.length.is_some_and(|known| known != n) {
                    return Err(Malformed::Length);
                }
                plain.length = Some(n);
            }
            b"cookie" => plain.cookies = true,
            b"te" if value != b"trailers" => return Err(Malformed::ConnectionField),
            _ if is_of_connection(name) => return Err(Malformed::ConnectionField),
            _ => {}
        }
    }
    Ok((pseudo, plain))
}

/// The target, with the authority where there is one, as HTTP/2 tells it.
fn target(pseudo: &Pseudo<'_>, name: Option<&[u8]>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let (Some(scheme), Some(path)) = (pseudo.scheme, pseudo.path) else {
        return Err(Malformed::Pseudo);
    };
    let letters = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
    if !scheme.first().is_some_and(u8::is_ascii_alphabetic) || !scheme.iter().all(letters) {
        return Err(Malformed::Pseudo);
    }
    if path.is_empty() {
        return Err(Malformed::Pseudo);
    }
    if path.iter().any(|b| *b <= b' ' || *b == 0x7f) {
        return Err(Malformed::Target);
    }
    if path == b"*" && pseudo.method == Some(b"OPTIONS") {
        out.push(b'*');
        return Ok(());
    }
    if !path.starts_with(b"/") {
        return Err(Malformed::Target);
    }
    if let Some(name) = name.filter(|_| pseudo.authority.is_some()) {
        out.extend_from_slice(scheme);
        out.extend_from_slice(b"://");
        out.extend_from_slice(name);
    }
    out.extend_from_slice(path);
    Ok(())
}

/// The ordinary fields in their order; cookies joined (§8.2.3), the length once.
fn fields(list: &HeaderList, plain: &Plain<'_>, out: &mut Vec<u8>) {
    for (name, value) in list.iter() {
        if name.starts_with(b":") || matches!(name, b"host" | b"cookie" | b"content-length") {
            continue;
        }
        line(name, value, out);
    }
    if plain.cookies {
        out.extend_from_slice(b"cookie: ");
        let crumbs = list.iter().filter(|(name, _)| *name == b"cookie");
        for (n, (_, crumb)) in crumbs.enumerate() {
            if n > 0 {
                out.extend_from_slice(b"; ");
            }
            out.extend_from_slice(crumb);
        }
        out.extend_from_slice(b"\r\n");
    }
    if let Some(n) = plain.length {
        out.extend_from_slice(b"content-length: ");
        write::decimal(n, out);
        out.extend_from_slice(b"\r\n");
    }
}

/// Sixteen bytes in base64, which only have to differ (RFC 6455 §4.1).
fn key(random: u32) -> [u8; 24] {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut key = *b"AAAAAAAAAAAAAAAAAAAAAA==";
    let mut seed = u64::from(random) | 1;
    for digit in &mut key[..21] {
        seed = seed.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        *digit = DIGITS[usize::from(seed.to_be_bytes()[0] >> 2)];
    }
    key
}
