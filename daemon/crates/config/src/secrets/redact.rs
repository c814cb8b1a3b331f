//! Masks: one asterisk for each character, so that carets still fit.

use super::{Range, Secrets};
use crate::source::FileId;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// Shorter texts occur in ordinary words; they are hidden only where they are quoted.
const SHORTEST: usize = 4;

impl Secrets {
    /// What either of two scans hides is hidden.
    pub fn join(&mut self, other: Self) {
        for (at, ranges) in other.masks {
            self.masks.entry(at).or_default().extend(ranges);
        }
        self.texts.extend(other.texts);
        for (at, texts) in other.local {
            self.local.entry(at).or_default().extend(texts);
        }
    }

    /// A line as it may be shown.
    pub fn masked<'a>(&self, file: FileId, number: u32, line: &'a str) -> Cow<'a, str> {
        match self.masks.get(&(file, number)) {
            Some(ranges) => Cow::Owned(starred(line, ranges)),
            None => Cow::Borrowed(line),
        }
    }
}

fn starred(text: &str, ranges: &[Range]) -> String {
    let hidden = |at: usize| ranges.iter().any(|(from, to)| (*from..*to).contains(&at));
    text.char_indices()
        .map(|(at, c)| if hidden(at) { '*' } else { c })
        .collect()
}

/// The first bytes of a text that is hidden wherever it stands.
type Beginning = [u8; SHORTEST];

/// Hides secrets in messages. There may be as many of the ones as of the others, so none is looked
/// for by itself: where a message has the beginning of some, the lengths of these are tried.
pub(super) struct Redactor<'s> {
    secrets: &'s Secrets,
    lengths: HashMap<Beginning, BTreeSet<usize>>,
}

impl<'s> Redactor<'s> {
    pub fn new(secrets: &'s Secrets) -> Self {
        let mut lengths: HashMap<Beginning, BTreeSet<usize>> = HashMap::new();
        for text in secrets.texts.iter().filter(|text| is_long(text)) {
            if let Some(beginning) = text.as_bytes().first_chunk() {
                lengths.entry(*beginning).or_default().insert(text.len());
            }
        }
        Self { secrets, lengths }
    }

    /// A text about the given line as it may be shown; `None`: as it is.
    pub fn redacted(&self, at: (FileId, u32), text: &str) -> Option<String> {
        if self.secrets.texts.is_empty() && self.secrets.local.is_empty() {
            return None;
        }
        let mut ranges = Vec::new();
        for (start, c) in text.char_indices() {
            self.long(text, start, &mut ranges);
            if c == '\'' {
                self.quoted(text, start + 1, &mut ranges);
            }
        }
        for secret in self.secrets.local.get(&at).into_iter().flatten() {
            let found = text.match_indices(secret.as_str());
            let found = found.map(|(start, _)| (start, start + secret.len()));
            ranges.extend(found.filter(|range| is_long(secret) || is_quoted(text, *range)));
        }
        (!ranges.is_empty()).then(|| starred(text, &ranges))
    }

    fn long(&self, text: &str, start: usize, ranges: &mut Vec<Range>) {
        let beginning = text.as_bytes()[start..].first_chunk();
        let lengths = beginning.and_then(|beginning| self.lengths.get(beginning));
        for length in lengths.into_iter().flatten() {
            let range = (start, start + length);
            let known = |found: &str| self.secrets.texts.contains(found);
            if text.get(range.0..range.1).is_some_and(known) {
                ranges.push(range);
            }
        }
    }

    /// A short secret between quotes, the first of which stands before `start`.
    fn quoted(&self, text: &str, start: usize, ranges: &mut Vec<Range>) {
        let ends = text[start..].char_indices().skip(1).take(SHORTEST - 1);
        for (length, _) in ends.filter(|(_, c)| *c == '\'') {
            let range = (start, start + length);
            if self.secrets.texts.contains(&text[range.0..range.1]) {
                ranges.push(range);
            }
        }
    }
}

fn is_long(secret: &str) -> bool {
    secret.chars().count() >= SHORTEST
}

fn is_quoted(text: &str, (from, to): Range) -> bool {
    text[..from].ends_with('\'') && text[to..].starts_with('\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(secrets: &[&str], local: &[&str], text: &str) -> String {
        let at = (FileId(0), 1);
        let owned = |all: &[&str]| all.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let secrets = Secrets {
            texts: owned(secrets).into_iter().collect(),
            local: HashMap::from([(at, owned(local))]),
            ..Secrets::default()
        };
        let shown = Redactor::new(&secrets).redacted(at, text);
        shown.unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn every_occurrence_is_hidden_also_where_they_overlap() {
        let hide = |text| redacted(&["abcd", "cdefgh", "abcdx", "ä-öü"], &[], text);
        assert_eq!(hide("abcd is 'abcd'"), "**** is '****'");
        assert_eq!(hide("in abcdefgh."), "in ********.");
        assert_eq!(hide("abcdx, xabcdä"), "*****, x****ä");
        assert_eq!(hide("ä-öü ä-ö"), "**** ä-ö");
    }

    #[test]
    fn short_texts_and_words_of_the_language_only_where_they_are_meant() {
        assert_eq!(
            redacted(&["ab", "ö"], &[], "ab 'ab' 'ö' ö"),
            "ab '**' '*' ö"
        );
        assert_eq!(
            redacted(&[], &["mode", "on"], "mode on 'on'"),
            "**** on '**'"
        );
    }
}
