//! What a table stores of each entry, as it is shown, compared and set from outside.

use super::{Counter, Entry, Layout, Table};
// In the order in which they are shown.
use peers::NAMES;

/// One thing that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datum {
    /// The number of the server that a client sticks to.
    ServerId,
    /// The same by name.
    ServerKey,
    Counter(Counter),
    Gpc(usize),
    Gpt(usize),
    GpcRate(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As it is shown, and as `data.NAME` has it.
    pub shown: String,
    pub name: &'static str,
    /// Milliseconds of a rate.
    pub period: Option<u64>,
    pub datum: Datum,
}

/// Whether some table may store this.
pub fn is_known(name: &str) -> bool {
    NAMES.contains(&name)
}

impl Table {
    /// What is stored here; `sticks`: clients stick to servers by this table.
    pub fn columns(&self, sticks: bool) -> Vec<Column> {
        NAMES
            .iter()
            .flat_map(|name| self.columns_of(name, sticks))
            .collect()
    }

    fn columns_of(&self, name: &'static str, sticks: bool) -> Vec<Column> {
        let declared = self.spec.store.iter().find(|store| store.name == name);
        let one = |datum, period| {
            vec![Column {
                shown: name.to_owned(),
                name,
                period,
                datum,
            }]
        };
        let store = match (name, declared) {
            ("server_id", None) if sticks => return one(Datum::ServerId, None),
            ("server_key", None) if sticks => return one(Datum::ServerKey, None),
            (_, None) => return Vec::new(),
            (_, Some(store)) => store,
        };
        let layout = &self.layout;
        let rate = |index| Some(layout.gpc_period(index));
        let several = |shown: &dyn Fn(usize) -> String,
                       of: &dyn Fn(usize) -> (Datum, Option<u64>)| {
            let column = |index| {
                let (datum, period) = of(index);
                Column {
                    shown: shown(index),
                    name,
                    period,
                    datum,
                }
            };
            (0..store.count as usize).map(column).collect()
        };
        match name {
            "server_id" => one(Datum::ServerId, None),
            "server_key" => one(Datum::ServerKey, None),
            "gpt0" => one(Datum::Gpt(0), None),
            "gpc0" => one(Datum::Gpc(0), None),
            "gpc1" => one(Datum::Gpc(1), None),
            "gpc0_rate" => one(Datum::GpcRate(0), rate(0)),
            "gpc1_rate" => one(Datum::GpcRate(1), rate(1)),
            "gpt" => several(&|n| format!("gpt{n}"), &|n| (Datum::Gpt(n), None)),
            "gpc" => several(&|n| format!("gpc{n}"), &|n| (Datum::Gpc(n), None)),
            "gpc_rate" => several(&|n| format!("gpc{n}_rate"), &|n| {
                (Datum::GpcRate(n), rate(n))
            }),
            _ => match Counter::of_name(name) {
                Some(counter) => {
                    let period = name.ends_with("_rate").then(|| layout.period(counter));
                    one(Datum::Counter(counter), period)
                }
                None => Vec::new(),
            },
        }
    }
}

impl Datum {
    /// Its value as a number; servers have none of their own here.
    pub fn number(self, entry: &Entry, layout: &Layout, now: u64) -> i64 {
        let value = match self {
            Self::ServerId | Self::ServerKey => None,
            Self::Counter(counter) => entry.get(layout, counter, now),
            Self::Gpc(index) => entry.gpc(index),
            Self::Gpt(index) => entry.tag(index).map(u64::from),
            Self::GpcRate(index) => entry.gpc_rate(layout, index, now),
        };
        i64::try_from(value.unwrap_or(0)).unwrap_or(i64::MAX)
    }

    pub fn store(self, entry: &Entry, layout: &Layout, value: i64, now: u64) {
        let n = u64::try_from(value).unwrap_or(0);
        match self {
            Self::ServerId | Self::ServerKey => {}
            Self::Counter(counter) => entry.set(layout, counter, n, now),
            Self::Gpc(index) => entry.set_gpc(index, n),
            Self::Gpt(index) => entry.set_tag(index, u32::try_from(n).unwrap_or(u32::MAX)),
            Self::GpcRate(index) => entry.set_gpc_rate(layout, index, n, now),
        }
    }
}
