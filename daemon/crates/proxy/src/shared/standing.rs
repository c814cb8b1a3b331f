//! Whether something can serve, how often that ended, and for how long it could not.

use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Written by the control thread alone.
#[derive(Debug)]
pub struct Standing {
    up: AtomicBool,
    /// Unix milliseconds of the last change.
    changed: AtomicU64,
    /// Changes from up to down.
    falls: AtomicU64,
    /// Milliseconds down before the last change.
    down: AtomicU64,
}

/// The same as a value.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Kept {
    up: bool,
    changed: u64,
    falls: u64,
    down: u64,
}

fn unix_ms() -> u64 {
    sys::epoll::unix_us() / 1000
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            up: AtomicBool::new(true),
            changed: AtomicU64::new(unix_ms()),
            falls: AtomicU64::new(0),
            down: AtomicU64::new(0),
        }
    }
}

impl Standing {
    pub fn set(&self, up: bool) {
        if self.up.swap(up, Relaxed) == up {
            return;
        }
        let now = unix_ms();
        let since = now.saturating_sub(self.changed.swap(now, Relaxed));
        if up {
            self.down.fetch_add(since, Relaxed);
        } else {
            self.falls.fetch_add(1, Relaxed);
        }
    }

    pub fn keep(&self) -> Kept {
        Kept {
            up: self.up.load(Relaxed),
            changed: self.changed.load(Relaxed),
            falls: self.falls.load(Relaxed),
            down: self.down.load(Relaxed),
        }
    }

    /// As it was in the process before this one.
    pub fn go_on(&self, kept: &Kept) {
        self.up.store(kept.up, Relaxed);
        self.changed.store(kept.changed, Relaxed);
        self.falls.store(kept.falls, Relaxed);
        self.down.store(kept.down, Relaxed);
    }

    /// As if nothing had happened so far.
    pub fn forget(&self) {
        self.falls.store(0, Relaxed);
        self.down.store(0, Relaxed);
    }

    pub fn falls(&self) -> u64 {
        self.falls.load(Relaxed)
    }

    /// Whole seconds since the last change.
    pub fn age(&self) -> u64 {
        unix_ms().saturating_sub(self.changed.load(Relaxed)) / 1000
    }

    /// Whole seconds down in all.
    pub fn downtime(&self) -> u64 {
        let now = if self.up.load(Relaxed) {
            0
        } else {
            unix_ms().saturating_sub(self.changed.load(Relaxed))
        };
        (self.down.load(Relaxed) + now) / 1000
    }
}
