//! Entries as other hosts are told of them, and as they tell of theirs.

use super::{Counter, Datum, Entry, Key, Layout, Rate, Table};
use std::sync::Arc;

/// Of what others say: what is counted on top of it has room, and can be shown.
const MOST: u64 = u64::MAX >> 1;
/// Of a rate: more than this in one period is not counted by whoever speaks the protocol.
const MOST_OF_RATE: u64 = 0xffff_ffff;

/// One value of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    Number(u64),
    Rate(Rate),
    /// The server that the client sticks to.
    Server(Option<Arc<str>>),
}

impl Entry {
    /// What is stored; of a server its name.
    pub fn tell(&self, datum: Datum) -> Given {
        let data = self.lock();
        let rate = |rate: Option<&Rate>| Given::Rate(rate.copied().unwrap_or_default());
        let number = |n: Option<&u64>| Given::Number(n.copied().unwrap_or(0));
        match datum {
            Datum::ServerId | Datum::ServerKey => Given::Server(data.server.clone()),
            Datum::Gpc(index) => number(data.gpc.get(index)),
            Datum::Gpt(index) => Given::Number(data.gpt.get(index).copied().map_or(0, u64::from)),
            Datum::GpcRate(index) => rate(data.gpc_rate.get(index)),
            Datum::Counter(counter) => match Layout::place(counter) {
                Ok(plain) => number(data.plain.get(plain)),
                Err(at) => rate(data.rates.get(at)),
            },
        }
    }

    fn take_over(&self, datum: Datum, given: &Given) {
        let mut data = self.lock();
        match (datum, given) {
            // Connections are those of this host.
            (Datum::Counter(Counter::ConnCur), _) => {}
            (Datum::ServerId | Datum::ServerKey, Given::Server(Some(name))) => {
                data.server = Some(name.clone());
            }
            (Datum::Gpc(index), Given::Number(n)) => put(data.gpc.get_mut(index), (*n).min(MOST)),
            (Datum::Gpt(index), Given::Number(n)) => {
                put(
                    data.gpt.get_mut(index),
                    u32::try_from(*n).unwrap_or(u32::MAX),
                );
            }
            (Datum::GpcRate(index), Given::Rate(rate)) => put(data.gpc_rate.get_mut(index), *rate),
            (Datum::Counter(counter), given) => match (Layout::place(counter), given) {
                (Ok(plain), Given::Number(n)) => put(data.plain.get_mut(plain), (*n).min(MOST)),
                (Err(at), Given::Rate(rate)) => put(data.rates.get_mut(at), *rate),
                _ => {}
            },
            _ => {}
        }
    }
}

fn put<T>(place: Option<&mut T>, value: T) {
    if let Some(place) = place {
        *place = value;
    }
}

impl Table {
    /// Takes over what another host says of a key; `left`: the milliseconds until it expires, a
    /// whole period when nothing is said. Nobody is told of it again.
    pub fn learn<'g>(
        &self,
        key: &Key,
        left: Option<u64>,
        given: impl Iterator<Item = (Datum, &'g Given)>,
        now: u64,
    ) {
        let whole = self.spec.expire.map_or(0, super::millis);
        let idle = whole.saturating_sub(left.unwrap_or(whole));
        let Some(entry) = self.enter(key, now, now.saturating_sub(idle)) else {
            return;
        };
        for (datum, given) in given {
            entry.take_over(datum, given);
        }
    }
}

impl Rate {
    /// Milliseconds since the present period began, what came in it and in the one before.
    pub fn parts(&self, now: u64, period: u64) -> (u64, u64, u64) {
        let age = now.saturating_sub(self.start);
        if age >= 2 * period {
            return (0, 0, 0);
        }
        (age, self.current, self.last)
    }

    pub fn of_parts(age: u64, current: u64, last: u64, now: u64) -> Self {
        Self {
            start: now.saturating_sub(age),
            current: current.min(MOST_OF_RATE),
            last: last.min(MOST_OF_RATE),
        }
    }
}
