//! What outlives a configuration and is seen by all threads: counters, loads, server states.
//!
//! Counters have one writer each (the worker that owns the cell), so an increment is a plain load
//! and store; the control thread reads them. Loads are shared because limits are process-wide.

pub mod rate;
pub mod registry;
pub mod server;
pub mod table;
pub mod traffic;
pub mod whereabouts;

pub use rate::SecondRate;
pub use registry::Registry;
pub use server::{ServerShared, State, WARM, admin};
pub use traffic::Traffic;
pub use whereabouts::{Place, Whereabouts};

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

/// A counter with one writer.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, n: u64) {
        self.0.store(self.0.load(Relaxed) + n, Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

#[derive(Debug)]
pub struct FrontendShared {
    pub name: String,
    /// Connections now, over all workers.
    pub active: AtomicU32,
    pub session_rate: SecondRate,
    pub request_rate: SecondRate,
    /// Of each worker.
    pub traffic: Box<[Traffic]>,
}

impl FrontendShared {
    pub fn new(name: &str, workers: usize) -> Self {
        Self {
            name: name.to_owned(),
            active: AtomicU32::new(0),
            session_rate: SecondRate::default(),
            request_rate: SecondRate::default(),
            traffic: Traffic::of(workers),
        }
    }
}

#[derive(Debug)]
pub struct BackendShared {
    /// Index of the workers' local state for this backend.
    pub id: usize,
    pub name: String,
    /// Requests that wait for a server, over all workers.
    pub queued: AtomicU32,
    /// Exchanges now, over all workers.
    pub active: AtomicU32,
    pub session_rate: SecondRate,
    /// Moves on when a server's state or weight changes: prepared sequences are out of date.
    pub epoch: AtomicU32,
    /// Of each worker.
    pub traffic: Box<[Traffic]>,
}

impl BackendShared {
    pub fn new(id: usize, name: &str, workers: usize) -> Self {
        Self {
            id,
            name: name.to_owned(),
            queued: AtomicU32::new(0),
            active: AtomicU32::new(0),
            session_rate: SecondRate::default(),
            epoch: AtomicU32::new(1),
            traffic: Traffic::of(workers),
        }
    }
}

/// Process-wide limit of connections.
#[derive(Debug, Default)]
pub struct Totals {
    pub connections: AtomicU32,
    pub connection_rate: SecondRate,
    pub session_rate: SecondRate,
    /// Workers whose listeners rest because a limit was reached.
    pub resting: AtomicU32,
    /// The process takes no new connections and ends with the last one.
    pub stopping: AtomicBool,
}

/// Takes one place below `limit` (0 = no limit); false when all are taken.
pub fn take_place(load: &AtomicU32, limit: u32) -> bool {
    let before = load.fetch_add(1, Relaxed);
    if limit != 0 && before >= limit {
        load.fetch_sub(1, Relaxed);
        return false;
    }
    true
}
