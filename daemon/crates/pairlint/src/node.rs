//! One side of the comparison: a parsed file, its name, and what is known of its machine.

use crate::facts::Facts;
use config::keepalived::Config;
use config::keepalived::model::{Instance, SyncGroup};
use config::{Parsed, Span};
use std::net::IpAddr;

pub struct Node<'a> {
    /// How messages call it: the path as given, or the configuration id.
    pub label: String,
    pub parsed: &'a Parsed<Config>,
    pub facts: Facts<'a>,
}

impl Node<'_> {
    pub fn config(&self) -> &Config {
        &self.parsed.config
    }

    /// `span`, or the instance's name for a value that nobody wrote.
    pub fn place(instance: &Instance, span: Span) -> Span {
        if span == Span::default() {
            instance.name.span
        } else {
            span
        }
    }

    /// Where a keyword without a value of its own stands in an instance; its name if nowhere.
    pub fn keyword(&self, instance: &Instance, keyword: &str) -> Span {
        let from = instance.name.span;
        let text = self.parsed.sources.text(from.file);
        let start = from.end() as usize;
        let rest = text.get(start..).unwrap_or("");
        let end = rest.find("vrrp_instance").unwrap_or(rest.len());
        word(from, &rest[..end], start, keyword).unwrap_or(from)
    }

    /// The group that an instance belongs to.
    pub fn group(&self, instance: &Instance) -> Option<&SyncGroup> {
        let of = |group: &&SyncGroup| group.members.iter().any(|m| m.value == instance.name.value);
        self.config().sync_groups.iter().find(of)
    }

    /// Where the adverts of an instance come from: as written, else the first address of the
    /// interface if the machine's addresses are known.
    pub fn source(&self, instance: &Instance) -> Option<IpAddr> {
        if let Some(source) = instance.source {
            return Some(source.value);
        }
        self.facts
            .first_address(&instance.interface.value, instance.is_ipv6())
    }
}

fn word(file: Span, text: &str, offset: usize, keyword: &str) -> Option<Span> {
    let mut at = offset;
    for line in text.split_inclusive('\n') {
        let code = line.split(['#', '!']).next().unwrap_or("");
        let found = code.match_indices(keyword).find(|(start, _)| {
            let before = code[..*start].chars().next_back();
            let after = code[start + keyword.len()..].chars().next();
            let apart = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || c == '_'));
            apart(before) && apart(after)
        });
        if let Some((start, _)) = found {
            return Some(Span::new(file.file, at + start, at + start + keyword.len()));
        }
        at += line.len();
    }
    None
}
