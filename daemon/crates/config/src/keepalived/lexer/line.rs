//! A line whose bytes remember where they came from, also after substitution.

use crate::source::{FileId, Span};
use std::borrow::Cow;

/// Line with an origin for each byte.
#[derive(Debug, Clone)]
pub struct Line {
    pub text: String,
    file: FileId,
    /// Without a table, byte `i` stands at this offset plus `i`.
    offset: usize,
    /// Byte `i` came out of this range.
    table: Option<Vec<(u32, u32)>>,
}

/// A word of a logical line: a run of non-blanks, or what stood between double quotes.
#[derive(Debug, Clone)]
pub struct Word {
    pub text: String,
    pub span: Span,
}

impl Line {
    pub fn of(text: &str, file: FileId, offset: usize) -> Self {
        Self {
            text: text.to_owned(),
            file,
            offset,
            table: None,
        }
    }

    /// Line that stands for what `span` covers.
    pub fn standing_for(text: &str, span: Span) -> Self {
        let range = (span.start, span.end());
        Self {
            text: text.to_owned(),
            file: span.file,
            offset: 0,
            table: Some(vec![range; text.len()]),
        }
    }

    pub fn span(&self, from: usize, to: usize) -> Span {
        match &self.table {
            None => Span::new(self.file, self.offset + from, self.offset + to.max(from)),
            Some(table) => {
                let first = table.get(from).or(table.last()).copied().unwrap_or((0, 0));
                let last = table.get(to.saturating_sub(1)).copied().unwrap_or(first);
                let (start, end) = (first.0 as usize, last.1.max(first.0) as usize);
                Span::new(self.file, start, if from == to { start } else { end })
            }
        }
    }

    pub fn span_all(&self) -> Span {
        self.span(0, self.text.len())
    }

    /// Removes blanks on both sides.
    pub fn trim(&mut self) {
        let blank = [' ', '\t', '\r'];
        let kept = self.text.trim_end_matches(blank).len();
        self.cut(kept);
        let front = self.text.len() - self.text.trim_start_matches(blank).len();
        self.cut_front(front);
    }

    /// Keeps the first `to` bytes.
    pub fn cut(&mut self, to: usize) {
        self.text.truncate(to);
        if let Some(table) = &mut self.table {
            table.truncate(to);
        }
    }

    /// Drops the first `from` bytes.
    pub fn cut_front(&mut self, from: usize) {
        if from == 0 {
            return;
        }
        self.text.drain(..from);
        match &mut self.table {
            None => self.offset += from,
            Some(table) => {
                table.drain(..from);
            }
        }
    }

    /// Removes one byte (an escaping backslash).
    pub fn remove(&mut self, at: usize) {
        self.table().remove(at);
        self.text.remove(at);
    }

    pub fn slice(&self, from: usize, to: usize) -> Self {
        Self {
            text: self.text[from..to].to_owned(),
            file: self.file,
            offset: self.offset + from,
            table: self.table.as_ref().map(|table| table[from..to].to_vec()),
        }
    }

    pub fn push(&mut self, other: &Line) {
        let more = std::mem::take(other.clone().table());
        self.table().extend(more);
        self.text.push_str(&other.text);
    }

    /// Appends a line feed and another physical line.
    pub fn push_line(&mut self, other: &Line) {
        let end = self.span_all();
        self.push(&Line::standing_for("\n", end.after()));
        self.push(other);
    }

    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut start = 0;
        for part in self.text.split('\n') {
            lines.push(self.slice(start, start + part.len()));
            start += part.len() + 1;
        }
        lines
    }

    fn table(&mut self) -> &mut Vec<(u32, u32)> {
        let (offset, length) = (self.offset, self.text.len());
        let at = |i: usize| u32::try_from(offset + i).unwrap_or(u32::MAX);
        self.table
            .get_or_insert_with(|| (0..length).map(|i| (at(i), at(i + 1))).collect())
    }

    /// Words between two byte offsets.
    pub fn words(&self, from: usize, to: usize) -> Vec<Word> {
        let bytes = self.text.as_bytes();
        let mut words = Vec::new();
        let mut at = from;
        while at < to {
            if bytes[at].is_ascii_whitespace() {
                at += 1;
                continue;
            }
            let start = at;
            let quoted = bytes[at] == b'"';
            let text: Cow<'_, str> = if quoted {
                let close = bytes[at + 1..to].iter().position(|b| *b == b'"');
                let end = close.map_or(to, |length| at + 1 + length);
                at = (end + 1).min(to);
                Cow::Borrowed(&self.text[start + 1..end])
            } else {
                let length = bytes[at..to].iter().position(u8::is_ascii_whitespace);
                at = length.map_or(to, |length| at + length);
                Cow::Borrowed(&self.text[start..at])
            };
            words.push(Word {
                text: text.into_owned(),
                span: self.span(start, at),
            });
        }
        words
    }
}
