//! `$NAME=text`, `$NAME`, `${NAME}`, and the built-in `${_…}`.

use super::Lexer;
use super::line::Line;
use crate::options::Options;
use crate::source::Span;
use std::collections::HashMap;

/// Definitions may name each other; deeper than this is a circle.
const DEEPEST: usize = 32;
/// No real line is longer.
const LONGEST: usize = 1 << 20;

pub struct Definitions {
    values: HashMap<String, String>,
    /// `${_INSTANCE}` and `${_PWD}` come from the machine; they are taken from the injected map.
    env: std::collections::BTreeMap<String, String>,
}

impl Definitions {
    pub fn new(options: &Options<'_>) -> Self {
        Self {
            values: HashMap::new(),
            env: options.env.clone(),
        }
    }
}

fn name_length(text: &str) -> usize {
    let first = text
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if !first {
        return 0;
    }
    text.bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
        .count()
}

/// `$NAME=` at the start of a line, no blank before the `=`.
pub fn is_definition(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']);
    line.strip_prefix('$').is_some_and(|rest| {
        let length = name_length(rest);
        length > 0 && rest.as_bytes().get(length) == Some(&b'=')
    })
}

impl Lexer<'_> {
    /// Takes a definition up; false when the line is none.
    pub(super) fn define(&mut self, line: &Line) -> bool {
        if !is_definition(&line.text) {
            return false;
        }
        if let Some((name, value)) = line.text[1..].split_once('=') {
            self.definitions
                .values
                .insert(name.to_owned(), value.trim().to_owned());
        }
        true
    }

    /// Replaces what is defined; unknown names stay as text.
    pub(super) fn substitute(&mut self, mut line: Line) -> Line {
        for _ in 0..DEEPEST {
            let (next, changed) = self.substitute_once(&line);
            line = next;
            if !changed {
                return line;
            }
            if line.text.len() > LONGEST {
                break;
            }
        }
        let span = line.span_all();
        self.diagnostics
            .error(
                "keepalived/circular-definition",
                span,
                "a definition contains itself",
            )
            .suggest("define each name by others only");
        line.cut(0);
        line
    }

    fn substitute_once(&mut self, line: &Line) -> (Line, bool) {
        let mut out = line.slice(0, 0);
        let mut changed = false;
        let mut at = 0;
        while let Some(found) = line.text[at..].find('$') {
            let dollar = at + found;
            out.push(&line.slice(at, dollar));
            let reference = reference(&line.text[dollar..]);
            let (length, value) = match reference {
                None => (1, None),
                Some((name, length)) => {
                    (length, self.value(name, line.span(dollar, dollar + length)))
                }
            };
            match value {
                Some(value) => {
                    let span = line.span(dollar, dollar + length);
                    out.push(&Line::standing_for(&value, span));
                    changed = true;
                }
                None => out.push(&line.slice(dollar, dollar + length)),
            }
            at = dollar + length;
        }
        out.push(&line.slice(at, line.text.len()));
        (out, changed)
    }

    fn value(&mut self, name: &str, span: Span) -> Option<String> {
        if let Some(value) = self.definitions.values.get(name) {
            return Some(value.clone());
        }
        let mut words = name.split_ascii_whitespace();
        match words.next()? {
            "_HASH" => Some("#".to_owned()),
            "_BANG" => Some("!".to_owned()),
            "_ENV" => {
                let variable = words.next().unwrap_or("");
                let value = self.definitions.env.get(variable).cloned();
                if value.is_none() {
                    let message = format!("the variable '{variable}' is not set");
                    self.diagnostics
                        .warning("keepalived/unset-variable", span, message);
                }
                Some(value.unwrap_or_default())
            }
            builtin @ ("_PWD" | "_INSTANCE") => Some(
                self.definitions
                    .env
                    .get(builtin)
                    .cloned()
                    .unwrap_or_default(),
            ),
            "_RANDOM" => {
                let message = "random values would make both nodes and each reload differ";
                self.diagnostics
                    .error("keepalived/random", span, message)
                    .suggest("write the value");
                Some("0".to_owned())
            }
            _ => None,
        }
    }
}

/// The name at a dollar sign, and the length of the whole reference. `$NAME` must be followed by
/// a blank, `,`, `)` or the end.
fn reference(text: &str) -> Option<(&str, usize)> {
    if let Some(inner) = text.strip_prefix("${") {
        let close = inner.find('}')?;
        let name = &inner[..close];
        let known_form = name_length(name) == name.len() || name.starts_with('_');
        return (known_form && !name.is_empty()).then_some((name, close + 3));
    }
    let length = name_length(&text[1..]);
    let end = text.as_bytes().get(1 + length);
    let ended =
        end.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b',' | b')' | b'{' | b'}'));
    (length > 0 && ended).then(|| (&text[1..=length], length + 1))
}
