//! `virtual_server … { … }` and its like: which keywords may stand where, and what their values
//! are. Nothing of it is executed yet, so what is wrong here is a warning with `--tolerant`.

use super::lvs_values::{Shape, shape};
use crate::keepalived::context::{Block, Context, owned};
use crate::keepalived::model::{LvsBlock, LvsEntry, LvsKind};
use crate::keepalived::tree::Node;
use crate::registry::{self, Status};
use crate::source::Spanned;

const SERVER: Block = Block::new("virtual_server");
const REAL: Block = Block::new("real_server");
const CHECKER: Block = Block::new("checker");
const URL: Block = Block::new("url");
const SSL: Block = Block::new("SSL");

pub fn read(cx: &mut Context<'_>, node: &Node, kind: LvsKind) -> LvsBlock {
    let words: Vec<&str> = node.args().iter().map(|word| word.text.as_str()).collect();
    let entries = match kind {
        LvsKind::VirtualServer => {
            server_name(cx, node);
            entries(cx, SERVER, node)
        }
        // A name, and addresses one on each line.
        LvsKind::VirtualServerGroup => node.children().iter().map(|line| group(cx, line)).collect(),
        LvsKind::Ssl => entries(cx, SSL, node),
    };
    LvsBlock {
        kind,
        title: Spanned::new(words.join(" "), node.span()),
        entries,
    }
}

/// `IP PORT`, `fwmark N` or `group NAME`.
fn server_name(cx: &mut Context<'_>, node: &Node) {
    let severity = cx.refusal_severity();
    let Some(first) = node.args().first() else {
        let message = "'virtual_server' needs an address and a port, a mark or a group";
        cx.diagnostics
            .add(
                severity,
                "keepalived/missing-value",
                node.span().after(),
                message,
            )
            .suggest("write e.g. 'virtual_server 10.0.0.100 80 { … }'");
        return;
    };
    let named = matches!(first.text.as_str(), "fwmark" | "group");
    if !named && first.text.parse::<std::net::IpAddr>().is_err() {
        let message = format!("'{}' is not an address", first.text);
        cx.diagnostics
            .add(severity, "keepalived/bad-value", first.span, message)
            .suggest("write an address, or 'fwmark N' or 'group NAME'");
    }
}

fn group(cx: &mut Context<'_>, line: &Node) -> LvsEntry {
    cx.no_block(line);
    LvsEntry {
        keyword: line.words.first().map(owned).unwrap_or_default(),
        words: line.args().iter().map(owned).collect(),
        entries: Vec::new(),
    }
}

fn entries(cx: &mut Context<'_>, block: Block, node: &Node) -> Vec<LvsEntry> {
    let mut found = Vec::new();
    for child in node.children() {
        let table = registry::keepalived();
        // A block that begins on its own line has no keyword; that was said already.
        if child.words.is_empty() {
            continue;
        }
        if table.find(block.group, child.keyword()).is_none() {
            cx.unknown(block, child);
            continue;
        }
        removed(cx, block, child);
        found.push(entry(cx, block, child));
    }
    found
}

/// Files in use have it still.
fn removed(cx: &mut Context<'_>, block: Block, node: &Node) {
    let entry = registry::keepalived().find(block.group, node.keyword());
    if let Some(Status::Removed(why)) = entry.map(|entry| entry.status) {
        let message = format!("'{}' is not part of the language any more", node.keyword());
        cx.warning("keepalived/removed", node.keyword_span(), message)
            .suggest(why);
    }
}

fn entry(cx: &mut Context<'_>, block: Block, node: &Node) -> LvsEntry {
    let inner = match (block.group, node.keyword()) {
        ("virtual_server", "real_server") => Some(REAL),
        ("real_server", word) if word.ends_with("_CHECK") || word.ends_with("_GET") => {
            Some(CHECKER)
        }
        ("checker", "url") => Some(URL),
        // `host { connect_ip … }` of a mail check.
        ("checker", "host") => Some(CHECKER),
        _ => None,
    };
    let mut words = node.args();
    let below = match inner {
        Some(inner) => entries(cx, inner, node),
        None => {
            cx.no_block(node);
            value(cx, node);
            Vec::new()
        }
    };
    if inner.is_some_and(|inner| inner.group == "checker") {
        words = &[];
    }
    LvsEntry {
        keyword: Spanned::new(node.keyword().to_owned(), node.keyword_span()),
        words: words.iter().map(owned).collect(),
        entries: below,
    }
}

/// What the keyword takes; without a shape of its own anything.
fn value(cx: &mut Context<'_>, node: &Node) {
    let severity = cx.refusal_severity();
    if matches!(
        node.keyword(),
        "lvs_method" | "lb_kind" | "sorry_server_lvs_method"
    ) {
        method(cx, node);
    }
    let Some(shape) = shape(node.keyword()) else {
        return;
    };
    let Some(word) = node.args().first() else {
        if !matches!(shape, Shape::Switch) {
            let message = format!("'{}' needs a value", node.keyword());
            cx.diagnostics
                .add(
                    severity,
                    "keepalived/missing-parameter",
                    node.span().after(),
                    message,
                )
                .suggest(format!("write {}", shape.help()));
        }
        return;
    };
    if !shape.takes(&word.text) {
        let message = format!("'{}' is not {}", word.text, shape.name());
        cx.diagnostics
            .add(severity, "keepalived/bad-value", word.span, message)
            .suggest(format!("write {}", shape.help()));
    }
}

/// Tunnels of a kind that cannot be had are refused by name.
fn method(cx: &mut Context<'_>, node: &Node) {
    let severity = cx.refusal_severity();
    for word in node.args() {
        let entry = registry::keepalived().find("lvs_method", &word.text);
        if word.text == "gue"
            && let Some(Status::NotYet(why)) = entry.map(|entry| entry.status)
        {
            let message = format!("'{} … gue' is not supported", node.keyword());
            cx.diagnostics
                .add(severity, "keepalived/not-yet", word.span, message)
                .suggest(why);
        }
    }
}
