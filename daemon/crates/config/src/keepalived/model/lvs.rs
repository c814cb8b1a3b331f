//! The layer 4 half: where its blocks stand. The director is not executed yet.

use crate::source::Spanned;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LvsBlock {
    pub kind: LvsKind,
    /// The words behind the keyword; the span covers keyword and words.
    pub title: Spanned<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LvsKind {
    VirtualServer,
    VirtualServerGroup,
    Ssl,
}
