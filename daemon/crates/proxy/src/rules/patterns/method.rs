//! How patterns are compared.

use config::haproxy::model::MatchKind;

/// How patterns are compared; `-i` folds the case of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    pub kind: Kind,
    pub ignore_case: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Exact,
    Bin,
    Beg,
    End,
    Sub,
    Dir,
    Dom,
    Reg,
    Int,
    Len,
    Ip,
}

impl Kind {
    /// As `-m` and the names of map converters have it.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "" | "str" => Self::Exact,
            "bin" => Self::Bin,
            "beg" => Self::Beg,
            "end" => Self::End,
            "sub" => Self::Sub,
            "dir" => Self::Dir,
            "dom" => Self::Dom,
            "reg" | "regm" => Self::Reg,
            "int" => Self::Int,
            "len" => Self::Len,
            "ip" => Self::Ip,
            _ => return None,
        })
    }

    /// As `get map` and `get acl` have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "str",
            Self::Bin => "bin",
            Self::Beg => "beg",
            Self::End => "end",
            Self::Sub => "sub",
            Self::Dir => "dir",
            Self::Dom => "dom",
            Self::Reg => "reg",
            Self::Int => "int",
            Self::Len => "len",
            Self::Ip => "ip",
        }
    }

    /// `None` for tests that have no patterns.
    pub fn of_match(kind: &MatchKind) -> Option<Self> {
        Some(match kind {
            MatchKind::Bool | MatchKind::Found => return None,
            MatchKind::Str(_) => Self::Exact,
            MatchKind::Bin(_) => Self::Bin,
            MatchKind::Beg(_) => Self::Beg,
            MatchKind::End(_) => Self::End,
            MatchKind::Sub(_) => Self::Sub,
            MatchKind::Dir(_) => Self::Dir,
            MatchKind::Dom(_) => Self::Dom,
            MatchKind::Reg(_) => Self::Reg,
            MatchKind::Int(_) => Self::Int,
            MatchKind::Length(_) => Self::Len,
            MatchKind::Ip(_) => Self::Ip,
        })
    }

    pub(super) fn empty(self) -> MatchKind {
        match self {
            Self::Exact => MatchKind::Str(Vec::new()),
            Self::Bin => MatchKind::Bin(Vec::new()),
            Self::Beg => MatchKind::Beg(Vec::new()),
            Self::End => MatchKind::End(Vec::new()),
            Self::Sub => MatchKind::Sub(Vec::new()),
            Self::Dir => MatchKind::Dir(Vec::new()),
            Self::Dom => MatchKind::Dom(Vec::new()),
            Self::Reg => MatchKind::Reg(Vec::new()),
            Self::Int => MatchKind::Int(Vec::new()),
            Self::Len => MatchKind::Length(Vec::new()),
            Self::Ip => MatchKind::Ip(Vec::new()),
        }
    }
}
