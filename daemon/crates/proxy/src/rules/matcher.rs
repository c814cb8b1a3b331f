//! Patterns of ACLs.

use super::patterns::{Index, Kind, Method, View};
use super::search::{contains, contains_whole, is_same};
use super::value::Value;
use config::haproxy::model::{IntTest, IpNet, MatchKind};
use regex::bytes::{Regex, RegexBuilder};
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

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
    /// Many exact patterns, as a file has them.
    Set {
        patterns: HashSet<Vec<u8>>,
        ignore_case: bool,
    },
    /// Many networks: for each prefix length those of it, host bits cleared.
    Networks(Vec<(u8, HashSet<IpAddr>)>),
    Bin(Vec<Vec<u8>>),
    Reg(Vec<Regex>),
    /// Many beginnings, ends or parts.
    Indexed(Box<Index>),
    /// Files that rules change, beside patterns of the line.
    Changing(Box<Matcher>, Vec<Arc<View>>),
}

/// From so many patterns on a set is looked into instead of a list walked over.
const MANY: usize = 8;

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
            let patterns = patterns.iter().map(|p| fold(p).into_bytes());
            if kind == TextKind::Exact && patterns.len() >= MANY {
                return Self::Set {
                    patterns: patterns.collect(),
                    ignore_case,
                };
            }
            let patterns = patterns.collect();
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
            MatchKind::Ip(nets) if nets.len() >= MANY => Self::Networks(by_prefix(nets)),
            MatchKind::Ip(nets) => Self::Ip(nets.clone()),
            MatchKind::Bin(list) => Self::Bin(list.clone()),
            MatchKind::Beg(p) | MatchKind::End(p) | MatchKind::Dir(p) | MatchKind::Dom(p)
                if p.len() >= MANY =>
            {
                indexed(kind, p, ignore_case)?
            }
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
            Self::Indexed(index) => index.find(value).is_some(),
            Self::Changing(own, files) => {
                own.matches(value) || files.iter().any(|view| view.content().holds(value))
            }
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
            Self::Networks(networks) => value.ip().is_some_and(|ip| {
                let ip = ip.to_canonical();
                let hit =
                    |(prefix, set): &(u8, HashSet<IpAddr>)| set.contains(&network_of(ip, *prefix));
                networks.iter().any(hit)
            }),
            Self::Bin(list) => {
                let text = value.text();
                list.iter().any(|pattern| **pattern == *text)
            }
            Self::Set {
                patterns,
                ignore_case: false,
            } => patterns.contains(&*value.text()),
            Self::Set {
                patterns,
                ignore_case: true,
            } => patterns.contains(&value.text().to_ascii_lowercase()),
            Self::Reg(regexes) => {
                let text = value.text();
                regexes.iter().any(|r| r.is_match(&text))
            }
            Self::Text {
                kind,
                patterns,
                ignore_case,
            } => {
                let text = value.text();
                let hit = |p: &Vec<u8>| kind.matches(&text, p, *ignore_case);
                patterns.iter().any(hit)
            }
        }
    }
}

fn indexed(kind: &MatchKind, patterns: &[String], ignore_case: bool) -> Result<Matcher, String> {
    let kind = Kind::of_match(kind).unwrap_or(Kind::Exact);
    let mut index = Index::new(Method { kind, ignore_case });
    for (entry, pattern) in (0..).zip(patterns) {
        index.insert(pattern, entry)?;
    }
    Ok(Matcher::Indexed(Box::new(index)))
}

fn by_prefix(nets: &[IpNet]) -> Vec<(u8, HashSet<IpAddr>)> {
    let mut all: Vec<(u8, HashSet<IpAddr>)> = Vec::new();
    for net in nets {
        let address = network_of(net.address, net.prefix);
        match all.iter_mut().find(|(prefix, _)| *prefix == net.prefix) {
            Some((_, set)) => drop(set.insert(address)),
            None => all.push((net.prefix, HashSet::from([address]))),
        }
    }
    all
}

/// The address with its host bits cleared.
pub(super) fn network_of(ip: IpAddr, prefix: u8) -> IpAddr {
    match ip {
        IpAddr::V4(v4) => {
            let mask = u32::MAX
                .checked_shl(32u32.saturating_sub(prefix.into()))
                .unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX
                .checked_shl(128u32.saturating_sub(prefix.into()))
                .unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

impl TextKind {
    /// With `any_case` patterns are in lower case, the text however it is.
    fn matches(self, text: &[u8], pattern: &[u8], any_case: bool) -> bool {
        let same = |part: Option<&[u8]>| part.is_some_and(|part| is_same(part, pattern, any_case));
        match self {
            Self::Exact => is_same(text, pattern, any_case),
            Self::Beg => same(text.get(..pattern.len())),
            Self::End => {
                let start = text.len().checked_sub(pattern.len());
                same(start.and_then(|start| text.get(start..)))
            }
            Self::Sub => contains(text, pattern, any_case),
            Self::Dir => contains_whole(text, pattern, any_case, delimits_directory),
            Self::Dom => contains_whole(text, pattern, any_case, delimits_domain),
        }
    }
}

pub(super) fn delimits_directory(b: u8) -> bool {
    matches!(b, b'/' | b'?')
}

pub(super) fn delimits_domain(b: u8) -> bool {
    matches!(b, b'/' | b'?' | b'.' | b':')
}

pub fn regex(pattern: &str, ignore_case: bool) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .case_insensitive(ignore_case)
        .unicode(false)
        .build()
        .map_err(|e| {
            // The pattern with a mark below it stands in front of what is wrong.
            let text = e.to_string();
            let why = text.lines().last().unwrap_or_default();
            let why = why.trim_start_matches("error: ");
            format!("regular expression '{pattern}': {why}")
        })
}

/// `\1` of the configuration language as the regex crate's `${1}`; its own `$` is escaped.
pub fn backslash_references(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.iter().copied().peekable();
    while let Some(b) = bytes.next() {
        match (b, bytes.peek().copied()) {
            (b'\\', Some(d @ b'0'..=b'9')) => {
                bytes.next();
                out.extend_from_slice(&[b'$', b'{', d, b'}']);
            }
            (b'$', _) => out.extend_from_slice(b"$$"),
            _ => out.push(b),
        }
    }
    out
}
