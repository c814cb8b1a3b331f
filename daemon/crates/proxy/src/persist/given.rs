//! What the client's `Cookie` fields say.

use super::{Cookie, decode};
use config::haproxy::model::CookieMode;

/// The persistence cookie as the client sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    /// What names the server.
    pub server: &'a [u8],
    /// Dates of the last and of the first answer that set it.
    pub last: Option<u64>,
    pub first: Option<u64>,
}

/// Name and value of each cookie of a field; one without `=` has no value.
fn pairs(field: &[u8]) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
    field.split(|b| *b == b';').map(|pair| {
        let at = pair.iter().position(|b| *b == b'=');
        let name = pair[..at.unwrap_or(pair.len())].trim_ascii();
        (name, at.map(|at| pair[at + 1..].trim_ascii()))
    })
}

/// The cookies of that name: a client has several whose paths or domains differ.
pub fn find<'a>(
    cookie: &Cookie,
    fields: impl Iterator<Item = &'a [u8]>,
) -> impl Iterator<Item = Found<'a>> {
    let all = fields.flat_map(pairs);
    let values = all.filter_map(|(name, value)| value.filter(|_| name == cookie.name));
    values.map(|value| read(cookie.mode, value))
}

fn read(mode: CookieMode, value: &[u8]) -> Found<'_> {
    if mode == CookieMode::Prefix {
        let server = value.split(|b| *b == b'~').next().unwrap_or(value);
        return Found {
            server,
            last: None,
            first: None,
        };
    }
    let mut parts = value.split(|b| *b == b'|');
    Found {
        server: parts.next().unwrap_or_default(),
        last: parts.next().and_then(decode),
        first: parts.next().and_then(decode),
    }
}

/// The field without cookies of that name; `None` when nothing is left of it.
pub fn without(field: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let left: Vec<&[u8]> = field
        .split(|b| *b == b';')
        .filter(|pair| pairs(pair).all(|(n, v)| n != name || v.is_none()))
        .map(<[u8]>::trim_ascii)
        .collect();
    let text = left.join(&b"; "[..]);
    (!text.is_empty()).then_some(text)
}

/// The field with the server's part taken off the cookie: `N=srv~own` becomes `N=own`.
pub fn without_prefix(field: &[u8], name: &[u8]) -> Vec<u8> {
    let own = |pair: &[u8]| -> Vec<u8> {
        let Some((_, Some(value))) = pairs(pair).next().filter(|(n, _)| *n == name) else {
            return pair.trim_ascii().to_vec();
        };
        match value.iter().position(|b| *b == b'~') {
            Some(at) => [name, b"=", &value[at + 1..]].concat(),
            None => pair.trim_ascii().to_vec(),
        }
    };
    let all: Vec<Vec<u8>> = field.split(|b| *b == b';').map(own).collect();
    all.join(&b"; "[..])
}
