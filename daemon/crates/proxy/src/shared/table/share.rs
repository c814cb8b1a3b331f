//! What a table that is shared with other hosts notes of its changes. Tables that are not shared
//! have none of this.

use super::{Key, Table};
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

    /// The entry is gone.
    pub fn forget(&mut self, serial: u64) {
        self.order.remove(&serial);
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
        // Entries that expired leave their keys behind: no more of them than there are entries.
        let most = 2 * self.used(now) + 1024;
        if journal.order.len() > most {
            journal.order.retain(|_, key| self.find(key, now).is_some());
        }
    }
}
