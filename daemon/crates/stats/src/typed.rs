//! A line for each value, with its kind (HAProxy's management guide 9.2).

use crate::{Entry, Info, Row, Value};
use std::fmt::Write as _;

impl Row {
    /// `described`: each line ends with what the value is.
    pub fn typed(&self, described: bool, out: &mut String) {
        let (letter, proxy, id) = (self.object().letter(), self.proxy(), self.id());
        for (entry, value) in self.values() {
            if let Some(value) = value {
                let _ = write!(out, "{letter}.{proxy}.{id}.");
                line(entry, self.tags(entry), value, described, out);
            }
        }
    }
}

impl Info {
    /// `described`: each line ends with what the value is.
    pub fn typed(&self, described: bool, out: &mut String) {
        for (entry, value) in self.values() {
            if let Some(value) = value {
                line(entry, entry.tags, value, described, out);
            }
        }
    }
}

fn line(entry: &Entry, tags: &str, value: &Value, described: bool, out: &mut String) {
    let form = match value {
        Value::Float(_) => "flt",
        _ => entry.form.name(),
    };
    let Entry { position, name, .. } = entry;
    let _ = write!(out, "{position}.{name}.1:{tags}:{form}:{value}");
    about(entry, described, out);
    out.push('\n');
}

pub(crate) fn about(entry: &Entry, described: bool, out: &mut String) {
    if described {
        let _ = write!(out, ":\"{}\"", entry.about);
    }
}
