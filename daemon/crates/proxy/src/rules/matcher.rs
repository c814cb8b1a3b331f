//! Patterns of ACLs.

use super::sample::Value;
use config::haproxy::model::{IntTest, IpNet, MatchKind};
use regex::bytes::{Regex, RegexBuilder};

#[derive(Debug)]
pub enum Matcher {
    Bool,
    Found,
    Int(Vec<IntTest>),
    Length(Vec<IntTest>),
    Ip(Vec<IpNet>),
    Text {
        kind: TextKind,
        patterns: Vec<Vec<u8>>,
        ignore_case: bool,
    },
    Reg(Vec<Regex>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind {
    Exact,
    Beg,
    End,
    Sub,
    Dir,
    Dom,
}

impl Matcher {
    pub fn compile(kind: &MatchKind, ignore_case: bool) -> Result<Self, String> {
        let text = |kind, patterns: &[String]| {
            let fold = |p: &String| {
                if ignore_case {
                    p.to_ascii_lowercase()
                } else {
                    p.clone()
                }
            };
            let patterns = patterns.iter().map(|p| fold(p).into_bytes()).collect();
            Self::Text {
                kind,
                patterns,
                ignore_case,
            }
        };
        Ok(match kind {
            MatchKind::Bool => Self::Bool,
            MatchKind::Found => Self::Found,
            MatchKind::Int(tests) => Self::Int(tests.clone()),
            MatchKind::Length(tests) => Self::Length(tests.clone()),
            MatchKind::Ip(nets) => Self::Ip(nets.clone()),
            MatchKind::Str(p) => text(TextKind::Exact, p),
            MatchKind::Beg(p) => text(TextKind::Beg, p),
            MatchKind::End(p) => text(TextKind::End, p),
            MatchKind::Sub(p) => text(TextKind::Sub, p),
            MatchKind::Dir(p) => text(TextKind::Dir, p),
            MatchKind::Dom(p) => text(TextKind::Dom, p),
            MatchKind::Reg(p) => Self::Reg(
                p.iter()
                    .map(|p| regex(p, ignore_case))
                    .collect::<Result<_, _>>()?,
            ),
        })
    }

    pub fn matches(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Found => true,
            Self::Bool => value.truth(),
            Self::Int(tests) => value
                .int()
                .is_some_and(|n| tests.iter().any(|t| t.holds(n))),
            Self::Length(tests) => {
                let n = i64::try_from(value.text().len()).unwrap_or(i64::MAX);
                tests.iter().any(|t| t.holds(n))
            }
            Self::Ip(nets) => value
                .ip()
                .is_some_and(|ip| nets.iter().any(|net| net.contains(ip))),
            Self::Reg(regexes) => {
                let text = value.text();
                regexes.iter().any(|r| r.is_match(&text))
            }
            Self::Text {
                kind,
                patterns,
                ignore_case: false,
            } => {
                let text = value.text();
                patterns.iter().any(|p| kind.matches(&text, p))
            }
            Self::Text {
                kind,
                patterns,
                ignore_case: true,
            } => {
                let text = value.text().to_ascii_lowercase();
                patterns.iter().any(|p| kind.matches(&text, p))
            }
        }
    }
}

impl TextKind {
    fn matches(self, text: &[u8], pattern: &[u8]) -> bool {
        match self {
            Self::Exact => text == pattern,
            Self::Beg => text.starts_with(pattern),
            Self::End => text.ends_with(pattern),
            Self::Sub => pattern.is_empty() || text.windows(pattern.len()).any(|w| w == pattern),
            Self::Dir => whole_part(text, pattern, |b| b == b'/' || b == b'?'),
            Self::Dom => whole_part(text, pattern, |b| matches!(b, b'/' | b'?' | b'.' | b':')),
        }
    }
}

/// Whether `pattern`, less delimiters at its ends, occurs between two delimiters or ends.
fn whole_part(text: &[u8], pattern: &[u8], delimiter: impl Fn(u8) -> bool) -> bool {
    let Some(start) = pattern.iter().position(|b| !delimiter(*b)) else {
        return false;
    };
    let end = pattern
        .iter()
        .rposition(|b| !delimiter(*b))
        .map_or(start, |p| p + 1);
    let wanted = &pattern[start..end];
    text.windows(wanted.len()).enumerate().any(|(at, w)| {
        let before = at == 0 || delimiter(text[at - 1]);
        let after = text.get(at + wanted.len()).is_none_or(|b| delimiter(*b));
        w == wanted && before && after
    })
}

pub fn regex(pattern: &str, ignore_case: bool) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .case_insensitive(ignore_case)
        .unicode(false)
        .build()
        .map_err(|e| format!("regular expression '{pattern}': {e}"))
}
