//! `virtual_ipaddress { … }` and its like: one entry on each line.

use crate::keepalived::context::{Context, owned};
use crate::keepalived::lexer::Word;
use crate::keepalived::model::{Broadcast, Vip};
use crate::keepalived::tree::Node;
use crate::keepalived::values::scope;
use crate::registry::{self, Status};
use crate::source::Spanned;
use crate::suggest::nearest;
use std::net::IpAddr;

/// Longest label and interface name of the kernel (IFNAMSIZ − 1).
const LONGEST_NAME: usize = 15;

pub fn read(cx: &mut Context<'_>, node: &Node) -> Vec<Vip> {
    if let Some(extra) = node.args().first() {
        let message = format!(
            "'{}' stands in front of the braces and is ignored",
            extra.text
        );
        cx.error("keepalived/extra-words", extra.span, message)
            .suggest("write the addresses between the braces, one on each line");
    }
    node.children()
        .iter()
        .filter_map(|entry| address(cx, entry))
        .collect()
}

fn address(cx: &mut Context<'_>, entry: &Node) -> Option<Vip> {
    cx.no_block(entry);
    let word = entry.words.first()?;
    let found = cx.network_word(word)?;
    let (ip, prefix) = found.value;
    let most = if ip.is_ipv4() { 32 } else { 128 };
    let mut vip = Vip {
        address: Spanned::new(ip, word.span),
        prefix: prefix.unwrap_or(most),
        interface: None,
        broadcast: None,
        scope: None,
        label: None,
        peer: None,
        no_track: false,
        dad: false,
        home: false,
        mngtmpaddr: false,
        noprefixroute: false,
        autojoin: false,
        preferred_lifetime: None,
        track_group: None,
    };
    let mut rest = entry.args();
    while let Some((word, more)) = rest.split_first() {
        let taken = parameter(cx, &mut vip, word, more)?;
        rest = &more[taken..];
    }
    Some(vip)
}

/// Reads one parameter; how many words it took behind its name. `None` = the line is given up.
fn parameter(cx: &mut Context<'_>, vip: &mut Vip, word: &Word, more: &[Word]) -> Option<usize> {
    status(cx, word);
    match word.text.as_str() {
        "no_track" => vip.no_track = true,
        "-nodad" => vip.dad = true,
        "nodad" => vip.dad = false,
        "home" => vip.home = true,
        "mngtmpaddr" => vip.mngtmpaddr = true,
        "noprefixroute" => vip.noprefixroute = true,
        "autojoin" => vip.autojoin = true,
        "dev" | "label" | "brd" | "broadcast" | "scope" | "peer" | "preferred_lft"
        | "track_group" => {
            let Some(value) = more.first() else {
                let message = format!("'{}' needs a value", word.text);
                cx.error("keepalived/missing-value", word.span.after(), message)
                    .suggest("write e.g. 10.0.0.100/24 dev eth0 label eth0:1");
                return None;
            };
            with_value(cx, vip, word, value);
            return Some(1);
        }
        _ => {
            unknown(cx, word);
            return Some(more.len());
        }
    }
    Some(0)
}

/// Says what there is to say about a parameter that is read.
fn status(cx: &mut Context<'_>, word: &Word) {
    let entry = registry::keepalived().find("virtual_ipaddress", &word.text);
    match entry.map(|entry| entry.status) {
        Some(Status::Accepted(why)) => {
            let message = format!("'{}' is accepted but has no effect: {why}", word.text);
            cx.diagnostics
                .note("keepalived/no-effect", word.span, message);
        }
        Some(Status::NotYet(why)) if word.text == "track_group" => not_yet(cx, word, why),
        _ => {}
    }
}

fn not_yet(cx: &mut Context<'_>, word: &Word, why: &str) {
    let severity = cx.refusal_severity();
    let message = format!("'{}' of an address is not supported yet", word.text);
    cx.diagnostics
        .add(severity, "keepalived/not-yet", word.span, message)
        .suggest(why);
}

fn with_value(cx: &mut Context<'_>, vip: &mut Vip, word: &Word, value: &Word) {
    match word.text.as_str() {
        "dev" => vip.interface = short_name(cx, value),
        "label" => {
            if vip.address.is_ipv6() {
                let message = "IPv6 addresses have no label".to_owned();
                cx.warning("keepalived/bad-value", value.span, message)
                    .suggest("remove it");
            }
            vip.label = short_name(cx, value);
        }
        "brd" | "broadcast" => {
            vip.broadcast = match (value.text.as_str(), value.text.parse()) {
                ("+", _) => Some(Broadcast::AllOnes),
                ("-", _) => Some(Broadcast::AllZeros),
                (_, Ok(ip)) => Some(Broadcast::Address(ip)),
                _ => {
                    cx.bad(
                        value,
                        "an IPv4 broadcast address",
                        "write an address, + or -",
                    );
                    None
                }
            };
        }
        "scope" => {
            let found = scope(&value.text);
            if found.is_none() {
                cx.bad(
                    value,
                    "a scope",
                    "write global, site, link, host or nowhere",
                );
            }
            vip.scope = found.map(|scope| Spanned::new(scope, value.span));
        }
        "peer" => {
            vip.peer = cx.network_word(value).map(|peer| {
                peer.map(|(ip, prefix)| (ip, prefix.unwrap_or(if ip.is_ipv4() { 32 } else { 128 })))
            });
        }
        "preferred_lft" => {
            vip.preferred_lifetime = match value.text.as_str() {
                "forever" => Some(Spanned::new(u32::MAX, value.span)),
                _ => cx.number_word(value, 0..=u32::MAX),
            };
        }
        _ => vip.track_group = Some(owned(value)),
    }
}

fn short_name(cx: &mut Context<'_>, word: &Word) -> Option<Spanned<String>> {
    if word.text.len() > LONGEST_NAME {
        let message = format!(
            "'{}' is longer than the kernel's {LONGEST_NAME} characters",
            word.text
        );
        cx.error("keepalived/bad-value", word.span, message)
            .suggest("shorten it");
        return None;
    }
    Some(owned(word))
}

/// A second address on a line is lost in keepalived; anything else is not known.
fn unknown(cx: &mut Context<'_>, word: &Word) {
    let host = word.text.split('/').next().unwrap_or("");
    let table = registry::keepalived();
    if host.parse::<IpAddr>().is_ok() {
        let message = format!(
            "the address {} stands behind another and would be lost",
            word.text
        );
        cx.error("keepalived/second-entry", word.span, message)
            .suggest("write each address on a line of its own");
        return;
    }
    if let Some(entry) = table.find("virtual_ipaddress", &word.text)
        && let Status::NotYet(why) = entry.status
    {
        not_yet(cx, word, why);
        return;
    }
    let message = format!("unknown parameter '{}' of an address", word.text);
    let severity = cx.refusal_severity();
    let near = nearest(&word.text, table.keywords("virtual_ipaddress"));
    let found = cx
        .diagnostics
        .add(severity, "keepalived/unknown-keyword", word.span, message);
    if let Some(near) = near {
        found.suggest(format!("did you mean '{near}'?"));
    }
}
