//! `show peers`: lines in the words of the original.

use super::running::Running;
use super::service::Service;
use peers::Origin;
use std::fmt::Write as _;

impl Service {
    /// `None`: there is no section of that name.
    pub fn show(&self, only: &str, with_names: bool, now: u64) -> Option<String> {
        let mut out = String::new();
        let mut found = only.is_empty();
        for (place, running) in self.sections.iter().enumerate() {
            if only.is_empty() || running.group.name == only {
                found = true;
                section(running, place + 1, with_names, now, &mut out);
            }
        }
        found.then_some(out)
    }
}

fn section(running: &Running, place: usize, with_names: bool, now: u64, out: &mut String) {
    let group = &running.group;
    let resync = match running.resync.origin() {
        None => "wanted",
        Some(Origin::Taught) => "taught",
        Some(Origin::Alone) => "alone",
    };
    let timeout = match running.resync.due() {
        Some(at) => seconds(at.saturating_sub(now)),
        None => "<PAST>".to_owned(),
    };
    let _ = writeln!(
        out,
        "0x{place:012x}: id={} disabled=0 flags=0x0 resync_timeout={timeout} resync={resync}",
        group.name
    );
    let _ = writeln!(
        out,
        "  0x{place:04x}00000000: id={}(local,inactive) addr={} last_status=NONE last_hdshk=<NEVER>",
        group.local, group.own_address
    );
    for (at, (member, link)) in group.members.iter().zip(&running.links).enumerate() {
        let c = &link.counters;
        let state = if link.connection.is_some() {
            "active"
        } else {
            "inactive"
        };
        let address = member.address.map_or_else(String::new, |a| a.to_string());
        let ago = match c.opened {
            Some(opened) => seconds(now.saturating_sub(opened)),
            None => "<NEVER>".to_owned(),
        };
        let reconnect = match &link.connection {
            Some(_) => "<NEVER>".to_owned(),
            None => seconds(link.next_call.saturating_sub(now)),
        };
        let _ = writeln!(
            out,
            "  0x{place:04x}{:08x}: id={}(remote,{state}) addr={address} last_status={} last_hdshk={ago}",
            at + 1,
            member.name,
            c.status
        );
        let _ = writeln!(
            out,
            "        reconnect={reconnect} confirm={} new_conn={} proto_err={} coll={} tx_upd={} rx_upd={} teaching={}",
            c.confirmed,
            c.sessions,
            c.faults,
            c.collisions,
            c.sent,
            c.received,
            u8::from(link.is_teaching()),
        );
        if !c.last_fault.is_empty() {
            let _ = writeln!(out, "        last_error=\"{}\"", c.last_fault);
        }
        let _ = writeln!(out, "        shared tables:");
        for (table, shared) in group.tables.iter().enumerate() {
            let session = link.connection.as_ref().map(|c| &c.session);
            let remote = session.and_then(|s| s.remote_table(table));
            let (remote_id, remote_data) = remote.unwrap_or((0, 0));
            let last = shared
                .table
                .outlet
                .as_ref()
                .map_or(0, |outlet| outlet.journal().last());
            let _ = writeln!(
                out,
                "          0x{table:012x} local_id={} remote_id={remote_id} flags=0x0 remote_data=0x{remote_data:x}",
                shared.definition.id
            );
            let _ = writeln!(
                out,
                "              last_acked={} last_pushed={} update={last}",
                link.acked[table], link.pushed[table]
            );
            let _ = writeln!(out, "              table: id={}", shared.table.name);
        }
        if let Some(connection) = link.connection.as_ref().filter(|_| with_names) {
            for (title, names) in ["RX", "TX"].iter().zip(connection.session.names()) {
                let _ = writeln!(out, "        {title} dictionary:");
                for (id, name) in names {
                    let _ = writeln!(out, "          {id} -> {name}");
                }
            }
        }
    }
    out.push('\n');
}

fn seconds(ms: u64) -> String {
    format!("{}s", ms / 1000)
}
