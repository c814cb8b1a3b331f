//! Numbers, times, switches, addresses, commands.

use super::context::{Block, Context};
use super::lexer::Word;
use super::model::{Scope, Weight};
use super::tree::Node;
use crate::source::Spanned;
use std::fmt::Display;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// Seconds with up to six decimals, e.g. `1`, `0.1`, `.25`.
pub fn parse_seconds(text: &str) -> Option<Duration> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if (whole.is_empty() && part.is_empty())
        || part.len() > 6
        || !whole
            .bytes()
            .chain(part.bytes())
            .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let micros: u64 = if part.is_empty() {
        0
    } else {
        format!("{part:0<6}").parse().ok()?
    };
    Some(Duration::from_micros(
        whole.checked_mul(1_000_000)?.checked_add(micros)?,
    ))
}

impl Context<'_> {
    pub fn number_word<T>(&mut self, word: &Word, range: RangeInclusive<T>) -> Option<Spanned<T>>
    where
        T: FromStr + PartialOrd + Display,
    {
        match word.text.parse::<T>() {
            Ok(value) if range.contains(&value) => Some(Spanned::new(value, word.span)),
            _ => {
                let (low, high) = (range.start(), range.end());
                self.bad(
                    word,
                    &format!("a whole number from {low} to {high}"),
                    &format!("write a number from {low} to {high}"),
                );
                None
            }
        }
    }

    pub fn number<T>(
        &mut self,
        block: Block,
        node: &Node,
        range: RangeInclusive<T>,
    ) -> Option<Spanned<T>>
    where
        T: FromStr + PartialOrd + Display,
    {
        let example = format!("{} {}", node.keyword(), range.start());
        let word = self.one(block, node, &example)?;
        self.number_word(word, range)
    }

    pub fn seconds_word(&mut self, word: &Word) -> Option<Spanned<Duration>> {
        let time = parse_seconds(&word.text);
        if time.is_none() {
            self.bad(
                word,
                "a time in seconds",
                "write e.g. 1 or 0.25, without a unit",
            );
        }
        time.map(|time| Spanned::new(time, word.span))
    }

    pub fn seconds(&mut self, block: Block, node: &Node) -> Option<Spanned<Duration>> {
        let word = self.one(block, node, &format!("{} 1", node.keyword()))?;
        self.seconds_word(word)
    }

    /// `on|off|true|false|yes|no`; alone it is true.
    pub fn switch(&mut self, block: Block, node: &Node) -> bool {
        self.no_block(node);
        self.finish(block, node, 1);
        let Some(word) = node.args().first() else {
            return true;
        };
        match word.text.as_str() {
            "on" | "true" | "yes" => true,
            "off" | "false" | "no" => false,
            _ => {
                self.bad(word, "a switch", "write on or off, or nothing for on");
                true
            }
        }
    }

    pub fn ip_word(&mut self, word: &Word) -> Option<Spanned<IpAddr>> {
        let ip = word.text.parse().ok();
        if ip.is_none() {
            let bare = word.text.split('/').next().unwrap_or("");
            let help = if bare.parse::<IpAddr>().is_ok() {
                format!("write '{bare}', without a prefix length")
            } else {
                "write e.g. 10.0.0.11 or 2001:db8::11".to_owned()
            };
            self.bad(word, "an address", &help);
        }
        ip.map(|ip| Spanned::new(ip, word.span))
    }

    pub fn ip(&mut self, block: Block, node: &Node) -> Option<Spanned<IpAddr>> {
        let word = self.one(block, node, &format!("{} 10.0.0.11", node.keyword()))?;
        self.ip_word(word)
    }

    /// `N [reverse|noreverse]` behind the keyword `weight`.
    pub fn weight(&mut self, words: &[Word]) -> Option<Spanned<Weight>> {
        let value = self.number_word(words.first()?, -255i16..=255)?;
        if value.abs() > 253 {
            let message = format!(
                "a weight of {} goes beyond any priority; keepalived takes it as ±253",
                value.value
            );
            self.warning("keepalived/bad-weight", value.span, message)
                .suggest("write a number from -253 to 253");
        }
        let reverse = words.get(1).is_some_and(|word| word.text == "reverse");
        Some(value.map(|value| Weight {
            value: value.clamp(-253, 253),
            reverse,
        }))
    }

    /// `ADDR[/LEN]`
    pub fn network_word(&mut self, word: &Word) -> Option<Spanned<(IpAddr, Option<u8>)>> {
        let (host, prefix) = match word.text.split_once('/') {
            Some((host, prefix)) => (host, Some(prefix)),
            None => (word.text.as_str(), None),
        };
        let Ok(ip) = host.parse::<IpAddr>() else {
            self.bad(
                word,
                "an address",
                "write e.g. 10.0.0.100/24 or 2001:db8::100/64",
            );
            return None;
        };
        let most = if ip.is_ipv4() { 32 } else { 128 };
        let length = prefix.map(|prefix| prefix.parse().ok().filter(|length: &u8| *length <= most));
        if let Some(None) = length {
            self.bad(
                word,
                "a network",
                &format!("the prefix length is a number up to {most}"),
            );
            return None;
        }
        Some(Spanned::new((ip, length.flatten()), word.span))
    }
}

/// Scopes of rtnetlink by name or number.
pub fn scope(text: &str) -> Option<Scope> {
    Some(Scope(match text {
        "global" => 0,
        "site" => 200,
        "link" => 253,
        "host" => 254,
        "nowhere" => 255,
        number => number.parse().ok()?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_take_six_decimals_and_no_unit() {
        assert_eq!(parse_seconds("1"), Some(Duration::from_secs(1)));
        assert_eq!(parse_seconds(".25"), Some(Duration::from_millis(250)));
        assert_eq!(parse_seconds("0.000001"), Some(Duration::from_micros(1)));
        for wrong in [
            "",
            ".",
            "-1",
            "1s",
            "1.0000001",
            "1e3",
            "99999999999999999999",
        ] {
            assert_eq!(parse_seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn scopes_have_names_and_numbers() {
        assert_eq!(scope("link"), Some(Scope(253)));
        assert_eq!(scope("7"), Some(Scope(7)));
        assert_eq!(scope("256"), None);
    }
}
