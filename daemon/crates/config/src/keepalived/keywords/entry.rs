//! A line of a route or a rule, word by word: names, and what stands behind them.

use super::names::{self, Names};
use crate::keepalived::context::{Context, owned};
use crate::keepalived::lexer::Word;
use crate::keepalived::model::Network;
use crate::keepalived::tree::Node;
use crate::registry;
use crate::source::Spanned;
use crate::suggest::nearest;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest interface name of the kernel (IFNAMSIZ − 1).
const LONGEST_NAME: usize = 15;

pub struct Entry<'w> {
    /// The group of the support table that knows its words.
    pub group: &'static str,
    words: &'w [Word],
    at: usize,
    /// The family that was said (`inet`, `inet6`).
    pub ipv6: Option<bool>,
    /// A word was not known, so that the line may mean something else.
    pub failed: bool,
}

impl<'w> Entry<'w> {
    pub fn new(group: &'static str, node: &'w Node) -> Self {
        let said = |word: &Word| match word.text.as_str() {
            "inet6" => Some(true),
            "inet" => Some(false),
            _ => None,
        };
        Self {
            group,
            words: &node.words,
            at: 0,
            ipv6: node.words.iter().find_map(said),
            failed: false,
        }
    }

    pub fn next(&mut self) -> Option<&'w Word> {
        let word = self.words.get(self.at)?;
        self.at += 1;
        Some(word)
    }

    /// The next word, left where it is.
    pub fn peek(&self) -> Option<&'w str> {
        self.words.get(self.at).map(|word| word.text.as_str())
    }

    /// Takes the next word when it is this one.
    pub fn take(&mut self, text: &str) -> bool {
        let found = self.words.get(self.at).is_some_and(|it| it.text == text);
        self.at += usize::from(found);
        found
    }

    /// What stands behind a name.
    pub fn value(&mut self, cx: &mut Context<'_>, name: &Word) -> Option<&'w Word> {
        let value = self.next();
        if value.is_none() {
            let message = format!("'{}' needs a value", name.text);
            cx.error("keepalived/missing-value", name.span.after(), message)
                .suggest(format!("see '{}' in ip-route(8) and ip-rule(8)", name.text));
        }
        value
    }

    pub fn number(&mut self, cx: &mut Context<'_>, name: &Word, most: u64) -> Option<u64> {
        let word = self.value(cx, name)?;
        let found = names::number(&word.text).filter(|number| *number <= most);
        if found.is_none() {
            cx.bad(
                word,
                "a number",
                &format!("write a number from 0 to {most}"),
            );
        }
        found
    }

    pub fn u32(&mut self, cx: &mut Context<'_>, name: &Word) -> Option<u32> {
        let found = self.number(cx, name, u64::from(u32::MAX))?;
        u32::try_from(found).ok()
    }

    pub fn named(&mut self, cx: &mut Context<'_>, name: &Word, names: Names) -> Option<u32> {
        let word = self.value(cx, name)?;
        let found = names.number(cx, &word.text);
        if found.is_none() {
            cx.bad(word, names.what, names.example);
        }
        found
    }

    pub fn byte(&mut self, cx: &mut Context<'_>, name: &Word, names: Names) -> Option<u8> {
        let word = self.value(cx, name)?;
        let found = names.number(cx, &word.text);
        let found = found.and_then(|number| u8::try_from(number).ok());
        if found.is_none() {
            cx.bad(word, names.what, names.example);
        }
        found
    }

    /// `[SOURCE/]DESTINATION`, the source in the upper half.
    pub fn realms(&mut self, cx: &mut Context<'_>, name: &Word) -> Option<u32> {
        let word = self.value(cx, name)?;
        let (from, to) = word.text.split_once('/').unwrap_or(("0", &word.text));
        let one = |text: &str| {
            let number = names::REALMS.number(cx, text);
            number.filter(|number| *number <= 0xffff)
        };
        let found = one(from).zip(one(to)).map(|(from, to)| from << 16 | to);
        if found.is_none() {
            cx.bad(word, names::REALMS.what, names::REALMS.example);
        }
        found
    }

    pub fn interface(&mut self, cx: &mut Context<'_>, name: &Word) -> Option<Spanned<String>> {
        let word = self.value(cx, name)?;
        if word.text.len() > LONGEST_NAME || word.text.contains('/') {
            cx.bad(
                word,
                "the name of an interface",
                "write at most 15 characters",
            );
            return None;
        }
        Some(owned(word))
    }

    pub fn address(&mut self, cx: &mut Context<'_>, name: &Word) -> Option<IpAddr> {
        let word = self.value(cx, name)?;
        cx.ip_word(word).map(|ip| ip.value)
    }

    pub fn network(&mut self, cx: &mut Context<'_>, name: &Word) -> Option<Network> {
        let word = self.value(cx, name)?;
        self.network_of(cx, word)
    }

    /// `ADDR[/LEN]`, `default` or `all`; host bits are cut off, as a route has none.
    pub fn network_of(&self, cx: &mut Context<'_>, word: &Word) -> Option<Network> {
        if matches!(word.text.as_str(), "default" | "all" | "any") {
            return Some(if self.is_ipv6() {
                (IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0)
            } else {
                (IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0)
            });
        }
        let (ip, prefix) = cx.network_word(word)?.value;
        Some((ip, prefix.unwrap_or(if ip.is_ipv4() { 32 } else { 128 })))
    }

    /// As said, or as the first address on the line; IPv4 when there is none.
    pub fn is_ipv6(&self) -> bool {
        let address = |word: &Word| {
            let host = word.text.split('/').next().unwrap_or("");
            host.parse::<IpAddr>().ok().map(|ip| ip.is_ipv6())
        };
        let seen = || self.words.iter().find_map(address);
        self.ipv6.or_else(seen).unwrap_or(false)
    }

    /// The whole line, as one text.
    pub fn text(&self) -> Spanned<String> {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        let span = match (self.words.first(), self.words.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => crate::source::Span::default(),
        };
        Spanned::new(words.join(" "), span)
    }

    /// A word that is no part of the language.
    pub fn unknown(&mut self, cx: &mut Context<'_>, word: &Word) {
        self.failed = true;
        let table = registry::keepalived();
        let severity = cx.refusal_severity();
        let message = format!("unknown word '{}' in {}", word.text, self.group);
        let near = nearest(&word.text, table.keywords(self.group));
        let found = cx
            .diagnostics
            .add(severity, "keepalived/unknown-keyword", word.span, message);
        if let Some(near) = near {
            found.suggest(format!("did you mean '{near}'?"));
        }
    }

    /// Says what there is to say about a word that is known; false when it is refused.
    pub fn status(&self, cx: &mut Context<'_>, word: &Word) -> bool {
        let entry = registry::keepalived().find(self.group, &word.text);
        let Some(registry::Status::NotYet(why)) = entry.map(|entry| entry.status) else {
            return true;
        };
        let severity = cx.refusal_severity();
        let message = format!("'{}' in {} is not supported yet", word.text, self.group);
        cx.diagnostics
            .add(severity, "keepalived/not-yet", word.span, message)
            .suggest(why);
        false
    }
}
