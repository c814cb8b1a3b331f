//! Lines and words of haproxy.cfg (configuration manual, 2.2 "Quoting and escaping" and 2.3
//! "Environment variables").
//!
//! A line is split at blanks. `#` outside quotes begins a comment. A backslash takes the meaning
//! from a blank, `#`, `\`, `'`, `"`, and writes `\n \r \t \xHH`; before anything else it stays.
//! Double quotes keep blanks and `#`, and expand `$NAME`, `${NAME}`, `${NAME-default}`; there
//! `\$` is a dollar sign. `${NAME[*]}` expands to as many words as the value has. Single quotes
//! keep everything.

use super::environment::Environment;
use crate::diagnostic::Diagnostics;
use crate::source::{FileId, Span};
use std::borrow::Cow;

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

/// Where a physical line stands.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    pub file: FileId,
    /// Of its first byte.
    pub offset: usize,
    pub path: &'p str,
    /// From 1.
    pub number: u32,
}

/// What variables stand for.
pub struct Surroundings<'c> {
    pub environment: &'c Environment<'c>,
    /// The section that the line stands in.
    pub section: &'c str,
    pub place: Place<'c>,
}

/// Splits one physical line (without its line end). `None` when the line cannot be read at all; the reason is in `diagnostics`.
pub fn words<'a>(
    line: &'a str,
    around: &Surroundings<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Word<'a>>> {
    let mut lexer = Lexer {
        line,
        bytes: line.as_bytes(),
        at: 0,
        around,
        words: Vec::new(),
        diagnostics,
    };
    while lexer.skip_blanks() {
        lexer.word()?;
    }
    Some(lexer.words)
}

pub(super) struct Lexer<'a, 'c> {
    pub(super) line: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) around: &'c Surroundings<'c>,
    words: Vec<Word<'a>>,
    pub(super) diagnostics: &'c mut Diagnostics,
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

impl Lexer<'_, '_> {
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        let Place { file, offset, .. } = self.around.place;
        Span::new(file, offset + from, offset + to)
    }

    /// Moves to the next word; false at the end of the line or at a comment.
    fn skip_blanks(&mut self) -> bool {
        while self.at < self.bytes.len() && is_blank(self.bytes[self.at]) {
            self.at += 1;
        }
        self.at < self.bytes.len() && self.bytes[self.at] != b'#'
    }

    fn word(&mut self) -> Option<()> {
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
            let span = self.span(start, end);
            self.words.push(Word { text, span });
            return Some(());
        }
        let mut text = Vec::from(&self.bytes[start..end]);
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b if is_blank(b) || b == b'#' => break,
                b'\\' => self.escape(&mut text, b" #\\'\"")?,
                b'\'' => self.strong_quotes(&mut text)?,
                b'"' => self.weak_quotes(start, &mut text)?,
                other => {
                    text.push(other);
                    self.at += 1;
                }
            }
        }
        self.finished(start, text);
        Some(())
    }

    /// A word that needed more than its own bytes of the line.
    pub(super) fn finished(&mut self, start: usize, text: Vec<u8>) {
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
        let text = Cow::Owned(text);
        self.words.push(Word { text, span });
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

    /// `start`: of the word that the quotes belong to.
    fn weak_quotes(&mut self, start: usize, text: &mut Vec<u8>) -> Option<()> {
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
                Some(b'$') => self.variable(start, text)?,
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
}
