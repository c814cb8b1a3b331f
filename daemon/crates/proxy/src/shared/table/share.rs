//! What a table that is shared with other hosts notes of its changes. Tables that are not shared
//! have none of this.

use super::{Entry, Key, Table};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use sys::epoll::Waker;

/// Rung by the first change since the changes were taken up.
pub type Bell = OnceLock<Arc<Waker>>;

/// Keys of entries that changed, each once; and the order in which changes are told.
#[derive(Debug)]
pub struct Outlet {
    fresh: Mutex<Vec<Key>>,
    journal: Mutex<Journal>,
    bell: Arc<Bell>,
}

/// Of one entry.
#[derive(Debug)]
pub(super) struct Share {
    outlet: Arc<Outlet>,
    /// It is among the fresh ones.
    noted: AtomicBool,
    /// The number of its last change that was taken up; 0: none was.
    serial: AtomicU64,
}

/// The last change of each entry, oldest first.
#[derive(Debug, Default)]
pub struct Journal {
    last: u64,
    order: BTreeMap<u64, Key>,
}

impl Outlet {
    pub fn new(bell: &Arc<Bell>) -> Self {
        Self {
            fresh: Mutex::default(),
            journal: Mutex::default(),
            bell: bell.clone(),
        }
    }

    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self) -> MutexGuard<'_, Vec<Key>> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    pub(super) fn new(outlet: &Arc<Outlet>) -> Self {
        Self {
            outlet: outlet.clone(),
            noted: AtomicBool::new(false),
            serial: AtomicU64::new(0),
        }
    }

    /// The entry of this key changed.
    pub(super) fn note(&self, key: &Key) {
        if self.noted.load(Ordering::Relaxed) || self.noted.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut fresh = self.outlet.fresh();
        fresh.push(key.clone());
        if fresh.len() == 1
            && let Some(waker) = self.outlet.bell.get()
        {
            waker.wake();
        }
    }
}

impl Entry {
    /// It changed after the change of this number.
    pub(super) fn is_ahead_of(&self, serial: u64) -> bool {
        self.share.as_ref().is_some_and(|share| {
            share.noted.load(Ordering::Acquire) || share.serial.load(Ordering::Relaxed) > serial
        })
    }
}

impl Journal {
    /// The number of the newest change.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The next change behind this one.
    pub fn after(&self, serial: u64) -> Option<(u64, Key)> {
        let (serial, key) = self.order.range(serial + 1..).next()?;
        Some((*serial, key.clone()))
    }

    /// It is no entry's last change any more.
    pub fn forget(&mut self, serial: u64) {
        self.order.remove(&serial);
    }

    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.order.len()
    }
}

impl Table {
    /// Puts the entries that changed since at the end of the journal.
    pub fn take_up_changes(&self, now: u64) {
        let Some(outlet) = &self.outlet else { return };
        let fresh = std::mem::take(&mut *outlet.fresh());
        if fresh.is_empty() {
            return;
        }
        let mut journal = outlet.journal();
        for key in fresh {
            let Some(entry) = self.find(&key, now) else {
                continue;
            };
            let Some(share) = &entry.share else { continue };
            share.noted.store(false, Ordering::Release);
            journal.last += 1;
            let serial = journal.last;
            let old = share.serial.swap(serial, Ordering::Relaxed);
            journal.order.remove(&old);
            journal.order.insert(serial, key);
        }
        // Entries that expired leave their changes behind, even when their keys come again: no more of
        // them are kept than there are entries.
        let most = 2 * self.used(now) + 1024;
        if journal.order.len() > most {
            let lasts = |serial: &u64, key: &mut Key| self.changed_by(*serial, key, now).is_some();
            journal.order.retain(lasts);
        }
    }

    /// The entry whose last change this is; `None`: it is gone, or has changed since.
    pub fn changed_by(&self, serial: u64, key: &Key, now: u64) -> Option<Arc<Entry>> {
        let is_last = |entry: &Arc<Entry>| {
            let share = entry.share.as_ref();
            share.is_some_and(|share| share.serial.load(Ordering::Relaxed) == serial)
        };
        self.find(key, now).filter(is_last)
    }
}
