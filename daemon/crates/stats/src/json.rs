//! The same values as objects (`schema` describes them).

use crate::entry::words;
use crate::{Entry, Info, Row, Value};
use std::fmt::Write as _;

impl Row {
    /// A list of values.
    pub fn json(&self, out: &mut String) {
        let object = self.object().name();
        let (proxy, id) = (self.proxy(), self.id());
        let head = format!("\"objType\":\"{object}\",\"proxyId\":{proxy},\"id\":{id},");
        list(self.values().map(|(e, v)| (e, self.tags(e), v)), &head, out);
    }

    /// A list of rows, each a list of values.
    pub fn json_list<'r>(rows: impl IntoIterator<Item = &'r Self>) -> String {
        let mut out = String::from("[");
        for (at, row) in rows.into_iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            row.json(&mut out);
        }
        out.push(']');
        out
    }
}

impl Info {
    pub fn json(&self) -> String {
        let mut out = String::new();
        list(self.values().map(|(e, v)| (e, e.tags, v)), "", &mut out);
        out
    }
}

fn list<'v>(
    values: impl Iterator<Item = (&'static Entry, &'static str, Option<&'v Value>)>,
    head: &str,
    out: &mut String,
) {
    out.push('[');
    let there = values.filter_map(|(entry, tags, value)| Some((entry, tags, value?)));
    for (at, (entry, tags, value)) in there.enumerate() {
        if at > 0 {
            out.push(',');
        }
        let (position, name) = (entry.position, entry.name);
        let [origin, nature, scope] = words(tags);
        let _ = write!(
            out,
            "{{{head}\"field\":{{\"pos\":{position},\"name\":\"{name}\"}},\"processNum\":1,\
             \"tags\":{{\"origin\":\"{origin}\",\"nature\":\"{nature}\",\"scope\":\"{scope}\"}},\
             \"value\":{{\"type\":\"{}\",\"value\":",
            match value {
                Value::Float(_) => "flt",
                _ => entry.form.name(),
            }
        );
        match value {
            Value::Text(text) => string(text, out),
            number => {
                let _ = write!(out, "{number}");
            }
        }
        out.push_str("}}");
    }
    out.push(']');
}

/// A JSON string (RFC 8259 section 7).
pub fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
