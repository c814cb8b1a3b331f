//! `show table`, `clear table`, `set table`.

use super::word;
use crate::control::Control;
use crate::desk::{Answer, Stream};
use crate::plan::Plan;
use crate::shared::table::{Column, Datum, Entry, Key, Table};
use config::haproxy::model::TableKey;
use runtime::filter::{self, Known, TableFilter, TableRequest};
use runtime::{Command, Invocation, Level};
use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use sys::epoll::monotonic_ms;

/// Names and numbers of the servers that a table may name.
type Servers = Vec<(String, u32)>;

/// A table with what is needed to show or change it.
#[derive(Debug)]
struct Seen {
    table: Arc<Table>,
    columns: Vec<Column>,
    servers: Servers,
}

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
        let columns = table.columns(sticks(plan, name));
        Some(Seen {
            servers: servers(plan, name),
            columns,
            table,
        })
    }
}

/// Whether some backend's clients stick to servers by the table.
fn sticks(plan: &Plan, table: &str) -> bool {
    let of = |section: &config::haproxy::model::Proxy| {
        let mut rules = section.stick_rules.iter();
        rules.any(|rule| rule.table.as_ref().map_or(&section.name.0, |t| &t.value) == table)
    };
    plan.model.proxies.iter().any(of)
}

fn servers(plan: &Plan, table: &str) -> Servers {
    let own = plan.backends.iter().filter(|b| b.name == table);
    let others = plan.backends.iter().filter(|b| b.name != table);
    let all = own.chain(others).flat_map(|b| &b.servers);
    all.map(|s| (s.name.clone(), s.id)).collect()
}

fn title(table: &Table, now: u64, out: &mut String) {
    let kind = match table.spec.key.value {
        TableKey::Ip => "ip",
        TableKey::Ipv6 => "ipv6",
        TableKey::Integer => "integer",
        TableKey::String(_) => "string",
        TableKey::Binary(_) => "binary",
    };
    let (name, size, used) = (&table.name, table.spec.size, table.used(now));
    let _ = writeln!(
        out,
        "# table: {name}, type: {kind}, size:{size}, used:{used}"
    );
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
    let numbers = seen.table.next_number();
    Answer::Stream(Box::new(Walk {
        seen,
        filters,
        shows,
        entries: Vec::new(),
        mark: Some((0, 0)),
        ends: [numbers, u64::MAX],
        shown: 0,
        begun: false,
    }))
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

impl Seen {
    fn number(&self, entry: &Entry, column: &Column, now: u64) -> i64 {
        match column.datum {
            Datum::ServerId => {
                let name = entry.server();
                let found = self
                    .servers
                    .iter()
                    .find(|(known, _)| Some(&**known) == name.as_deref());
                found.map_or(0, |(_, id)| i64::from(*id))
            }
            datum => datum.number(entry, &self.table.layout, now),
        }
    }

    fn store(&self, entry: &Entry, column: &Column, value: i64, now: u64) {
        if column.datum == Datum::ServerId {
            let found = self.servers.iter().find(|(_, id)| i64::from(*id) == value);
            if let Some((name, _)) = found {
                entry.set_server(name);
            }
        } else {
            column.datum.store(entry, &self.table.layout, value, now);
        }
    }

    fn holds(&self, entry: &Entry, filter: &TableFilter, now: u64) -> bool {
        let column = self
            .columns
            .iter()
            .find(|column| column.name == filter.data);
        column.is_some_and(|column| {
            filter
                .operator
                .holds(self.number(entry, column, now), filter.value)
        })
    }

    fn line(&self, entry: &Entry, place: usize, now: u64, out: &mut String) {
        let (left, _) = self.table.age(entry, now);
        let held = entry.holders.load(Relaxed);
        let _ = write!(out, "0x{place:012x}: key=");
        match &entry.key {
            Key::Ip(ip) => drop(write!(out, "{ip}")),
            Key::Integer(n) => drop(write!(out, "{n}")),
            Key::Bytes(bytes) => match self.table.spec.key.value {
                TableKey::Binary(_) => {
                    for byte in bytes {
                        let _ = write!(out, "{byte:02X}");
                    }
                }
                _ => escaped(bytes, out),
            },
        }
        let _ = write!(out, " use={held} exp={left}");
        for column in &self.columns {
            let _ = write!(out, " {}", column.shown);
            if let Some(period) = column.period {
                let _ = write!(out, "({period})");
            }
            if column.datum == Datum::ServerKey {
                let _ = write!(out, "={}", entry.server().as_deref().unwrap_or("-"));
            } else {
                let _ = write!(out, "={}", self.number(entry, column, now));
            }
        }
        out.push('\n');
    }
}

/// A text in one word.
fn escaped(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        match byte {
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            0x1b => out.push_str("\\e"),
            b' ' | b'=' | b'\\' => {
                out.push('\\');
                out.push(char::from(*byte));
            }
            b'!'..=b'~' => out.push(char::from(*byte)),
            other => drop(write!(out, "\\x{other:02x}")),
        }
    }
}

/// All entries of a table, gathered in moments, then shown in the order of their keys or taken out.
#[derive(Debug)]
struct Walk {
    seen: Seen,
    filters: Vec<TableFilter>,
    shows: bool,
    entries: Vec<Arc<Entry>>,
    /// Where gathering goes on; `None`: it is over.
    mark: Option<(u64, u64)>,
    /// Uses from this number on came after the beginning; of the second round, the same.
    ends: [u64; 2],
    shown: usize,
    begun: bool,
}

/// Entries that are looked at in one turn.
const TURN: usize = 1024;

impl Walk {
    fn gather(&mut self) {
        let Some(mark) = self.mark else { return };
        let (part, next) = self.seen.table.part(mark);
        let [first, second] = self.ends;
        let over = part
            .last()
            .is_none_or(|entry| entry.used().1 >= first.min(second));
        self.entries.extend(part);
        self.mark = Some(next);
        if over && second == u64::MAX {
            // Those that were used meanwhile, once more.
            self.ends[1] = self.seen.table.next_number();
            self.ends[0] = self.ends[1];
        } else if over || next == mark {
            self.mark = None;
            self.entries.sort_by(|a, b| a.key.cmp(&b.key));
            self.entries.dedup_by(|a, b| Arc::ptr_eq(a, b));
        }
    }
}

impl Stream for Walk {
    fn more(&mut self, out: &mut String) -> bool {
        let now = monotonic_ms();
        if !std::mem::replace(&mut self.begun, true) && self.shows {
            title(&self.seen.table, now, out);
        }
        if self.mark.is_some() {
            self.gather();
            return false;
        }
        let end = (self.shown + TURN).min(self.entries.len());
        for place in self.shown..end {
            let entry = &self.entries[place];
            if !self.filters.iter().all(|f| self.seen.holds(entry, f, now)) {
                continue;
            }
            if self.shows {
                self.seen.line(entry, place + 1, now, out);
            } else {
                self.seen.table.remove(entry);
            }
        }
        self.shown = end;
        end == self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_one_word_each() {
        let mut out = String::new();
        escaped(b"a b=c\\\t\x01\xff", &mut out);
        assert_eq!(out, "a\\ b\\=c\\\\\\t\\x01\\xff");
    }
}
