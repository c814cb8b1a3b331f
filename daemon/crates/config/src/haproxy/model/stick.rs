//! Stick tables and the rules that keep clients on their servers by them.

use super::{Condition, Sample};
use crate::source::Spanned;
use std::time::Duration;

/// `stick-table type KIND [len N] size N [expire T] [nopurge] [store …]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StickTable {
    pub key: Spanned<TableKey>,
    pub size: u64,
    /// Entries unused for so long are dropped.
    pub expire: Option<Duration>,
    /// A full table takes nothing new instead of dropping its oldest entries.
    pub nopurge: bool,
    pub store: Vec<Store>,
    /// The `peers` section by which it is shared.
    pub peers: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableKey {
    Ip,
    Ipv6,
    Integer,
    /// Longest key.
    String(u32),
    Binary(u32),
}

impl TableKey {
    /// As behind `type` of a `stick-table` line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Ipv6 => "ipv6",
            Self::Integer => "integer",
            Self::String(_) => "string",
            Self::Binary(_) => "binary",
        }
    }
}

/// One thing that each entry keeps; rates with their period.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Store {
    pub name: &'static str,
    pub period: Option<Duration>,
    /// Elements of `gpc(N)`, `gpt(N)`, `gpc_rate(N,T)`.
    pub count: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StickRule {
    pub kind: StickKind,
    pub key: Sample,
    pub table: Option<Spanned<String>>,
    pub condition: Option<Condition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StickKind {
    /// `match` and `store-request`
    On,
    Match,
    StoreRequest,
    StoreResponse,
}
