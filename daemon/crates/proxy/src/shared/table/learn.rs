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

    /// `ahead`: what this host did since is not in what is given. The higher count stays then, and a
    /// tag or a server that is set here, for the others are told of it next.
    fn take_over(&self, (datum, period): (Datum, u64), given: &Given, ahead: bool, now: u64) {
        let mut data = self.lock();
        let counted = |place: Option<&mut u64>, n: u64| {
            let n = n.min(MOST);
            put(place, n, |known| ahead && *known > n);
        };
        let rated = |place: Option<&mut Rate>, rate: Rate| {
            let more = |known: &Rate| known.read(now, period) > rate.read(now, period);
            put(place, rate, |known| ahead && more(known));
        };
        match (datum, given) {
            // Connections are those of this host.
            (Datum::Counter(Counter::ConnCur), _) => {}
            (Datum::ServerId | Datum::ServerKey, Given::Server(Some(name))) => {
                let stays = |known: &Option<Arc<str>>| ahead && known.is_some();
                put(Some(&mut data.server), Some(name.clone()), stays);
            }
            (Datum::Gpc(index), Given::Number(n)) => counted(data.gpc.get_mut(index), *n),
            (Datum::Gpt(index), Given::Number(n)) => {
                let n = u32::try_from(*n).unwrap_or(u32::MAX);
                put(data.gpt.get_mut(index), n, |known| ahead && *known > 0);
            }
            (Datum::GpcRate(index), Given::Rate(rate)) => {
                rated(data.gpc_rate.get_mut(index), *rate);
            }
            (Datum::Counter(counter), given) => match (Layout::place(counter), given) {
                (Ok(plain), Given::Number(n)) => counted(data.plain.get_mut(plain), *n),
                (Err(at), Given::Rate(rate)) => rated(data.rates.get_mut(at), *rate),
                _ => {}
            },
            _ => {}
        }
    }
}

fn put<T>(place: Option<&mut T>, value: T, stays: impl FnOnce(&T) -> bool) {
    if let Some(place) = place.filter(|known| !stays(known)) {
        *place = value;
    }
}

impl Table {
    /// Takes over what another host says of a key; `left`: the milliseconds until it expires, a
    /// whole period when nothing is said; `heard`: the last change of ours that it has. Nobody is told
    /// of it again.
    ///
    /// Of two that start at once each asks the other for everything, and is told again what it said
    /// itself a moment before.
    pub fn learn<'g>(
        &self,
        key: &Key,
        left: Option<u64>,
        given: impl Iterator<Item = ((Datum, u64), &'g Given)>,
        heard: u64,
        now: u64,
    ) {
        let whole = self.spec.expire.map_or(0, super::millis);
        let idle = whole.saturating_sub(left.unwrap_or(whole));
        let Some(entry) = self.enter(key, now, now.saturating_sub(idle)) else {
            return;
        };
        let ahead = entry.is_ahead_of(heard);
        for (element, given) in given {
            entry.take_over(element, given, ahead, now);
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
