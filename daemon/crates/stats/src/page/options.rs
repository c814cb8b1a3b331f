//! What stands behind the page's uri: `;csv;norefresh`, `;up`, `?scope=app`.

use crate::Shown;

/// In which form the lines are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    #[default]
    Html,
    Csv,
    Typed,
    Json,
    Schema,
    /// What the page asks for to stay current.
    Live,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    pub output: Output,
    pub shown: Shown,
    pub norefresh: bool,
    /// Part of the names of sections.
    pub scope: Option<String>,
    /// What became of an order.
    pub done: Option<String>,
}

impl Options {
    /// Words that are not known change nothing.
    pub fn read(tail: &str) -> Self {
        let mut options = Self::default();
        for word in tail.split([';', '?', '&']) {
            match word {
                "csv" => options.output = Output::Csv,
                "typed" => options.output = Output::Typed,
                "json" => options.output = Output::Json,
                "json-schema" => options.output = Output::Schema,
                "live" => options.output = Output::Live,
                "up" => options.shown = Shown::Up,
                "no-maint" => options.shown = Shown::NotOut,
                "norefresh" => options.norefresh = true,
                _ => {
                    if let Some(scope) = word.strip_prefix("scope=") {
                        let scope = decoded(scope);
                        options.scope = Some(scope).filter(|scope| !scope.is_empty());
                    } else if let Some(done) = word.strip_prefix("st=") {
                        options.done = Some(decoded(done));
                    }
                }
            }
        }
        options
    }
}

/// Without the escapes of forms (`+`, `%41`).
pub(super) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escape = || {
            let digits = std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()?;
            u8::from_str_radix(digits, 16).ok()
        };
        match (byte, escape()) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
