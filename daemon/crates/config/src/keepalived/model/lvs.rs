//! The layer 4 half, as it is written: each keyword with its words and places. The director is not
//! executed yet.

use crate::source::Spanned;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LvsBlock {
    pub kind: LvsKind,
    /// The words behind the keyword; the span covers keyword and words.
    pub title: Spanned<String>,
    pub entries: Vec<LvsEntry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LvsKind {
    VirtualServer,
    VirtualServerGroup,
    Ssl,
}

/// A keyword that is known at its place, or a line of a group of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LvsEntry {
    pub keyword: Spanned<String>,
    pub words: Vec<Spanned<String>>,
    pub entries: Vec<LvsEntry>,
}

impl LvsBlock {
    /// Entries of a keyword, in order.
    pub fn all<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a LvsEntry> {
        of(&self.entries, keyword)
    }
}

impl LvsEntry {
    /// Entries of a keyword inside this one, in order.
    pub fn all<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a LvsEntry> {
        of(&self.entries, keyword)
    }
}

fn of<'a>(entries: &'a [LvsEntry], keyword: &'a str) -> impl Iterator<Item = &'a LvsEntry> {
    entries
        .iter()
        .filter(move |entry| entry.keyword.value == keyword)
}
