//! `peers` sections, and the tables that are shared by them.

use super::known;
use crate::haproxy::context::Context;
use crate::haproxy::model::{Config, Peers, StickTable, TableKey};
use crate::suggest::nearest;
use std::collections::HashSet;

pub fn check(cx: &mut Context<'_>, config: &Config) {
    let help = "give it another name, or write all peers into one section";
    let names = known::sections(cx, "peers", config.peers.iter().map(|s| &s.name), help);
    for section in &config.peers {
        membership(cx, section);
        for table in &section.tables {
            long_keys(cx, &table.spec);
        }
    }
    let mut used = HashSet::new();
    for proxy in config.proxies.iter().filter(|proxy| !proxy.disabled) {
        let Some(table) = &proxy.stick_table else {
            continue;
        };
        let Some(name) = &table.peers else { continue };
        used.insert(name.value.as_str());
        long_keys(cx, table);
        if !names.contains(name.value.as_str()) {
            let help = match nearest(&name.value, names.iter().copied()) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("add 'peers {name}' with a 'peer' line for each machine"),
            };
            let message = format!("there is no section 'peers {name}' to share the table by");
            cx.error("haproxy/unknown-peers", name.span, message)
                .suggest(help);
        }
    }
    for section in &config.peers {
        let idle = section.tables.is_empty() && !used.contains(section.name.value.as_str());
        if idle && section.is_active() {
            let message = format!("no table is shared by 'peers {}'", section.name);
            cx.warning("haproxy/no-effect", section.name.span, message)
                .suggest(format!(
                    "add 'peers {}' to a 'stick-table' line",
                    section.name
                ));
        }
    }
}

fn membership(cx: &mut Context<'_>, section: &Peers) {
    if section.disabled {
        return;
    }
    let (name, local) = (&section.name, &section.local);
    if !section.is_active() {
        let known: Vec<&str> = section.members.iter().map(|p| p.name.as_str()).collect();
        let message = format!(
            "'peers {name}' has no peer '{local}', which is this machine: nothing is shared"
        );
        if known.is_empty() {
            cx.error("haproxy/no-effect", name.span, message)
                .suggest("add a line 'peer NAME ADDRESS:PORT' for each machine, this one too");
        } else {
            let known = known.join(", ");
            cx.warning("haproxy/no-effect", name.span, message)
                .suggest(format!(
                    "say which of {known} it is: 'localpeer NAME' in 'global'"
                ));
        }
        return;
    }
    if section.bind.is_none() {
        let message = format!("nobody can call '{local}': 'peers {name}' says no address of it");
        cx.warning("haproxy/no-effect", name.span, message)
            .suggest(format!(
                "write 'peer {local} ADDRESS:PORT', or a 'bind' line"
            ));
    }
    for peer in section.others().filter(|peer| peer.address.is_none()) {
        let message = format!("'{}' is not called: its line has no address", peer.name);
        cx.warning("haproxy/no-effect", peer.name.span, message)
            .suggest(format!("write 'server {} ADDRESS:PORT'", peer.name));
    }
}

/// Longer keys than this may not fit into a message.
const LONGEST_KEY: u32 = 8192;

fn long_keys(cx: &mut Context<'_>, table: &StickTable) {
    let (TableKey::String(len) | TableKey::Binary(len)) = table.key.value else {
        return;
    };
    if len > LONGEST_KEY {
        let message = format!(
            "keys of more than {LONGEST_KEY} bytes are not shared: no message has room for them"
        );
        cx.warning("haproxy/no-effect", table.key.span, message)
            .suggest(format!(
                "write 'len {LONGEST_KEY}' or less, or a hash of what is long"
            ));
    }
}
