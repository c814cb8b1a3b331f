//! Headers: each value of a list in turn, or one occurrence of them.

use crate::rules::context::{Context, Message};
use crate::rules::value::Value;
use config::haproxy::model::{Fetch, HeaderFetch};

/// What becomes of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Text,
    Int,
    Ip,
}

#[derive(Debug)]
pub struct Header {
    response: bool,
    wanted: HeaderFetch,
    read_as: As,
}

impl Header {
    pub fn of(fetch: &Fetch) -> Option<Self> {
        let (response, wanted, read_as) = match fetch {
            Fetch::ReqHeader(wanted) => (false, wanted.clone(), As::Text),
            Fetch::ResHeader(wanted) => (true, wanted.clone(), As::Text),
            Fetch::Other { name, arguments } => {
                let (response, read_as) = match name.as_str() {
                    "hdr_ip" | "req.hdr_ip" => (false, As::Ip),
                    "hdr_val" | "req.hdr_val" => (false, As::Int),
                    "shdr_ip" | "res.hdr_ip" => (true, As::Ip),
                    "shdr_val" | "res.hdr_val" => (true, As::Int),
                    _ => return None,
                };
                let wanted = HeaderFetch {
                    name: arguments.first().cloned().filter(|name| !name.is_empty()),
                    occurrence: arguments.get(1).and_then(|n| n.trim().parse().ok()),
                    full_line: false,
                };
                (response, wanted, read_as)
            }
            _ => return None,
        };
        Some(Self {
            response,
            wanted,
            read_as,
        })
    }

    pub fn each<'a>(&'a self, ctx: &Context<'a>, test: &mut dyn FnMut(Value<'a>) -> bool) -> bool {
        let message = if self.response {
            ctx.response
        } else {
            ctx.request
        };
        let Some(message) = message else { return false };
        let mut convert = |text: &'a [u8]| {
            let value = Value::bytes(text);
            let value = match self.read_as {
                As::Text => Some(value),
                As::Int => Some(Value::Int(value.int().unwrap_or(0))),
                As::Ip => address(text).map(Value::Ip),
            };
            value.is_some_and(&mut *test)
        };
        let mut values = self.values(message);
        match self.wanted.occurrence {
            None => values.any(convert),
            Some(n) if n > 0 => {
                let nth = usize::try_from(n - 1).unwrap_or(usize::MAX);
                values.nth(nth).is_some_and(convert)
            }
            Some(n) => {
                let all: Vec<&[u8]> = values.collect();
                let back = usize::try_from(n.unsigned_abs().max(1)).unwrap_or(usize::MAX);
                let at = all.len().checked_sub(back);
                at.and_then(|at| all.get(at)).is_some_and(|v| convert(v))
            }
        }
    }

    fn values<'a>(&'a self, message: Message<'a>) -> impl Iterator<Item = &'a [u8]> {
        let wanted = &self.wanted;
        let named = message.fields().filter(move |(name, _)| {
            wanted
                .name
                .as_ref()
                .is_none_or(|w| http1::same(name, w.as_bytes()))
        });
        named.flat_map(move |(_, value)| {
            let whole = wanted.full_line.then_some(value);
            let parts = (!wanted.full_line).then(|| http1::field::list(value));
            whole.into_iter().chain(parts.into_iter().flatten())
        })
    }
}

/// An address, with or without a port behind it.
fn address(text: &[u8]) -> Option<std::net::IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if let Ok(ip) = text.parse() {
        return Some(ip);
    }
    let with_port = text.parse::<std::net::SocketAddr>().ok();
    with_port.map(|address| address.ip())
}
