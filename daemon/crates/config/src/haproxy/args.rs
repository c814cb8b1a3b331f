//! Walking over the words of a line, with the errors that every keyword shares.

use super::lexer::Word;
use crate::source::{Span, Spanned};

/// The words behind a keyword.
#[derive(Clone, Copy)]
pub struct Args<'l> {
    words: &'l [Word<'l>],
    at: usize,
    /// The keyword itself, with what it was introduced by (`option httpchk`).
    pub keyword: Span,
}

impl<'l> Args<'l> {
    /// `words[0]` is the keyword.
    pub fn new(words: &'l [Word<'l>]) -> Self {
        let keyword = words.first().map_or_else(Span::default, |word| word.span);
        Self {
            words,
            at: 1,
            keyword,
        }
    }

    /// The keyword's text.
    pub fn keyword_text(&self) -> Option<&'l str> {
        self.words.first().map(|word| word.text.as_ref())
    }

    /// The keyword as a word.
    pub fn word(&self) -> Option<&'l Word<'l>> {
        self.words.first()
    }

    pub fn peek(&self) -> Option<&'l Word<'l>> {
        self.words.get(self.at)
    }

    pub fn peek_text(&self) -> Option<&'l str> {
        self.peek().map(|word| word.text.as_ref())
    }

    pub fn take(&mut self) -> Option<&'l Word<'l>> {
        let word = self.words.get(self.at)?;
        self.at += 1;
        Some(word)
    }

    /// The next word becomes part of the keyword.
    pub fn descend(&mut self) -> Option<&'l Word<'l>> {
        let word = self.take()?;
        self.keyword = self.keyword.to(word.span);
        Some(word)
    }

    pub fn take_if(&mut self, text: &str) -> Option<&'l Word<'l>> {
        if self.peek_text() == Some(text) {
            self.take()
        } else {
            None
        }
    }

    pub fn take_string(&mut self) -> Option<Spanned<String>> {
        self.take().map(owned)
    }

    pub fn rest(&self) -> &'l [Word<'l>] {
        &self.words[self.at.min(self.words.len())..]
    }

    pub fn skip_all(&mut self) {
        self.at = self.words.len();
    }

    /// The word taken last.
    pub fn previous(&self) -> Option<&'l Word<'l>> {
        self.words.get(self.at.checked_sub(1)?)
    }

    /// Where the next word should have been.
    pub fn end(&self) -> Span {
        let last = self
            .words
            .get(self.at.saturating_sub(1))
            .or(self.words.last());
        last.map_or(self.keyword, |word| word.span).after()
    }

    /// From the keyword to the end of the line.
    pub fn line(&self) -> Span {
        self.words
            .last()
            .map_or(self.keyword, |word| self.words[0].span.to(word.span))
    }

    /// All words behind the keyword joined by blanks, as the manual's free-text keywords do.
    pub fn take_text(&mut self) -> Option<Spanned<String>> {
        let rest = self.rest();
        let (first, last) = (rest.first()?, rest.last()?);
        self.skip_all();
        let text = rest
            .iter()
            .map(|word| word.text.as_ref())
            .collect::<Vec<_>>()
            .join(" ");
        Some(Spanned::new(text, first.span.to(last.span)))
    }
}

pub fn owned(word: &Word<'_>) -> Spanned<String> {
    Spanned::new(word.text.to_string(), word.span)
}
