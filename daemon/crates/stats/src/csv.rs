//! Lines with commas (HAProxy's management guide 9.1).

use crate::column::FIXED;
use crate::{Column, Row, Value};
use std::fmt::Write as _;

/// A line of names and a line for each row.
pub fn csv<'r>(rows: impl IntoIterator<Item = &'r Row>) -> String {
    let mut out = String::from("# ");
    for entry in Column::entries() {
        if entry.position == FIXED {
            out.push_str("-,");
        }
        out.push_str(entry.name);
        out.push(',');
    }
    out.push('\n');
    for row in rows {
        for (entry, value) in row.values() {
            if entry.position == FIXED {
                out.push_str("-,");
            }
            match value {
                None => {}
                Some(Value::Text(text)) => quoted(text, &mut out),
                Some(number) => {
                    let _ = write!(out, "{number}");
                }
            }
            out.push(',');
        }
        out.push('\n');
    }
    out
}

/// Quotes stand where the text could be mistaken for more than one column or line.
fn quoted(text: &str, out: &mut String) {
    if !text.contains(['"', ',', '\n', '\r']) {
        return out.push_str(text);
    }
    out.push('"');
    for c in text.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}
