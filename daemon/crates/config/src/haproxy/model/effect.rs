//! What rules of any kind can do besides deciding: variables, captures, counters.

use super::{ExchangeEffect, Format, HttpAction, Proxy, Sample, TcpAction};
use crate::source::Spanned;

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// `set-var(SCOPE.NAME) EXPR`, as written.
    SetVar {
        name: Spanned<String>,
        conditions: Vec<VariableCondition>,
        value: Sample,
    },
    /// `set-var-fmt(SCOPE.NAME) FORMAT`
    SetVarFormat {
        name: Spanned<String>,
        conditions: Vec<VariableCondition>,
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
    SetDst(Sample),
    SetDstPort(Sample),
    Exchange(ExchangeEffect),
}

/// `do-resolve(VARIABLE,RESOLVERS[,ipv4|ipv6]) EXPR`: the address of a name into a variable; whoever
/// asks waits for the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct DoResolve {
    pub variable: Spanned<String>,
    pub resolvers: Spanned<String>,
    /// IPv4 is asked for first; else IPv6 is.
    pub prefers_ipv4: bool,
    pub name: Sample,
}

impl Proxy {
    /// All rules that ask for names.
    pub fn names_asked_for(&self) -> impl Iterator<Item = &DoResolve> {
        let http = self
            .http_request
            .iter()
            .filter_map(|rule| match &rule.action.value {
                HttpAction::Resolve(resolve) => Some(resolve),
                _ => None,
            });
        let tcp = self
            .tcp_rules
            .iter()
            .filter_map(|rule| match &rule.action.value {
                TcpAction::Resolve(resolve) => Some(resolve),
                _ => None,
            });
        http.chain(tcp)
    }
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

/// When `set-var(SCOPE.NAME,CONDITION…)` sets: about the variable as it is, and the new value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableCondition {
    Exists,
    NotExists,
    Empty,
    NotEmpty,
    Set,
    NotSet,
    /// The variable is greater than the value.
    Greater,
    Less,
}

impl VariableCondition {
    pub const NAMES: [(&'static str, Self); 8] = [
        ("ifexists", Self::Exists),
        ("ifnotexists", Self::NotExists),
        ("ifempty", Self::Empty),
        ("ifnotempty", Self::NotEmpty),
        ("ifset", Self::Set),
        ("ifnotset", Self::NotSet),
        ("ifgt", Self::Greater),
        ("iflt", Self::Less),
    ];

    pub fn of(name: &str) -> Option<Self> {
        let mut all = Self::NAMES.iter();
        all.find(|(known, _)| *known == name).map(|(_, it)| *it)
    }
}
