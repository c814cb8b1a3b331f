//! One entry: its counters, as far as the table stores them.

use super::{Key, Rate};
use config::haproxy::model::Store;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Counter {
    ConnCnt,
    ConnCur,
    SessCnt,
    HttpReqCnt,
    HttpErrCnt,
    HttpFailCnt,
    BytesInCnt,
    BytesOutCnt,
    ConnRate,
    SessRate,
    HttpReqRate,
    HttpErrRate,
    HttpFailRate,
    BytesInRate,
    BytesOutRate,
}

/// Counters before this one are plain, the others are rates.
const PLAIN: usize = Counter::ConnRate as usize;
const ALL: usize = Counter::BytesOutRate as usize + 1;

impl Counter {
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "conn_cnt" => Self::ConnCnt,
            "conn_cur" => Self::ConnCur,
            "sess_cnt" => Self::SessCnt,
            "http_req_cnt" => Self::HttpReqCnt,
            "http_err_cnt" => Self::HttpErrCnt,
            "http_fail_cnt" => Self::HttpFailCnt,
            "bytes_in_cnt" => Self::BytesInCnt,
            "bytes_out_cnt" => Self::BytesOutCnt,
            "conn_rate" => Self::ConnRate,
            "sess_rate" => Self::SessRate,
            "http_req_rate" => Self::HttpReqRate,
            "http_err_rate" => Self::HttpErrRate,
            "http_fail_rate" => Self::HttpFailRate,
            "bytes_in_rate" => Self::BytesInRate,
            "bytes_out_rate" => Self::BytesOutRate,
            _ => return None,
        })
    }
}

/// What the entries of a table store.
#[derive(Debug, Default)]
pub struct Layout {
    /// Period of each stored rate, 1 for a stored plain counter, 0 for what is not stored.
    stored: [u64; ALL],
    /// Elements of `gpc`, `gpt`; periods of their rates.
    gpc: usize,
    gpt: usize,
    gpc_rate: Vec<u64>,
}

impl Layout {
    pub fn new(store: &[Store]) -> Self {
        let mut layout = Self::default();
        for item in store {
            let period = item
                .period
                .map_or(1, |p| u64::try_from(p.as_millis()).unwrap_or(u64::MAX / 4))
                .max(1);
            let count = item.count as usize;
            let mut rates = |from: usize, to: usize| {
                if layout.gpc_rate.len() < to {
                    layout.gpc_rate.resize(to, 0);
                }
                layout.gpc_rate[from..to].fill(period);
            };
            match item.name {
                "gpc0" => layout.gpc = layout.gpc.max(1),
                "gpc1" => layout.gpc = layout.gpc.max(2),
                "gpc" => layout.gpc = layout.gpc.max(count),
                "gpt0" => layout.gpt = layout.gpt.max(1),
                "gpt" => layout.gpt = layout.gpt.max(count),
                "gpc0_rate" => rates(0, 1),
                "gpc1_rate" => rates(1, 2),
                "gpc_rate" => rates(0, count),
                other => {
                    if let Some(counter) = Counter::of_name(other) {
                        layout.stored[counter as usize] = period;
                    }
                }
            }
        }
        layout
    }
}

impl Layout {
    /// Milliseconds over which a rate counts.
    pub fn period(&self, counter: Counter) -> u64 {
        self.stored[counter as usize]
    }

    pub fn gpc_period(&self, index: usize) -> u64 {
        self.gpc_rate.get(index).copied().unwrap_or(0)
    }
}

#[derive(Debug)]
pub struct Entry {
    pub key: Key,
    /// Connections and requests that are counted in it now.
    pub holders: AtomicU32,
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
    pub fn new(key: Key, layout: &Layout, used: (u64, u64)) -> Self {
        let rates = layout.stored[PLAIN..].iter().any(|period| *period > 0);
        Self {
            key,
            holders: AtomicU32::new(0),
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
    }

    pub fn set_gpc(&self, index: usize, n: u64) {
        if let Some(counter) = self.lock().gpc.get_mut(index) {
            *counter = n;
        }
    }

    pub fn set_gpc_rate(&self, layout: &Layout, index: usize, n: u64, now: u64) {
        let period = layout.gpc_period(index).max(1);
        if let Some(rate) = self.lock().gpc_rate.get_mut(index) {
            rate.set(n, now, period);
        }
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
        let counter = data.gpc.get_mut(index)?;
        *counter += 1;
        Some(*counter)
    }

    /// The value before it was cleared.
    pub fn clear(&self, index: usize) -> Option<u64> {
        self.lock().gpc.get_mut(index).map(std::mem::take)
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
    }

    pub fn server(&self) -> Option<Arc<str>> {
        self.lock().server.clone()
    }

    pub fn set_server(&self, name: &str) {
        let mut data = self.lock();
        if data.server.as_deref() != Some(name) {
            data.server = Some(name.into());
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
