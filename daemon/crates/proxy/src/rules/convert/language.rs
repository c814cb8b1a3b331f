//! `language(LIST[,DEFAULT])`: the language of the list that Accept-Language prefers (RFC 9110
//! §12.5.4).

use super::Apply;
use crate::rules::value::Value;

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "language" => |v, a, _| {
            let header = v.text();
            let best = best(&header, a.text(0));
            best.map(Value::bytes)
                .or_else(|| a.given(1).map(Value::bytes))
        },
        _ => return None,
    })
}

fn best<'a>(header: &[u8], offered: &'a [u8]) -> Option<&'a [u8]> {
    let mut found: Option<(&[u8], u32)> = None;
    for item in header.split(|b| *b == b',') {
        let mut parts = item.split(|b| *b == b';').map(<[u8]>::trim_ascii);
        let wanted = parts.next().unwrap_or_default();
        let weight = parts
            .find_map(|p| p.strip_prefix(b"q="))
            .map_or(1000, thousandths);
        let range = wanted.split(|b| *b == b'-').next().unwrap_or_default();
        let fits =
            |tag: &&[u8]| tag.eq_ignore_ascii_case(wanted) || tag.eq_ignore_ascii_case(range);
        let Some(tag) = offered.split(|b| *b == b';').find(fits) else {
            continue;
        };
        if weight > 0 && found.is_none_or(|(_, best)| weight > best) {
            found = Some((tag, weight));
        }
    }
    found.map(|(tag, _)| tag)
}

/// `0.8` → 800
fn thousandths(text: &[u8]) -> u32 {
    let digit = |at: usize| {
        text.get(at)
            .filter(|b| b.is_ascii_digit())
            .map_or(0, |b| u32::from(b - b'0'))
    };
    digit(0).min(1) * 1000 + digit(2) * 100 + digit(3) * 10 + digit(4)
}
