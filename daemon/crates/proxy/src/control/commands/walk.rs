//! The entries of a stick table, shown, compared and gone through.

use crate::desk::Stream;
use crate::shared::table::{Column, Datum, Entry, Key, Table};
use config::haproxy::model::TableKey;
use runtime::filter::TableFilter;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use sys::epoll::monotonic_ms;

/// Names and numbers of the servers that a table may name.
pub type Servers = Vec<(String, u32)>;

/// A table with what is needed to show or change it.
#[derive(Debug)]
pub struct Seen {
    pub table: Arc<Table>,
    pub columns: Vec<Column>,
    pub servers: Servers,
}

pub fn title(table: &Table, now: u64, out: &mut String) {
    let kind = table.spec.key.value.word();
    let (name, size, used) = (&table.name, table.spec.size, table.used(now));
    let _ = writeln!(
        out,
        "# table: {name}, type: {kind}, size:{size}, used:{used}"
    );
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

    pub fn store(&self, entry: &Entry, column: &Column, value: i64, now: u64) {
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

    pub fn line(&self, entry: &Entry, place: usize, now: u64, out: &mut String) {
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
pub struct Walk {
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
    /// Entries that all filters take are shown, or else taken out.
    pub fn new(seen: Seen, filters: Vec<TableFilter>, shows: bool) -> Self {
        let numbers = seen.table.next_number();
        Self {
            seen,
            filters,
            shows,
            entries: Vec::new(),
            mark: Some((0, 0)),
            ends: [numbers, u64::MAX],
            shown: 0,
            begun: false,
        }
    }

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
