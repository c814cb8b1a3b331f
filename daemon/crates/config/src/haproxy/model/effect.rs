//! What rules of any kind can do besides deciding: variables, captures, counters.

use super::{ExchangeEffect, Format, Sample};
use crate::source::Spanned;

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// `set-var(SCOPE.NAME) EXPR`, as written.
    SetVar {
        name: Spanned<String>,
        value: Sample,
    },
    /// `set-var-fmt(SCOPE.NAME) FORMAT`
    SetVarFormat {
        name: Spanned<String>,
        value: Format,
    },
    UnsetVar {
        name: Spanned<String>,
    },
    /// `capture EXPR len N` makes a slot of its own; `capture EXPR id N` fills a declared one. The
    /// slot is a place in the frontend's captures.
    Capture {
        value: Sample,
        slot: u32,
    },
    /// `track-scN KEY [table T]`
    Track {
        slot: u8,
        key: Sample,
        table: Option<Spanned<String>>,
    },
    /// `sc-inc-gpc(IDX,SLOT)`, `sc-inc-gpc0(SLOT)`
    IncrementCounter {
        slot: u8,
        index: u32,
    },
    /// `sc-set-gpt(IDX,SLOT) VALUE`
    SetTag {
        slot: u8,
        index: u32,
        value: TagValue,
    },
    /// `set-map(FILE) KEY VALUE`, `del-map(FILE) KEY`, `add-acl(FILE) KEY`, `del-acl(FILE) KEY`
    ChangePatterns {
        file: Spanned<String>,
        change: PatternChange,
        key: Format,
        value: Option<Format>,
    },
    SetLogLevel(Spanned<String>),
    SetSrc(Sample),
    SetSrcPort(Sample),
    Exchange(ExchangeEffect),
}

#[derive(Debug, Clone, PartialEq)]
pub enum TagValue {
    Number(u32),
    Sample(Sample),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternChange {
    SetMap,
    DelMap,
    AddAcl,
    DelAcl,
}

impl PatternChange {
    /// Entries of the file have values.
    pub fn of_map(self) -> bool {
        matches!(self, Self::SetMap | Self::DelMap)
    }
}
