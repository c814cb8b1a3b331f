//! Persistence by cookie (configuration manual, `cookie`), without IO: which server a request's
//! cookie means, and what becomes of the cookie on its way to the server and to the client.

mod date;
mod dynamic;
mod given;

pub use date::{decode, encode};
pub use dynamic::server_name;
pub use given::{Found, find, without, without_prefix};

use config::haproxy::model::{self, CookieMode};

/// A backend's `cookie` line, prepared.
#[derive(Debug)]
pub struct Cookie {
    pub name: Vec<u8>,
    pub mode: CookieMode,
    pub indirect: bool,
    pub nocache: bool,
    pub postonly: bool,
    pub preserve: bool,
    /// Seconds.
    pub maxidle: Option<u64>,
    pub maxlife: Option<u64>,
    /// What follows the value: path, domains and flags.
    attributes: Vec<u8>,
}

impl Cookie {
    /// Refuses what this proxy cannot do.
    pub fn compile(c: &model::Cookie) -> Result<Self, String> {
        let mut attributes = b"; path=/".to_vec();
        for domain in &c.domains {
            attributes.extend_from_slice(format!("; domain={}", domain.value).as_bytes());
        }
        if c.httponly {
            attributes.extend_from_slice(b"; HttpOnly");
        }
        if c.secure {
            attributes.extend_from_slice(b"; Secure");
        }
        for attribute in &c.attributes {
            attributes.extend_from_slice(format!("; {}", attribute.value).as_bytes());
        }
        Ok(Self {
            name: c.name.value.clone().into_bytes(),
            mode: c.mode,
            indirect: c.indirect,
            nocache: c.nocache,
            postonly: c.postonly,
            preserve: c.preserve,
            maxidle: c.maxidle.as_ref().map(|d| d.as_secs()),
            maxlife: c.maxlife.as_ref().map(|d| d.as_secs()),
            attributes,
        })
    }

    /// Whether the proxy sets or changes cookies; a passive one is only read.
    pub fn is_active(&self) -> bool {
        self.mode != CookieMode::Passive
    }

    /// The cookie carries dates and is renewed with each answer.
    pub fn is_dated(&self) -> bool {
        self.maxidle.is_some() || self.maxlife.is_some()
    }

    /// `Set-Cookie` for a server. `first`: when the client first got one, seconds.
    pub fn set(&self, server: &[u8], now: u64, first: Option<u64>) -> Vec<u8> {
        let mut out = [&self.name[..], b"=", server].concat();
        if self.is_dated() {
            out.push(b'|');
            out.extend(encode(now));
        }
        if self.maxlife.is_some() {
            out.push(b'|');
            out.extend(encode(first.unwrap_or(now)));
        }
        out.extend_from_slice(&self.attributes);
        out
    }

    /// Takes the cookie back from a client whose server has none.
    pub fn expire(&self) -> Vec<u8> {
        let name = [&self.name[..], b"=; Expires=Thu, 01-Jan-1970 00:00:01 GMT"];
        [&name.concat()[..], &self.attributes].concat()
    }

    /// `E` or `O` when the dates in the cookie say that it is too old.
    pub fn verdict_on_dates(&self, found: &Found<'_>, now: u64) -> Option<u8> {
        let out = |date: Option<u64>, most: Option<u64>| {
            let (date, most) = (date?, most?);
            // A date well ahead of the own clock was not written here.
            (now.saturating_sub(date) > most || date > now + DAY).then_some(())
        };
        let old = out(found.first, self.maxlife).map(|()| b'O');
        old.or_else(|| out(found.last, self.maxidle).map(|()| b'E'))
    }
}

/// How far clocks of two proxies may be apart.
const DAY: u64 = 86_400;

/// The changed value of a `Set-Cookie` field that sets `name`; `None` when it sets another.
pub fn set_by_server<'a>(value: &'a [u8], name: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let end = value.iter().position(|b| *b == b';').unwrap_or(value.len());
    let (pair, rest) = value.split_at(end);
    let own = pair
        .trim_ascii_start()
        .strip_prefix(name)?
        .trim_ascii_start();
    Some((own.strip_prefix(b"=")?.trim_ascii(), rest))
}

#[cfg(test)]
mod tests;
