//! `$NAME=value` of keepalived.conf: secret by its name, or because a secret keyword uses it.

use super::Range;
use crate::source::FileId;
use std::collections::HashSet;

/// A definition with the places of its value, one for each physical line.
#[derive(Debug)]
pub struct Definition {
    pub name: String,
    pub places: Vec<((FileId, u32), Range, String)>,
    /// It goes on in the next line.
    pub open: bool,
}

/// Name and start of the value of a `$NAME=` line.
pub fn split(line: &str) -> Option<(&str, usize)> {
    let blank = line.len() - line.trim_start().len();
    let rest = line[blank..].strip_prefix('$')?;
    let equals = rest.find('=')?;
    let name = &rest[..equals];
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then_some((name, blank + 1 + equals + 1))
}

/// Names behind `$` in a text.
pub fn references(text: &str, found: &mut HashSet<String>) {
    for part in text.split('$').skip(1) {
        let part = part.trim_start_matches('{');
        let end = part
            .bytes()
            .position(|b| !(b.is_ascii_alphanumeric() || b == b'_'))
            .unwrap_or(part.len());
        let name = &part[..end];
        // ${_ENV NAME} is a variable of the environment.
        let name = if name == "_ENV" {
            let inner = part[end..].trim_start();
            inner.split(['}', ' ']).next().unwrap_or("")
        } else {
            name
        };
        if !name.is_empty() {
            found.insert(name.to_owned());
        }
    }
}
