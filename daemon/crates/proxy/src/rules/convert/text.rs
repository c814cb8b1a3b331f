//! Text to text.

use super::{Apply, variable_value};
use crate::rules::context::Context;
use crate::rules::memory::Variable;
use crate::rules::sample::Arguments;
use crate::rules::value::Value;

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "lower" => |v, _, _| Some(Value::owned(v.text().to_ascii_lowercase())),
        "upper" => |v, _, _| Some(Value::owned(v.text().to_ascii_uppercase())),
        "ltrim" => |v, a, _| {
            let text = v.text();
            let start = text
                .iter()
                .position(|b| !a.text(0).contains(b))
                .unwrap_or(text.len());
            Some(Value::owned(text[start..].to_vec()))
        },
        "rtrim" => |v, a, _| {
            let text = v.text();
            let end = text
                .iter()
                .rposition(|b| !a.text(0).contains(b))
                .map_or(0, |at| at + 1);
            Some(Value::owned(text[..end].to_vec()))
        },
        "cut_crlf" => |v, _, _| {
            let text = v.text();
            let end = text
                .iter()
                .position(|b| matches!(b, b'\r' | b'\n'))
                .unwrap_or(text.len());
            Some(Value::owned(text[..end].to_vec()))
        },
        "bytes" => |v, a, _| {
            let text = v.binary();
            let from = usize::try_from(a.int(0)).ok()?.min(text.len());
            let most = a
                .given(1)
                .map_or(Some(usize::MAX), |_| usize::try_from(a.int(1)).ok())?;
            let to = from.saturating_add(most).min(text.len());
            Some(Value::owned(text[from..to].to_vec()))
        },
        "concat" => |v, a, c| {
            let mut text = v.text().into_owned();
            text.extend_from_slice(a.text(0));
            if let Some(value) = named(a, 1, c) {
                text.extend_from_slice(&value.text());
            }
            text.extend_from_slice(a.text(2));
            Some(Value::owned(text))
        },
        "add_item" => |v, a, c| {
            let mut text = v.text().into_owned();
            let item = named(a, 1, c).map(|value| value.text().into_owned());
            let suffix = a.text(2);
            if item.is_some() || !suffix.is_empty() {
                if !text.is_empty() {
                    text.extend_from_slice(a.text(0));
                }
                text.extend_from_slice(&item.unwrap_or_default());
                text.extend_from_slice(suffix);
            }
            Some(Value::owned(text))
        },
        "iif" => |v, a, _| Some(Value::bytes(a.text(usize::from(!v.truth())))),
        "host_only" => |v, _, _| Some(Value::owned(split_host(&v.text()).0.to_ascii_lowercase())),
        "port_only" => |v, _, _| {
            let text = v.text();
            let port = split_host(&text).1;
            Some(Value::Int(
                std::str::from_utf8(port).ok()?.parse().unwrap_or(0),
            ))
        },
        "strcmp" => |v, a, c| {
            let other = variable_value(a.variable.as_ref()?, c)?;
            let (one, two) = (v.text().into_owned(), other.text().into_owned());
            Some(Value::Int(match one.cmp(&two) {
                std::cmp::Ordering::Less => -1,
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Greater => 1,
            }))
        },
        "secure_memcmp" => |v, a, c| {
            let other = variable_value(a.variable.as_ref()?, c)?;
            let (one, two) = (v.text().into_owned(), other.text().into_owned());
            // Looks at every byte, wherever they differ first.
            let differ = one.iter().zip(&two).fold(0, |all, (a, b)| all | (a ^ b));
            Some(Value::Bool(one.len() == two.len() && differ == 0))
        },
        _ => return None,
    })
}

fn named(a: &Arguments, at: usize, c: &Context<'_>) -> Option<Value<'static>> {
    let name = std::str::from_utf8(a.given(at)?).ok()?;
    variable_value(&Variable::new(name)?, c)
}

/// Host and port; an IPv6 address stays in its brackets.
fn split_host(text: &[u8]) -> (&[u8], &[u8]) {
    if text.first() == Some(&b'[') {
        let close = text
            .iter()
            .position(|b| *b == b']')
            .map_or(text.len(), |at| at + 1);
        let (host, rest) = text.split_at(close);
        return (host, rest.strip_prefix(b":").unwrap_or(b""));
    }
    match text.iter().position(|b| *b == b':') {
        Some(colon) => (&text[..colon], &text[colon + 1..]),
        None => (text, b""),
    }
}
