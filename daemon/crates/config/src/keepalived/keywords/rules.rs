//! `virtual_rules { … }`, `static_rules { … }`: ip-rule(8), one rule on each line.

use super::entry::Entry;
use super::names;
use super::route_checks::{group_and_track, refuse};
use crate::keepalived::context::{Context, owned};
use crate::keepalived::lexer::Word;
use crate::keepalived::model::{Rule, RuleAction};
use crate::keepalived::tree::Node;

/// keepalived's own number among the makers of rules.
const KEEPALIVED: u8 = 18;

pub fn read(cx: &mut Context<'_>, node: &Node, fixed: bool) -> Vec<Rule> {
    let entries = node.children().iter();
    entries.filter_map(|entry| rule(cx, entry, fixed)).collect()
}

fn rule(cx: &mut Context<'_>, node: &Node, fixed: bool) -> Option<Rule> {
    cx.no_block(node);
    let mut entry = Entry::new("virtual_rules", node);
    let mut rule = empty(&entry);
    let mut action = None;
    while let Some(word) = entry.next() {
        if !entry.status(cx, word) {
            return None;
        }
        if !selector(cx, &mut entry, &mut rule, word)? && !ports(cx, &mut entry, &mut rule, word)? {
            act(cx, &mut entry, &mut rule, &mut action, word)?;
        }
    }
    // An unknown word may have been the important one; it is said already.
    if entry.failed {
        return None;
    }
    finish(cx, rule, action, fixed)
}

fn empty(entry: &Entry<'_>) -> Rule {
    Rule {
        text: entry.text(),
        ipv6: entry.is_ipv6(),
        inverted: false,
        from: None,
        to: None,
        tos: 0,
        mark: None,
        input: None,
        output: None,
        preference: None,
        action: RuleAction::Nop,
        l3mdev: false,
        users: None,
        ip_protocol: None,
        source_ports: None,
        destination_ports: None,
        realms: None,
        tunnel: None,
        suppress_prefix_length: None,
        suppress_group: None,
        protocol: None,
        no_track: false,
        track_group: None,
    }
}

/// Which packets. False when the word is none of these, `None` when the line is given up.
fn selector(
    cx: &mut Context<'_>,
    entry: &mut Entry<'_>,
    rule: &mut Rule,
    word: &Word,
) -> Option<bool> {
    match word.text.as_str() {
        "inet" | "inet6" => {}
        "not" => rule.inverted = true,
        "from" => rule.from = Some(entry.network(cx, word)?),
        "to" => rule.to = Some(entry.network(cx, word)?),
        "tos" | "dsfield" => rule.tos = entry.byte(cx, word, names::SERVICES)?,
        "fwmark" => rule.mark = Some(mark(cx, entry, word)?),
        "iif" | "dev" => rule.input = Some(entry.interface(cx, word)?),
        "oif" => rule.output = Some(entry.interface(cx, word)?),
        "l3mdev" => rule.l3mdev = true,
        "tun_id" => rule.tunnel = Some(entry.number(cx, word, u64::MAX)?),
        "uidrange" => rule.users = Some(range(cx, entry, word)?),
        _ => return Some(false),
    }
    Some(true)
}

fn ports(
    cx: &mut Context<'_>,
    entry: &mut Entry<'_>,
    rule: &mut Rule,
    word: &Word,
) -> Option<bool> {
    match word.text.as_str() {
        "ipproto" | "ip_proto" => rule.ip_protocol = Some(protocol(cx, entry, word)?),
        "sport" => rule.source_ports = Some(range(cx, entry, word)?),
        "dport" => rule.destination_ports = Some(range(cx, entry, word)?),
        _ => return Some(false),
    }
    Some(true)
}

/// What happens to them, and what else there is.
fn act(
    cx: &mut Context<'_>,
    entry: &mut Entry<'_>,
    rule: &mut Rule,
    action: &mut Option<RuleAction>,
    word: &Word,
) -> Option<()> {
    match word.text.as_str() {
        "preference" | "priority" | "order" => rule.preference = Some(entry.u32(cx, word)?),
        "table" | "lookup" => {
            *action = Some(RuleAction::Table(entry.named(cx, word, names::TABLES)?));
        }
        "goto" => *action = Some(RuleAction::Goto(entry.u32(cx, word)?)),
        "nop" => *action = Some(RuleAction::Nop),
        "blackhole" => *action = Some(RuleAction::Blackhole),
        "unreachable" => *action = Some(RuleAction::Unreachable),
        "prohibit" => *action = Some(RuleAction::Prohibit),
        "realms" => rule.realms = Some(entry.realms(cx, word)?),
        "suppress_prefixlength" | "suppress_prefixlen" | "sup_pl" => {
            rule.suppress_prefix_length = Some(u32::try_from(entry.number(cx, word, 128)?).ok()?);
        }
        "suppress_ifgroup" | "suppress_group" | "sup_group" => {
            rule.suppress_group = Some(entry.named(cx, word, names::GROUPS)?);
        }
        "protocol" => rule.protocol = Some(entry.byte(cx, word, names::PROTOCOLS)?),
        "no_track" => rule.no_track = true,
        "track_group" => rule.track_group = Some(owned(entry.value(cx, word)?)),
        _ => entry.unknown(cx, word),
    }
    Some(())
}

/// `MARK[/MASK]`
fn mark(cx: &mut Context<'_>, entry: &mut Entry<'_>, name: &Word) -> Option<(u32, Option<u32>)> {
    let word = entry.value(cx, name)?;
    let (mark, mask) = match word.text.split_once('/') {
        Some((mark, mask)) => (mark, Some(mask)),
        None => (word.text.as_str(), None),
    };
    let number = |text: &str| names::number(text).and_then(|it| u32::try_from(it).ok());
    let found = match (number(mark), mask.map(number)) {
        (Some(mark), None) => Some((mark, None)),
        (Some(mark), Some(Some(mask))) => Some((mark, Some(mask))),
        _ => None,
    };
    if found.is_none() {
        cx.bad(word, "a firewall mark", "write e.g. 7, 0x7 or 0x10/0xf0");
    }
    found
}

/// `FROM-TO`, or one number.
fn range<T: TryFrom<u64> + PartialOrd + Copy>(
    cx: &mut Context<'_>,
    entry: &mut Entry<'_>,
    name: &Word,
) -> Option<(T, T)> {
    let word = entry.value(cx, name)?;
    let (low, high) = word
        .text
        .split_once('-')
        .unwrap_or((&word.text, &word.text));
    let number = |text: &str| names::number(text).and_then(|it| T::try_from(it).ok());
    let found = number(low)
        .zip(number(high))
        .filter(|(low, high)| low <= high);
    if found.is_none() {
        cx.bad(word, "a range", "write two numbers as LOW-HIGH, or one");
    }
    found
}

fn protocol(cx: &mut Context<'_>, entry: &mut Entry<'_>, name: &Word) -> Option<u8> {
    let word = entry.value(cx, name)?;
    let found = match word.text.to_ascii_lowercase().as_str() {
        "icmp" => Some(1),
        "tcp" => Some(6),
        "udp" => Some(17),
        "ipv6-icmp" | "icmpv6" => Some(58),
        "sctp" => Some(132),
        other => names::number(other).and_then(|it| u8::try_from(it).ok()),
    };
    if found.is_none() {
        cx.bad(
            word,
            "a protocol",
            "write tcp, udp, icmp, ipv6-icmp, sctp or a number",
        );
    }
    found
}

fn finish(
    cx: &mut Context<'_>,
    mut rule: Rule,
    action: Option<RuleAction>,
    fixed: bool,
) -> Option<Rule> {
    let span = rule.text.span;
    match (action, rule.l3mdev) {
        (Some(RuleAction::Table(_)), true) => {
            refuse(
                cx,
                span,
                "with 'l3mdev' the device has the table",
                "remove 'table'",
            );
            return None;
        }
        (Some(action), _) => rule.action = action,
        (None, true) => rule.action = RuleAction::Table(0),
        (None, false) => {
            refuse(
                cx,
                span,
                "the rule does not say what happens to its packets",
                "add e.g. 'table 100', 'goto 200' or 'blackhole'",
            );
            return None;
        }
    }
    let mixed = [rule.from, rule.to].into_iter().flatten();
    if mixed
        .into_iter()
        .any(|network| network.0.is_ipv6() != rule.ipv6)
    {
        refuse(
            cx,
            span,
            "the addresses of the rule are of different families",
            "write IPv4 or IPv6 addresses only",
        );
        return None;
    }
    if let RuleAction::Goto(target) = rule.action
        && rule.preference.is_some_and(|own| target <= own)
    {
        refuse(
            cx,
            span,
            "'goto' leads forwards only",
            "name a preference behind the rule's own",
        );
        return None;
    }
    if let Some(protocol) = rule
        .protocol
        .filter(|it| !rule.no_track && *it != KEEPALIVED)
    {
        let message = format!(
            "a rule that is tracked is keepalived's own: protocol {protocol} becomes {KEEPALIVED}"
        );
        cx.warning("keepalived/bad-value", span, message)
            .suggest("remove 'protocol', or add 'no_track'");
        rule.protocol = None;
    }
    group_and_track(cx, span, fixed, rule.no_track, rule.track_group.is_some());
    Some(rule)
}
