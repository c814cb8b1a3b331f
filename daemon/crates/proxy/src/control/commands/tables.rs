//! `show table`, `clear table`, `set table`.

use super::walk::{Seen, Walk, title};
use super::word;
use crate::control::Control;
use crate::desk::Answer;
use crate::shared::table::{Key, Table};
use config::haproxy::model::TableKey;
use runtime::filter::{self, Known, TableRequest};
use runtime::{Command, Invocation, Level};
use std::net::{Ipv4Addr, Ipv6Addr};

impl Control {
    pub(super) fn tables(&mut self, it: &Invocation, now: u64) -> Answer {
        let name = word(&it.words, 0);
        if name.is_empty() {
            return match it.command {
                Command::ShowTable => Answer::Text(self.list_tables(now)),
                Command::ClearTable => Answer::error(
                    "Required arguments: <table> \"data.<store_data_type>\" <operator> <value> or <table> key <key>\n",
                ),
                _ => Answer::error(
                    "Required arguments: <table> key <key> [data.<store_data_type> <value>]*\n",
                ),
            };
        }
        let Some(seen) = self.see_table(name) else {
            return Answer::error("No such table\n");
        };
        let rest = it.words.get(1..).unwrap_or_default();
        match it.command {
            Command::SetTable => set(&seen, rest, now),
            Command::ShowTable if it.level < Level::Operator => {
                let mut out = String::new();
                title(&seen.table, now, &mut out);
                out.push_str("# contents not dumped due to insufficient privileges\n");
                Answer::Text(out)
            }
            command => show_or_clear(seen, rest, command == Command::ShowTable, now),
        }
    }

    fn list_tables(&self, now: u64) -> String {
        let (Some(registry), Some(plan)) = (&self.registry, &self.plan) else {
            return String::new();
        };
        let mut out = String::new();
        for section in &plan.model.peers {
            for shared in &section.tables {
                if let Some(table) = registry.known_table(&section.table_name(shared)) {
                    title(&table, now, &mut out);
                }
            }
        }
        // The last section's comes first.
        for section in plan.model.proxies.iter().rev() {
            if let Some(table) = registry.known_table(&section.name.0) {
                title(&table, now, &mut out);
            }
        }
        out
    }

    fn see_table(&self, name: &str) -> Option<Seen> {
        let table = self.registry.as_ref()?.known_table(name)?;
        let plan = self.plan.as_ref()?;
        let columns = table.columns(plan.sticks(name));
        Some(Seen {
            servers: plan.servers_by(name),
            columns,
            table,
        })
    }
}

/// The key that a word stands for; else why it is none.
fn key(table: &Table, text: &str, what: &str) -> Result<Key, Answer> {
    let kind = table.spec.key.value;
    let found = match kind {
        TableKey::Ip => text
            .parse::<Ipv4Addr>()
            .ok()
            .and_then(|ip| Key::ip(kind, ip.into())),
        TableKey::Ipv6 => text.parse::<Ipv6Addr>().ok().map(|ip| Key::Ip(ip.into())),
        TableKey::Integer => text.parse().ok().map(Key::Integer),
        TableKey::String(_) => Key::bytes(kind, text.as_bytes()),
        TableKey::Binary(_) => {
            return Err(Answer::error(format!(
                "{what} tables of type other than ip, ipv6, string and integer is not supported\n"
            )));
        }
    };
    found.ok_or_else(|| Answer::error("Invalid key\n"))
}

fn show_or_clear(seen: Seen, words: &[String], shows: bool, now: u64) -> Answer {
    let known = |name: &str| {
        if seen.columns.iter().any(|column| column.name == name) {
            Known::Stored
        } else if crate::shared::table::is_known(name) {
            Known::NotHere
        } else {
            Known::Nowhere
        }
    };
    let filters = match filter::request(words, shows, known) {
        Ok(TableRequest::Key(text)) => {
            let what = if shows {
                "Showing keys from"
            } else {
                "Removing keys from"
            };
            return match key(&seen.table, &text, what) {
                Ok(key) => one(&seen, &key, shows, now),
                Err(refused) => refused,
            };
        }
        Ok(TableRequest::All) => Vec::new(),
        Ok(TableRequest::Filtered(filters)) => filters,
        Err(why) => return Answer::error(why),
    };
    Answer::Stream(Box::new(Walk::new(seen, filters, shows)))
}

fn one(seen: &Seen, key: &Key, shows: bool, now: u64) -> Answer {
    let Some(entry) = seen.table.find(key, now) else {
        return Answer::Done;
    };
    if !shows {
        return if seen.table.remove(&entry) {
            Answer::Done
        } else {
            Answer::error("Entry currently in use, cannot remove\n")
        };
    }
    let mut out = String::new();
    title(&seen.table, now, &mut out);
    seen.line(&entry, 1, now, &mut out);
    Answer::Text(out)
}

fn set(seen: &Seen, words: &[String], now: u64) -> Answer {
    match word(words, 0) {
        "" => return Answer::Done,
        "key" => {}
        first if first.starts_with("data.") => {
            return Answer::error(
                "content-based lookup is only supported with the \"show\" and \"clear\" actions\n",
            );
        }
        _ => {
            return Answer::error(
                "Required arguments: <table> key <key> [data.<store_data_type> <value>]*\n",
            );
        }
    }
    let text = word(words, 1);
    if text.is_empty() {
        return Answer::error("Key value expected\n");
    }
    let key = match key(&seen.table, text, "Inserting keys into") {
        Ok(key) => key,
        Err(refused) => return refused,
    };
    let Some(entry) = seen.table.take(&key, now) else {
        return Answer::error("Unable to allocate a new entry\n");
    };
    for pair in words.get(2..).unwrap_or_default().chunks(2) {
        let Some(name) = pair[0].strip_prefix("data.") else {
            return Answer::error("\"data.<type>\" followed by a value expected\n");
        };
        let Some(column) = seen.columns.iter().find(|column| column.name == name) else {
            return Answer::error(if crate::shared::table::is_known(name) {
                "Data type not stored in this table\n"
            } else {
                "Unknown data type\n"
            });
        };
        let Some(value) = pair.get(1).and_then(|text| text.parse::<i64>().ok()) else {
            return Answer::error("Require a valid integer value to store\n");
        };
        seen.store(&entry, column, value, now);
    }
    Answer::Done
}
