//! Stick tables: what is remembered of clients, for all workers together.
//!
//! Entries are found by key under the table's lock and counted under their own, so that two
//! workers that count different clients meet only for the look-up.

mod column;
mod entry;
mod kept;
mod key;
mod layout;
mod learn;
mod rate;
mod share;

pub use column::{Column, Datum, is_known};
pub use entry::Entry;
pub use kept::KeptEntry;
pub use key::Key;
pub use layout::{Counter, Layout};
pub use learn::Given;
pub use rate::Rate;
pub use share::{Bell, Journal, Outlet};

use config::haproxy::model::StickTable;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub spec: StickTable,
    pub layout: Layout,
    /// Where changes are noted, if the table is shared with other hosts.
    pub outlet: Option<Arc<Outlet>>,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    by_key: HashMap<Key, Arc<Entry>>,
    /// Last use (milliseconds) and a number that makes it unique → key, oldest first.
    by_use: BTreeMap<(u64, u64), Key>,
    next: u64,
}

impl Table {
    /// Entries that are looked at in a moment.
    pub const PART: usize = 4096;

    pub fn new(name: &str, spec: &StickTable, outlet: Option<Arc<Outlet>>) -> Self {
        Self {
            name: name.to_owned(),
            spec: spec.clone(),
            layout: Layout::new(&spec.store),
            outlet,
            entries: Mutex::default(),
        }
    }

    /// The entry of a key, without making it younger.
    pub fn find(&self, key: &Key, now: u64) -> Option<Arc<Entry>> {
        let mut entries = self.lock();
        self.drop_expired(&mut entries, now);
        entries.by_key.get(key).cloned()
    }

    /// The entry of a key, made when it is not there; `None` when the table is full of entries
    /// that are in use, or keeps what it has.
    pub fn take(&self, key: &Key, now: u64) -> Option<Arc<Entry>> {
        let entry = self.enter(key, now, now)?;
        entry.changed();
        Some(entry)
    }

    /// The same of an entry that was used at another time than now; later uses stay.
    fn enter(&self, key: &Key, now: u64, used: u64) -> Option<Arc<Entry>> {
        let mut entries = self.lock();
        self.drop_expired(&mut entries, now);
        if let Some(entry) = entries.by_key.get(key).cloned() {
            if entry.used().0 < used {
                entries.touch(&entry, used);
            }
            return Some(entry);
        }
        let full = entries.by_key.len() as u64 >= self.spec.size;
        if full && (self.spec.nopurge || !entries.drop_oldest()) {
            return None;
        }
        let number = entries.next();
        let entry = Entry::new(key.clone(), &self.layout, (used, number), &self.outlet);
        let entry = Arc::new(entry);
        entries.by_use.insert((used, number), key.clone());
        entries.by_key.insert(key.clone(), entry.clone());
        Some(entry)
    }

    /// The entry was used: it expires later.
    pub fn touch(&self, entry: &Arc<Entry>, now: u64) {
        self.lock().touch(entry, now);
        entry.changed();
    }

    pub fn used(&self, now: u64) -> usize {
        let mut entries = self.lock();
        self.drop_expired(&mut entries, now);
        entries.by_key.len()
    }

    /// Milliseconds until the entry expires, and since it was used.
    pub fn age(&self, entry: &Entry, now: u64) -> (u64, u64) {
        let _guard = self.lock();
        let idle = now.saturating_sub(entry.used().0);
        let expire = self.spec.expire.map_or(0, millis);
        (expire.saturating_sub(idle), idle)
    }

    /// The next entries in the order of their last use, as many as make a look of a moment; with
    /// the mark to go on from. Those that are used meanwhile come last.
    pub fn part(&self, from: (u64, u64)) -> (Vec<Arc<Entry>>, (u64, u64)) {
        let entries = self.lock();
        let mut mark = from;
        let mut part = Vec::new();
        for (used, key) in entries.by_use.range(from..).take(Self::PART) {
            part.extend(entries.by_key.get(key).cloned());
            mark = (used.0, used.1 + 1);
        }
        (part, mark)
    }

    /// The number that the next use gets: smaller ones are of before.
    pub fn next_number(&self) -> u64 {
        self.lock().next
    }

    /// Takes an entry out; false while somebody is counted in it.
    pub fn remove(&self, entry: &Entry) -> bool {
        let mut entries = self.lock();
        if entry.is_held() {
            return false;
        }
        if entries.by_key.remove(&entry.key).is_some() {
            entries.by_use.remove(&entry.used());
        }
        true
    }

    fn drop_expired(&self, entries: &mut Entries, now: u64) {
        let Some(expire) = self.spec.expire.map(millis) else {
            return;
        };
        while let Some((&(used, number), _)) = entries.by_use.first_key_value() {
            if used + expire > now {
                return;
            }
            let Some(key) = entries.by_use.remove(&(used, number)) else {
                return;
            };
            let held = entries
                .by_key
                .get(&key)
                .filter(|entry| entry.is_held())
                .cloned();
            match held {
                // Somebody is counted in it: it is as good as used now.
                Some(entry) => entries.enter(&entry, now),
                None => drop(entries.by_key.remove(&key)),
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn next(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn touch(&mut self, entry: &Arc<Entry>, now: u64) {
        let used = entry.used();
        if used.0 == now {
            return;
        }
        // An entry that was dropped in the meantime stays dropped.
        if self.by_use.remove(&used).is_some() {
            self.enter(entry, now);
        }
    }

    fn enter(&mut self, entry: &Arc<Entry>, now: u64) {
        let number = self.next();
        entry.set_used((now, number));
        self.by_use.insert((now, number), entry.key.clone());
    }

    /// Drops the entry that was unused for longest and is not held.
    fn drop_oldest(&mut self) -> bool {
        let free = |key: &&Key| self.by_key.get(*key).is_none_or(|entry| !entry.is_held());
        let Some(key) = self.by_use.values().find(free).cloned() else {
            return false;
        };
        if let Some(entry) = self.by_key.remove(&key) {
            self.by_use.remove(&entry.used());
        }
        true
    }
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 2)
}

/// An entry in which a connection is counted, for as long as that lasts.
#[derive(Debug)]
pub struct Tracked {
    pub table: Arc<Table>,
    pub entry: Arc<Entry>,
    /// Ends with the request instead of with the connection.
    pub per_request: bool,
    /// Counted by another: a stream counts in what its connection tracks.
    lent: bool,
}

impl Tracked {
    pub fn begin(table: &Arc<Table>, key: &Key, now: u64, per_request: bool) -> Option<Self> {
        let entry = table.take(key, now)?;
        entry.holders.fetch_add(1, Relaxed);
        entry.add(&table.layout, Counter::ConnCur, 1, now);
        entry.add(&table.layout, Counter::ConnCnt, 1, now);
        entry.add(&table.layout, Counter::ConnRate, 1, now);
        Some(Self {
            table: table.clone(),
            entry,
            per_request,
            lent: false,
        })
    }

    pub fn add(&self, counter: Counter, n: u64, now: u64) {
        self.entry.add(&self.table.layout, counter, n, now);
    }

    /// The same for a stream of the connection, which ends before it does.
    #[must_use]
    pub fn lend(&self) -> Self {
        Self {
            table: self.table.clone(),
            entry: self.entry.clone(),
            lent: true,
            ..*self
        }
    }

    pub fn end(self, now: u64) {
        if self.lent {
            return;
        }
        self.entry.leave(&self.table.layout);
        self.entry.holders.fetch_sub(1, Relaxed);
        self.table.touch(&self.entry, now);
    }
}

#[cfg(test)]
pub mod tests;
