//! A table in the words of the protocol.

use crate::shared::table::{Datum, Entry, Given, Key, Rate, Table};
use config::haproxy::model::TableKey;
use peers::{Column, Definition, KeyKind, Update, Value};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

#[derive(Debug)]
pub struct Shared {
    pub table: Arc<Table>,
    pub definition: Definition,
    /// Where the elements of each column begin.
    firsts: Vec<usize>,
    /// With the period of a rate.
    elements: Vec<(Datum, u64)>,
    ids: HashMap<Arc<str>, u32>,
    names: HashMap<u32, Arc<str>>,
}

impl Shared {
    pub fn new(
        table: Arc<Table>,
        name: String,
        id: u64,
        sticks: bool,
        servers: &[(String, u32)],
    ) -> Self {
        let (mut columns, mut firsts, mut elements) =
            (Vec::<Column>::new(), Vec::new(), Vec::new());
        for column in table.columns(sticks) {
            let bit = peers::NAMES.iter().position(|name| *name == column.name);
            let Some(bit) = bit.and_then(|bit| u8::try_from(bit).ok()) else {
                continue;
            };
            match columns.last_mut() {
                Some(last) if last.bit == bit => last.count += 1,
                _ => {
                    firsts.push(elements.len());
                    columns.push(Column {
                        bit,
                        count: 1,
                        period: column.period.unwrap_or(0),
                    });
                }
            }
            elements.push((column.datum, column.period.unwrap_or(0)));
        }
        let (key, key_length) = match table.spec.key.value {
            TableKey::Integer => (KeyKind::Integer, 4),
            TableKey::Ip => (KeyKind::Ip, 4),
            TableKey::Ipv6 => (KeyKind::Ipv6, 16),
            TableKey::String(len) => (KeyKind::String, u64::from(len) + 1),
            TableKey::Binary(len) => (KeyKind::Binary, u64::from(len)),
        };
        let expire = table.spec.expire.map_or(0, |d| d.as_millis());
        let definition = Definition {
            id,
            name,
            key,
            key_length,
            expire: u64::try_from(expire).unwrap_or(u64::MAX),
            columns,
        };
        let (mut ids, mut names) = (HashMap::new(), HashMap::new());
        for (name, id) in servers {
            let name: Arc<str> = name.as_str().into();
            ids.entry(name.clone()).or_insert(*id);
            names.entry(*id).or_insert(name);
        }
        Self {
            table,
            definition,
            firsts,
            elements,
            ids,
            names,
        }
    }

    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.table, &other.table) && self.definition == other.definition
    }

    /// Every element of the entry.
    pub fn values(&self, entry: &Entry, now: u64) -> Vec<Value> {
        let value = |(datum, period): &(Datum, u64)| match entry.tell(*datum) {
            Given::Number(n) => Value::Number(n),
            Given::Rate(rate) => {
                let (age, current, last) = rate.parts(now, *period);
                Value::Rate { age, current, last }
            }
            Given::Server(name) if *datum == Datum::ServerKey => Value::Name(name),
            Given::Server(name) => {
                let id = name.and_then(|name| self.ids.get(&name).copied());
                Value::Number(id.unwrap_or(0).into())
            }
        };
        self.elements.iter().map(value).collect()
    }

    /// Takes over what another host says of an entry, as far as both store the same. `heard`: the last
    /// change of ours that it has.
    pub fn learn(&self, update: &Update, heard: u64, now: u64) {
        let Some(key) = self.key(&update.key) else {
            return;
        };
        let given: Vec<((Datum, u64), Given)> = update
            .values
            .iter()
            .filter_map(|(column, element, value)| self.given(*column, *element, value, now))
            .collect();
        let left = update.expire.map(u64::from);
        let given = given.iter().map(|(element, given)| (*element, given));
        self.table.learn(&key, left, given, heard, now);
    }

    fn given(
        &self,
        theirs: Column,
        element: u32,
        value: &Value,
        now: u64,
    ) -> Option<((Datum, u64), Given)> {
        let mut columns = self.definition.columns.iter();
        let at = columns.position(|ours| ours.bit == theirs.bit)?;
        if element >= self.definition.columns[at].count {
            return None;
        }
        let (datum, period) = self.elements[self.firsts[at] + element as usize];
        let given = match value {
            Value::Number(id) if datum == Datum::ServerId => {
                let name = u32::try_from(*id).ok().and_then(|id| self.names.get(&id));
                Given::Server(name.cloned())
            }
            Value::Number(n) => Given::Number(*n),
            // What was counted over another time is another thing.
            Value::Rate { .. } if theirs.period != 0 && theirs.period != period => return None,
            Value::Rate { age, current, last } => {
                Given::Rate(Rate::of_parts(*age, *current, *last, now))
            }
            Value::Name(name) => Given::Server(name.clone()),
        };
        Some(((datum, period), given))
    }

    fn key(&self, key: &peers::Key) -> Option<Key> {
        Some(match key {
            peers::Key::Integer(n) => Key::Integer(*n),
            peers::Key::Ip(bytes) => Key::Ip(IpAddr::from(*bytes)),
            peers::Key::Ipv6(bytes) => Key::Ip(IpAddr::from(*bytes)),
            peers::Key::Bytes(bytes) => Key::bytes(self.table.spec.key.value, bytes)?,
        })
    }
}

/// A key in the words of the protocol.
pub fn told(key: &Key) -> peers::Key {
    match key {
        Key::Ip(IpAddr::V4(ip)) => peers::Key::Ip(ip.octets()),
        Key::Ip(IpAddr::V6(ip)) => peers::Key::Ipv6(ip.octets()),
        Key::Integer(n) => peers::Key::Integer(*n),
        Key::Bytes(bytes) => peers::Key::Bytes(bytes.clone()),
    }
}
