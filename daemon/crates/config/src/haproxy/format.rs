//! Format strings: `text %[expr] %{+Q}ci %%` (configuration manual, 8.2.4).

use super::context::Context;
use super::model::{Format, FormatPart};
use super::piece::Piece;
use crate::source::Spanned;
use crate::suggest::nearest;

/// Variables of log formats, longest first, as `%tr` would otherwise be read as `%t`.
const VARIABLES: [&str; 66] = [
    "HPO", "HQ", "HM", "HP", "HU", "HV", "H", "ID", "Ta", "Tc", "Td", "Th", "Ti", "Tl", "Tq", "TR",
    "Tr", "Tsu", "Ts", "Tt", "Tu", "Tw", "T", "t", "U", "B", "CC", "CS", "ST", "ac", "bc", "bi",
    "bp", "bq", "b", "ci", "cp", "fc", "fi", "fp", "ft", "f", "hrl", "hr", "hsl", "hs", "lc", "ms",
    "origin", "o", "pid", "rc", "rt", "r", "sc", "si", "sp", "sq", "sslc", "sslv", "s", "trg",
    "trl", "tr", "tsc", "ts",
];

impl Context<'_> {
    /// Reads a format string; what cannot be read is said and left out.
    pub fn format(&mut self, text: &Spanned<String>) -> Format {
        let piece = Piece::of_string(text);
        let bytes = text.value.as_bytes();
        let mut format = Format {
            parts: Vec::new(),
            text: text.clone(),
        };
        let mut literal = String::new();
        let mut at = 0;
        while let Some(found) = text.value[at..].find('%') {
            let percent = at + found;
            literal.push_str(&text.value[at..percent]);
            if bytes.get(percent + 1) == Some(&b'%') {
                literal.push('%');
                at = percent + 2;
                continue;
            }
            let (part, end) = self.variable(piece, percent);
            at = end;
            if let Some(part) = part {
                flush(&mut literal, &mut format.parts);
                format.parts.push(part);
            }
        }
        literal.push_str(&text.value[at..]);
        flush(&mut literal, &mut format.parts);
        format
    }

    /// At a percent sign: what it stands for, and where the text goes on.
    fn variable(&mut self, piece: Piece<'_>, percent: usize) -> (Option<FormatPart>, usize) {
        let text = piece.text;
        let mut at = percent + 1;
        let mut flags = Vec::new();
        if text[at..].starts_with('{') {
            let Some(length) = text[at..].find('}') else {
                self.open_bracket(piece, percent, '}');
                return (None, text.len());
            };
            let inner = &text[at + 1..at + length];
            flags = self.flags(piece.part(at + 1, at + length), inner);
            at += length + 1;
        }
        if text[at..].starts_with('[') {
            return self.expression(piece, percent, at, flags);
        }
        let run = text[at..]
            .bytes()
            .take_while(u8::is_ascii_alphanumeric)
            .count();
        let name = VARIABLES
            .into_iter()
            .filter(|name| text[at..].starts_with(name))
            .max_by_key(|name| name.len());
        let Some(name) = name else {
            let end = at + run;
            self.unknown_variable(piece.part(percent, end.max(percent + 1)), &text[at..end]);
            return (None, end.max(percent + 1));
        };
        let span = piece.part(percent, at + name.len()).span;
        let name = Spanned::new(name.to_owned(), span);
        let end = at + name.len();
        (Some(FormatPart::Variable { name, flags }), end)
    }

    /// `+Q`, `-X`, `+E`; without a sign they turn on.
    fn flags(&mut self, piece: Piece<'_>, inner: &str) -> Vec<String> {
        let flags: Vec<String> = inner
            .split(',')
            .map(|flag| flag.trim().to_owned())
            .collect();
        let known =
            |flag: &str| matches!(flag.trim_start_matches(['+', '-']), "Q" | "X" | "E" | "");
        if let Some(wrong) = flags.iter().find(|flag| !known(flag)) {
            let message = format!("'{wrong}' is not a flag of format variables");
            self.error("haproxy/bad-value", piece.span, message)
                .suggest("write +Q (quotes), +X (hexadecimal) or +E (escapes)");
        }
        flags
    }

    fn expression(
        &mut self,
        piece: Piece<'_>,
        percent: usize,
        open: usize,
        flags: Vec<String>,
    ) -> (Option<FormatPart>, usize) {
        let Some(close) = closing_bracket(&piece.text[open..]).map(|length| open + length) else {
            self.open_bracket(piece, percent, ']');
            return (None, piece.text.len());
        };
        let sample = self.sample(piece.part(open + 1, close).trim());
        (
            sample.map(|sample| FormatPart::Sample { sample, flags }),
            close + 1,
        )
    }

    fn open_bracket(&mut self, piece: Piece<'_>, percent: usize, bracket: char) {
        let span = piece.part(percent, piece.text.len()).span;
        self.error(
            "haproxy/bad-expression",
            span,
            format!("the closing '{bracket}' is missing"),
        )
        .suggest("write e.g. '%[src]', or '%%' for a percent sign");
    }

    fn unknown_variable(&mut self, piece: Piece<'_>, name: &str) {
        let message = format!("there is no format variable '%{name}'");
        let help = match nearest(name, VARIABLES) {
            Some(near) if !name.is_empty() => {
                format!("did you mean '%{near}'? '%%' is a percent sign")
            }
            _ => "write '%%' for a percent sign".to_owned(),
        };
        self.error("haproxy/unknown-variable", piece.span, message)
            .suggest(help);
    }
}

fn flush(literal: &mut String, parts: &mut Vec<FormatPart>) {
    if !literal.is_empty() {
        parts.push(FormatPart::Literal(std::mem::take(literal)));
    }
}

/// The `]` that closes the `[` at the start, over nested brackets and parentheses with quotes.
fn closing_bracket(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0usize, None);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => {
                quote = None;
            }
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'[') => depth += 1,
            (None, b']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Reads a format string that stands in a file of its own.
pub fn parse_format(text: &str) -> Result<Format, String> {
    let options = crate::Options::default();
    let mut cx = Context::new(&options, &[]);
    let format = cx.format(&Spanned::implied(text.to_owned()));
    let all = cx.diagnostics.into_sorted();
    match all.iter().find(|d| d.severity == crate::Severity::Error) {
        Some(error) => Err(error.message.clone()),
        None => Ok(format),
    }
}
