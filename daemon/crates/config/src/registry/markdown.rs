//! The support tables as Markdown: what docs/haproxy-support.md and docs/keepalived-support.md
//! hold. A test keeps them current.

use super::{Entry, Places, Status, Table};
use std::fmt::Write;

/// How a document begins, and what its groups are called.
pub struct Document {
    pub title: &'static str,
    pub introduction: &'static str,
    /// Group → heading, in order; a group without a heading ends up at the end under its name.
    pub headings: &'static [(&'static str, &'static str)],
}

pub const HAPROXY: Document = Document {
    title: "haproxy.cfg: what is supported",
    introduction: "tandemd reads the configuration language of HAProxy. Keywords marked *not yet* \
and unknown ones are refused with file, line and column; with `--tolerant` they are ignored with \
a warning. Nothing is ever ignored silently.",
    headings: &[
        ("section", "Sections"),
        ("directive", "Directives"),
        ("ring", "ring"),
        ("ring server", "server (ring)"),
        ("mailers", "mailers"),
        ("peers", "peers"),
        ("global", "global"),
        ("stats socket", "stats socket (global)"),
        ("resolvers", "resolvers"),
        ("proxy", "defaults, frontend, listen, backend"),
        ("option", "option"),
        ("timeout", "timeout"),
        ("bind", "bind"),
        ("server", "server, default-server"),
        ("crt-list", "lines of `crt-list` files"),
        ("balance", "balance"),
        ("http-check", "http-check"),
        ("tcp-check", "tcp-check"),
        ("http-request", "http-request"),
        ("http-response", "http-response"),
        ("http-after-response", "http-after-response"),
        ("tcp phase", "tcp-request"),
        ("tcp-request connection", "tcp-request connection"),
        ("tcp-request session", "tcp-request session"),
        ("tcp-request content", "tcp-request content"),
        ("tcp-response content", "tcp-response content"),
        ("stats", "stats"),
        ("email-alert", "email-alert"),
        ("fetch", "Sample fetches"),
        ("converter", "Converters"),
    ],
};

pub const KEEPALIVED: Document = Document {
    title: "keepalived.conf: what is supported",
    introduction: "tandemd reads the configuration language of keepalived. Keywords marked *not \
yet* and unknown ones are refused with file, line and column; with `--tolerant` they are ignored \
with a warning, and a block of theirs is skipped whole. Nothing is ever ignored silently.\n\n\
`#tandem: track_proxy [weight N]` inside a `vrrp_instance` is a comment to keepalived; to tandemd \
it means: the proxy of the same daemon is tracked. Without a weight its failure is a fault.\n\n\
`#tandem: witness gateway [ADDR] | neighbours | tcp ADDR:PORT | udp ADDR:PORT [strict]` there means: \
who hears no master asks a witness before it becomes one, and stays backup while none answers.",
    headings: &[
        ("top", "Top level"),
        ("global_defs", "global_defs"),
        ("vrrp_script", "vrrp_script"),
        ("vrrp_instance", "vrrp_instance"),
        ("authentication", "authentication"),
        (
            "virtual_ipaddress",
            "virtual_ipaddress, virtual_ipaddress_excluded",
        ),
        ("virtual_routes", "virtual_routes, static_routes"),
        ("virtual_rules", "virtual_rules, static_rules"),
        ("track_group", "track_group"),
        ("garp_group", "garp_group"),
        ("vrrp_sync_group", "vrrp_sync_group"),
        ("track_file", "track_file"),
        ("vrrp_track_process", "vrrp_track_process"),
        ("virtual_server", "virtual_server"),
        ("real_server", "real_server"),
        ("virtual_server_group", "virtual_server_group"),
        ("lvs_method", "Ways of forwarding"),
        ("checker", "Checkers"),
        ("url", "url"),
        ("SSL", "SSL"),
    ],
};

/// The whole document.
pub fn markdown(table: &Table, document: &Document) -> String {
    let mut out = format!("# {}\n\n", document.title);
    out.push_str("<!-- Generated from the support registry; `UPDATE_DOCS=1 cargo test -p config --test docs` writes it. -->\n\n");
    let _ = writeln!(out, "{}\n", document.introduction);
    summary(&mut out, table);
    for (group, heading) in document.headings {
        section(&mut out, table, group, heading);
    }
    out
}

fn summary(out: &mut String, table: &Table) {
    let count = |wanted: fn(&Status) -> bool| {
        table
            .entries()
            .filter(|entry| wanted(&entry.status))
            .count()
    };
    let _ = writeln!(
        out,
        "{} keywords are supported, {} accepted without effect, {} accepted with a warning because \
         they are not done yet, {} known but refused, {} known as removed from the language.",
        count(|status| matches!(status, Status::Supported | Status::Label)),
        count(|status| matches!(status, Status::Accepted(_))),
        count(|status| matches!(status, Status::Ignored(_))),
        count(|status| matches!(status, Status::NotYet(_))),
        count(|status| matches!(status, Status::Removed(_))),
    );
}

fn section(out: &mut String, table: &Table, group: &str, heading: &str) {
    let mut entries: Vec<&Entry> = table
        .entries()
        .filter(|entry| entry.group == group)
        .collect();
    if entries.is_empty() {
        return;
    }
    entries.sort_by_key(|entry| {
        (
            rank(entry.status),
            note(entry.status),
            entry.places.0,
            entry.keyword,
        )
    });
    let placed = entries.iter().any(|entry| entry.places != Places::ALL);
    let _ = writeln!(out, "\n## {heading}\n");
    out.push_str(if placed {
        "| status | keywords | where |\n|---|---|---|\n"
    } else {
        "| status | keywords |\n|---|---|\n"
    });
    for row in entries.chunk_by(|a, b| a.status == b.status && a.places == b.places) {
        let Some(first) = row.first() else { continue };
        let words: Vec<String> = row
            .iter()
            .map(|entry| format!("`{}`", entry.keyword))
            .collect();
        let _ = write!(out, "| {} | {} |", word(first.status), words.join(" "));
        if placed {
            let _ = write!(out, " {} |", first.places.names().join(", "));
        }
        out.push('\n');
    }
}

fn rank(status: Status) -> u8 {
    match status {
        Status::Supported => 0,
        Status::Label => 1,
        Status::Accepted(_) => 2,
        Status::Ignored(_) => 3,
        Status::NotYet(_) => 4,
        Status::Removed(_) => 5,
    }
}

fn note(status: Status) -> &'static str {
    match status {
        Status::Supported | Status::Label => "",
        Status::Accepted(note)
        | Status::Ignored(note)
        | Status::NotYet(note)
        | Status::Removed(note) => note,
    }
}

fn word(status: Status) -> String {
    match status {
        Status::Supported => "supported".to_owned(),
        Status::Label => "a name or remark: kept, changes nothing".to_owned(),
        Status::Accepted(note) => format!("accepted, no effect: {note}"),
        Status::Ignored(note) => format!("**accepted with a warning**: {note}"),
        Status::NotYet(note) => format!("*not yet*: {note}"),
        Status::Removed(note) => format!("removed: {note}"),
    }
}
