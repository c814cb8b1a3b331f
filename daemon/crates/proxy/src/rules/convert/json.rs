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
    let value = shown(found)?;
    match wanted {
        b"int" => value.int().map(Value::Int),
        _ => Some(value),
    }
}

fn shown(value: &serde_json::Value) -> Option<Value<'static>> {
    use serde_json::Value as Json;
    Some(match value {
        Json::Null => return None,
        Json::Bool(b) => Value::Bool(*b),
        Json::Number(n) => match n.as_i64() {
            Some(n) => Value::Int(n),
            None => Value::owned(n.to_string().into_bytes()),
        },
        Json::String(text) => Value::owned(text.clone().into_bytes()),
        other => Value::owned(other.to_string().into_bytes()),
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
