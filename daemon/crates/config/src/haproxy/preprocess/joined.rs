//! The words of a line as one text.

use crate::haproxy::args::Args;
use crate::source::Span;

/// The words with a blank between them, and where each came from.
pub struct Joined {
    pub text: String,
    /// Start in `text`, length there, span in the file.
    words: Vec<(usize, usize, Span)>,
    /// Behind the last word.
    pub end: Span,
}

impl Joined {
    pub fn new(args: &Args<'_>) -> Self {
        let mut text = String::new();
        let mut words = Vec::new();
        for word in args.rest() {
            if !text.is_empty() {
                text.push(' ');
            }
            words.push((text.len(), word.text.len(), word.span));
            text.push_str(&word.text);
        }
        let end = words
            .last()
            .map_or_else(|| args.end(), |last| last.2.after());
        Self { text, words, end }
    }

    /// The place of `text[from..to]`: exact inside words that were written without quotes.
    pub fn span(&self, from: usize, to: usize) -> Span {
        let part = |from: usize, to: usize| {
            let (start, len, span) = self
                .words
                .iter()
                .find(|(start, len, _)| (*start..=start + len).contains(&from))?;
            if span.len as usize != *len {
                return Some(*span);
            }
            let at = span.start as usize + from - start;
            Some(Span::new(
                span.file,
                at,
                at + (to - from).min(start + len - from),
            ))
        };
        let Some(first) = part(from, to) else {
            return self.end;
        };
        let last = to.checked_sub(1).filter(|last| *last > from);
        let last = last.and_then(|last| part(last, to));
        last.map_or(first, |last| first.to(last))
    }
}
