//! A part of a word, and where it stands: what expressions inside words are read from.

use super::lexer::Word;
use crate::source::{Span, Spanned};

/// Text with a span; parts of it have exact spans only when it was written without quoting.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'t> {
    pub text: &'t str,
    pub span: Span,
}

impl<'t> Piece<'t> {
    pub fn of(word: &'t Word<'_>) -> Self {
        Self {
            text: &word.text,
            span: word.span,
        }
    }

    pub fn of_string(text: &'t Spanned<String>) -> Self {
        Self {
            text: &text.value,
            span: text.span,
        }
    }

    pub fn part(&self, from: usize, to: usize) -> Self {
        let text = self.text.get(from..to).unwrap_or("");
        if self.span.len as usize != self.text.len() {
            return Self {
                text,
                span: self.span,
            };
        }
        let at = self.span.start as usize;
        Self {
            text,
            span: Span::new(self.span.file, at + from, at + to),
        }
    }

    pub fn trim(&self) -> Self {
        let front = self.text.len() - self.text.trim_start().len();
        self.part(front, front + self.text.trim().len())
    }

    pub fn owned(&self) -> Spanned<String> {
        Spanned::new(self.text.to_owned(), self.span)
    }

    /// Splits at a byte outside parentheses and quotes.
    pub fn split_outside(&self, separator: u8) -> Vec<Self> {
        let (mut depth, mut quote, mut start) = (0usize, None, 0);
        let mut parts = Vec::new();
        for (at, byte) in self.text.bytes().enumerate() {
            match (quote, byte) {
                (Some(open), _) if byte == open => {
                    quote = None;
                }
                (None, b'"' | b'\'') if depth > 0 => quote = Some(byte),
                (None, b'(') => depth += 1,
                (None, b')') => depth = depth.saturating_sub(1),
                (None, _) if byte == separator && depth == 0 => {
                    parts.push(self.part(start, at));
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(self.part(start, self.text.len()));
        parts
    }

    /// `name(arguments)`: the name, and what stands between the outer parentheses.
    pub fn call(&self) -> (Self, Option<Self>) {
        let Some(open) = self.text.find('(') else {
            return (*self, None);
        };
        let end = self
            .text
            .rfind(')')
            .filter(|end| *end > open)
            .unwrap_or(self.text.len());
        (self.part(0, open), Some(self.part(open + 1, end)))
    }

    /// The arguments of a call as the language reads them: quotes protect commas, parentheses and
    /// blanks; a backslash inside or outside of quotes protects the next character.
    pub fn arguments(&self) -> Vec<String> {
        let (mut list, mut now) = (Vec::new(), String::new());
        let (mut quote, mut depth) = (None, 0usize);
        let mut rest = self.text.chars();
        while let Some(c) = rest.next() {
            match (quote, c) {
                (Some('"'), '\\') => match rest.next() {
                    Some(next @ ('"' | '\\' | '\'' | '$')) => now.push(next),
                    Some(next) => now.extend(['\\', next]),
                    None => now.push('\\'),
                },
                (Some(open), _) if c == open => quote = None,
                (None, '"' | '\'') => quote = Some(c),
                (None, ',') if depth == 0 => list.push(std::mem::take(&mut now)),
                (None, '(') => {
                    depth += 1;
                    now.push(c);
                }
                (None, ')') => {
                    depth = depth.saturating_sub(1);
                    now.push(c);
                }
                _ => now.push(c),
            }
        }
        list.push(now);
        list
    }
}
