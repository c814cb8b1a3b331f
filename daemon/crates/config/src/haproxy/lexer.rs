//! Lines and words of haproxy.cfg (configuration manual, 2.2 "Quoting and escaping" and 2.3
//! "Environment variables").
//!
//! A line is split at blanks. `#` outside quotes begins a comment. A backslash takes the meaning
//! from a blank, `#`, `\`, `'`, `"`, and writes `\n \r \t \xHH`; before anything else it stays.
//! Double quotes keep blanks and `#`, and expand `$NAME`, `${NAME}`, `${NAME-default}`; there
//! `\$` is a dollar sign. Single quotes keep everything.

use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Span};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A word after quoting and expansion; the span covers it as written, quotes included.
#[derive(Debug, Clone)]
pub struct Word<'a> {
    pub text: Cow<'a, str>,
    pub span: Span,
}

impl Word<'_> {
    /// Span of `text[from..to]` when the word was written without quoting, else of all of it.
    pub fn part(&self, from: usize, to: usize) -> Span {
        if self.span.len as usize != self.text.len() {
            return self.span;
        }
        let at = self.span.start as usize;
        Span::new(self.span.file, at + from, at + to.max(from))
    }
}

/// Splits one physical line (without its line end) that begins at byte `offset` of its file.
/// `None` when the line cannot be read at all; the reason is in `diagnostics`.
pub fn words<'a>(
    line: &'a str,
    file: FileId,
    offset: usize,
    env: &BTreeMap<String, String>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Word<'a>>> {
    let mut lexer = Lexer {
        line,
        bytes: line.as_bytes(),
        at: 0,
        file,
        offset,
        env,
        diagnostics,
    };
    let mut words = Vec::new();
    while lexer.skip_blanks() {
        words.push(lexer.word()?);
    }
    Some(words)
}

struct Lexer<'a, 'c> {
    line: &'a str,
    bytes: &'a [u8],
    at: usize,
    file: FileId,
    offset: usize,
    env: &'c BTreeMap<String, String>,
    diagnostics: &'c mut Diagnostics,
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

impl<'a> Lexer<'a, '_> {
    fn span(&self, from: usize, to: usize) -> Span {
        Span::new(self.file, self.offset + from, self.offset + to)
    }

    /// Moves to the next word; false at the end of the line or at a comment.
    fn skip_blanks(&mut self) -> bool {
        while self.at < self.bytes.len() && is_blank(self.bytes[self.at]) {
            self.at += 1;
        }
        self.at < self.bytes.len() && self.bytes[self.at] != b'#'
    }

    fn word(&mut self) -> Option<Word<'a>> {
        let start = self.at;
        let special = |byte: &u8| is_blank(*byte) || matches!(byte, b'\\' | b'"' | b'\'' | b'#');
        let length = self.bytes[start..].iter().position(special);
        let end = length.map_or(self.bytes.len(), |length| start + length);
        self.at = end;
        if self
            .bytes
            .get(end)
            .is_none_or(|byte| is_blank(*byte) || *byte == b'#')
        {
            let text = Cow::Borrowed(&self.line[start..end]);
            return Some(Word {
                text,
                span: self.span(start, end),
            });
        }
        let mut text = Vec::from(&self.bytes[start..end]);
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b if is_blank(b) || b == b'#' => break,
                b'\\' => self.escape(&mut text, b" #\\'\"")?,
                b'\'' => self.strong_quotes(&mut text)?,
                b'"' => self.weak_quotes(&mut text)?,
                other => {
                    text.push(other);
                    self.at += 1;
                }
            }
        }
        let span = self.span(start, self.at);
        let text = String::from_utf8(text).unwrap_or_else(|error| {
            self.diagnostics
                .warning(
                    "haproxy/not-utf8",
                    span,
                    "the escapes give bytes that are not UTF-8",
                )
                .suggest("write the characters themselves");
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        });
        Some(Word {
            text: Cow::Owned(text),
            span,
        })
    }

    fn strong_quotes(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let open = self.at;
        let body = &self.bytes[open + 1..];
        let Some(length) = body.iter().position(|byte| *byte == b'\'') else {
            return self.unmatched(open);
        };
        text.extend_from_slice(&body[..length]);
        self.at = open + length + 2;
        Some(())
    }

    fn weak_quotes(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let open = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None => return self.unmatched(open),
                Some(b'"') => {
                    self.at += 1;
                    return Some(());
                }
                Some(b'\\') => self.escape(text, b" #\\'\"$")?,
                Some(b'$') => self.variable(text)?,
                Some(other) => {
                    text.push(*other);
                    self.at += 1;
                }
            }
        }
    }

    fn unmatched(&mut self, open: usize) -> Option<()> {
        let quote = char::from(self.bytes[open]);
        let span = self.span(open, self.bytes.len());
        let message = format!("the quote {quote} is never closed, so the line cannot be read");
        self.diagnostics
            .error("haproxy/unclosed-quote", span, message)
            .suggest(format!(
                "close it with {quote} on the same line, or write \\{quote}"
            ));
        None
    }

    /// At a backslash; `literal` are the characters that it makes literal here.
    fn escape(&mut self, text: &mut Vec<u8>, literal: &[u8]) -> Option<()> {
        let Some(&next) = self.bytes.get(self.at + 1) else {
            text.push(b'\\');
            self.at += 1;
            return Some(());
        };
        let plain = match next {
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'x' => return self.hex(text),
            other if literal.contains(&other) => Some(other),
            _ => None,
        };
        match plain {
            Some(byte) => {
                text.push(byte);
                self.at += 2;
            }
            // The backslash stays, and what follows is read as usual.
            None => {
                text.push(b'\\');
                self.at += 1;
            }
        }
        Some(())
    }

    fn hex(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let digits = self.line.get(self.at + 2..self.at + 4);
        let value = digits
            .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let Some(value) = value else {
            let end = self.line.len().min(self.at + 2);
            let span = self.span(self.at, end);
            self.diagnostics
                .error(
                    "haproxy/bad-escape",
                    span,
                    "\\x must be followed by two hexadecimal digits",
                )
                .suggest("write e.g. \\x20, or \\\\x for a backslash and an x");
            return None;
        };
        text.push(value);
        self.at += 4;
        Some(())
    }

    /// At a dollar sign inside double quotes.
    fn variable(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let start = self.at;
        let braced = self.bytes.get(start + 1) == Some(&b'{');
        let from = start + 1 + usize::from(braced);
        let name_end = self.bytes[from..]
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))
            .map_or(self.bytes.len(), |length| from + length);
        let name = &self.line[from..name_end];
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            let span = self.span(start, name_end.max(start + 1));
            self.diagnostics
                .error(
                    "haproxy/bad-variable",
                    span,
                    "a variable name must follow the $",
                )
                .suggest("write \"${NAME}\", or \\$ for a dollar sign");
            return None;
        }
        let mut end = name_end;
        let mut default = None;
        if braced {
            let length = self.bytes[name_end..].iter().position(|byte| *byte == b'}');
            let Some(close) = length.map(|length| name_end + length) else {
                let span = self.span(start, name_end);
                self.diagnostics
                    .error(
                        "haproxy/bad-variable",
                        span,
                        format!("'${{{name}' lacks its brace"),
                    )
                    .suggest(format!("write \"${{{name}}}\""));
                return None;
            };
            default = self
                .line
                .get(name_end..close)
                .and_then(|rest| rest.strip_prefix('-'));
            end = close + 1;
        }
        match (self.env.get(name), default) {
            (Some(value), _) => text.extend_from_slice(value.as_bytes()),
            (None, Some(default)) => text.extend_from_slice(default.as_bytes()),
            (None, None) => {
                let span = self.span(start, end);
                let message = format!("the variable {name} is not set, so nothing stands here");
                self.diagnostics
                    .warning("haproxy/unset-variable", span, message)
                    .suggest(format!("set it, or give a default: \"${{{name}-value}}\""));
            }
        }
        self.at = end;
        Some(())
    }
}
