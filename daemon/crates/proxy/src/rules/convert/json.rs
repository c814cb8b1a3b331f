//! `json_query(PATH[,TYPE])`: one value of a JSON document (RFC 8259), by a path such as
//! `$.user.groups[0]`.

use super::Apply;
use crate::rules::value::Value;

pub fn apply(name: &str) -> Option<Apply> {
    Some(match name {
        "json_query" => |v, a, _| query(&v.text(), a.text(0), a.text(1)),
        _ => return None,
    })
}

/// What the path finds in the text, as the wanted type.
pub fn query(text: &[u8], path: &[u8], wanted: &[u8]) -> Option<Value<'static>> {
    let document = serde_json::from_slice(text).ok()?;
    let found = find(&document, std::str::from_utf8(path).ok()?)?;
    match found {
        serde_json::Value::Number(n) if wanted == b"int" => whole(n).map(Value::Int),
        other => shown(other),
    }
}

/// A number without what stands behind its point; one that is too large is none.
#[allow(clippy::cast_possible_truncation)] // within the bounds
fn whole(number: &serde_json::Number) -> Option<i64> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    let inside = |n: &f64| (-BEYOND..BEYOND).contains(n);
    let large = || number.as_f64().filter(inside).map(|n| n as i64);
    number.as_i64().or_else(large)
}

/// Texts, numbers and truths; of what has parts there is no value.
fn shown(value: &serde_json::Value) -> Option<Value<'static>> {
    use serde_json::Value as Json;
    Some(match value {
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => match n.as_i64() {
            Some(n) => Value::Int(n),
            None => Value::owned(n.to_string().trim_end_matches(".0").as_bytes().to_vec()),
        },
        Json::String(text) => Value::owned(text.clone().into_bytes()),
        Json::Null | Json::Array(_) | Json::Object(_) => return None,
    })
}

fn find<'j>(document: &'j serde_json::Value, path: &str) -> Option<&'j serde_json::Value> {
    let mut at = document;
    let mut rest = path.strip_prefix('$')?;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (index, behind) = inner.split_once(']')?;
            at = at.get(index.parse::<usize>().ok()?)?;
            rest = behind;
        } else {
            let inner = rest.strip_prefix('.')?;
            let end = inner.find(['.', '[']).unwrap_or(inner.len());
            at = at.get(&inner[..end])?;
            rest = &inner[end..];
        }
    }
    Some(at)
}
