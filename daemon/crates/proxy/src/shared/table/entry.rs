//! One entry: its counters, as far as the table stores them.

use super::layout::{ALL, Counter, Layout, PLAIN};
use super::share::{Outlet, Share};
use super::{Key, Rate};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub struct Entry {
    pub key: Key,
    /// Connections and requests that are counted in it now.
    pub holders: AtomicU32,
    /// Of a table that is shared with other hosts.
    pub(super) share: Option<Box<Share>>,
    data: Mutex<Data>,
}

#[derive(Debug)]
pub(super) struct Data {
    pub(super) used: (u64, u64),
    pub(super) plain: [u64; PLAIN],
    pub(super) rates: Vec<Rate>,
    pub(super) gpc: Vec<u64>,
    pub(super) gpt: Vec<u32>,
    pub(super) gpc_rate: Vec<Rate>,
    pub(super) server: Option<Arc<str>>,
}

impl Entry {
    pub fn new(key: Key, layout: &Layout, used: (u64, u64), outlet: &Option<Arc<Outlet>>) -> Self {
        let rates = layout.stored[PLAIN..].iter().any(|period| *period > 0);
        Self {
            key,
            holders: AtomicU32::new(0),
            share: outlet.as_ref().map(|outlet| Box::new(Share::new(outlet))),
            data: Mutex::new(Data {
                used,
                plain: [0; PLAIN],
                rates: if rates {
                    vec![Rate::default(); ALL - PLAIN]
                } else {
                    Vec::new()
                },
                gpc: vec![0; layout.gpc],
                gpt: vec![0; layout.gpt],
                gpc_rate: vec![Rate::default(); layout.gpc_rate.len()],
                server: None,
            }),
        }
    }

    /// Something of it is another than before, or it was used.
    pub(super) fn changed(&self) {
        if let Some(share) = &self.share {
            share.note(&self.key);
        }
    }

    pub fn is_held(&self) -> bool {
        self.holders.load(std::sync::atomic::Ordering::Relaxed) > 0
    }

    pub fn used(&self) -> (u64, u64) {
        self.lock().used
    }

    pub fn set_used(&self, used: (u64, u64)) {
        self.lock().used = used;
    }

    pub fn add(&self, layout: &Layout, counter: Counter, n: u64, now: u64) {
        let at = counter as usize;
        let period = layout.stored[at];
        if period == 0 || n == 0 {
            return;
        }
        let mut data = self.lock();
        if at < PLAIN {
            data.plain[at] += n;
        } else if let Some(rate) = data.rates.get_mut(at - PLAIN) {
            rate.add(n, now, period);
        }
        drop(data);
        self.changed();
    }

    /// One connection less.
    pub fn leave(&self, layout: &Layout) {
        if layout.stored[Counter::ConnCur as usize] > 0 {
            let mut data = self.lock();
            let now = &mut data.plain[Counter::ConnCur as usize];
            *now = now.saturating_sub(1);
        }
    }

    /// `None` when the table does not store it.
    pub fn get(&self, layout: &Layout, counter: Counter, now: u64) -> Option<u64> {
        let at = counter as usize;
        let period = layout.stored[at];
        if period == 0 {
            return None;
        }
        let data = self.lock();
        if at < PLAIN {
            return Some(data.plain[at]);
        }
        data.rates
            .get(at - PLAIN)
            .map(|rate| rate.read(now, period))
    }

    /// Gives a counter this value.
    pub fn set(&self, layout: &Layout, counter: Counter, n: u64, now: u64) {
        let at = counter as usize;
        let mut data = self.lock();
        if at < PLAIN {
            data.plain[at] = n;
        } else if let Some(rate) = data.rates.get_mut(at - PLAIN) {
            rate.set(n, now, layout.stored[at].max(1));
        }
        drop(data);
        self.changed();
    }

    pub fn set_gpc(&self, index: usize, n: u64) {
        if let Some(counter) = self.lock().gpc.get_mut(index) {
            *counter = n;
        }
        self.changed();
    }

    pub fn set_gpc_rate(&self, layout: &Layout, index: usize, n: u64, now: u64) {
        let period = layout.gpc_period(index).max(1);
        if let Some(rate) = self.lock().gpc_rate.get_mut(index) {
            rate.set(n, now, period);
        }
        self.changed();
    }

    /// General purpose counters; the new value, `None` without such a counter.
    pub fn increment(&self, layout: &Layout, index: usize, now: u64) -> Option<u64> {
        let mut data = self.lock();
        if let (Some(rate), Some(period)) = (
            data.gpc_rate.get_mut(index),
            layout.gpc_rate.get(index).filter(|p| **p > 0),
        ) {
            rate.add(1, now, *period);
        }
        let counter = data.gpc.get_mut(index).map(|counter| {
            *counter += 1;
            *counter
        });
        drop(data);
        self.changed();
        counter
    }

    /// The value before it was cleared.
    pub fn clear(&self, index: usize) -> Option<u64> {
        let before = self.lock().gpc.get_mut(index).map(std::mem::take);
        self.changed();
        before
    }

    pub fn gpc(&self, index: usize) -> Option<u64> {
        self.lock().gpc.get(index).copied()
    }

    pub fn gpc_rate(&self, layout: &Layout, index: usize, now: u64) -> Option<u64> {
        let period = *layout.gpc_rate.get(index).filter(|p| **p > 0)?;
        self.lock()
            .gpc_rate
            .get(index)
            .map(|rate| rate.read(now, period))
    }

    pub fn tag(&self, index: usize) -> Option<u32> {
        self.lock().gpt.get(index).copied()
    }

    pub fn set_tag(&self, index: usize, value: u32) {
        if let Some(tag) = self.lock().gpt.get_mut(index) {
            *tag = value;
        }
        self.changed();
    }

    pub fn server(&self) -> Option<Arc<str>> {
        self.lock().server.clone()
    }

    pub fn set_server(&self, name: &str) {
        let mut data = self.lock();
        if data.server.as_deref() != Some(name) {
            data.server = Some(name.into());
            drop(data);
            self.changed();
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
