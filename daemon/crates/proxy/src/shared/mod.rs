//! What outlives a configuration and is seen by all threads: counters, loads, server states.
//!
//! Counters have one writer each (the worker that owns the cell), so an increment is a plain load
//! and store; the control thread reads them. Loads are shared because limits are process-wide.

mod asked;
mod bind;
mod broken;
pub mod leaving;
pub mod legacy;
mod past;
pub mod rate;
pub mod registry;
mod sealed;
pub mod server;
mod standing;
pub mod table;
pub mod traffic;
pub mod whereabouts;

pub use asked::Wish;
pub use bind::BindShared;
pub use broken::{Broken, LastBroken};
pub use past::{Past, Rate};
pub use rate::SecondRate;
pub use registry::Registry;
pub use sealed::{Checked, Sealed};
pub use server::{STEPS, ServerShared, State, WARM, admin};
pub use standing::Standing;
pub use traffic::Traffic;
pub use whereabouts::{Place, Whereabouts};

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};

/// A counter with one writer.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, n: u64) {
        self.0.store(self.0.load(Relaxed) + n, Relaxed);
    }

    /// What turned out to be none.
    pub fn take_back(&self, n: u64) {
        self.0
            .store(self.0.load(Relaxed).saturating_sub(n), Relaxed);
    }

    /// At least this much.
    pub fn raise(&self, n: u64) {
        if n > self.0.load(Relaxed) {
            self.0.store(n, Relaxed);
        }
    }

    /// As if nothing had been counted.
    pub fn forget(&self) {
        self.0.store(0, Relaxed);
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
    /// The last request that broke the protocol.
    pub broken: LastBroken,
    /// Of each worker.
    pub traffic: Box<[Traffic]>,
    /// The control thread's.
    pub past: Mutex<Past>,
}

impl FrontendShared {
    pub fn new(name: &str, workers: usize) -> Self {
        Self {
            name: name.to_owned(),
            active: AtomicU32::new(0),
            session_rate: SecondRate::default(),
            request_rate: SecondRate::default(),
            broken: LastBroken::default(),
            traffic: Traffic::of(workers),
            past: Mutex::default(),
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
    /// Those among them that wait for one server and no other.
    pub queued_apart: AtomicU32,
    /// How many have left the queue for any server.
    pub dequeued: AtomicU32,
    /// Exchanges now, over all workers.
    pub active: AtomicU32,
    pub session_rate: SecondRate,
    /// Moves on when a server's state or weight changes: prepared sequences are out of date.
    pub epoch: AtomicU32,
    /// Whether any server could serve, and since when.
    pub standing: Standing,
    /// The last response that broke the protocol.
    pub broken: LastBroken,
    /// Of each worker.
    pub traffic: Box<[Traffic]>,
    /// The control thread's.
    pub past: Mutex<Past>,
}

impl BackendShared {
    pub fn new(id: usize, name: &str, workers: usize) -> Self {
        Self {
            id,
            name: name.to_owned(),
            queued: AtomicU32::new(0),
            queued_apart: AtomicU32::new(0),
            dequeued: AtomicU32::new(0),
            active: AtomicU32::new(0),
            session_rate: SecondRate::default(),
            epoch: AtomicU32::new(1),
            standing: Standing::default(),
            broken: LastBroken::default(),
            traffic: Traffic::of(workers),
            past: Mutex::default(),
        }
    }
}

impl BackendShared {
    /// Requests that wait for any server.
    pub fn queued_unbound(&self) -> u32 {
        let apart = self.queued_apart.load(Relaxed);
        self.queued.load(Relaxed).saturating_sub(apart)
    }

    /// Exchanges at servers and those that wait for one.
    pub fn sessions(&self) -> u32 {
        self.active.load(Relaxed) + self.queued.load(Relaxed)
    }
}

/// Process-wide limit of connections.
#[derive(Debug, Default)]
pub struct Totals {
    pub connections: AtomicU32,
    pub connection_rate: SecondRate,
    pub session_rate: SecondRate,
    pub sealed: Sealed,
    /// Messages that broke the protocol.
    pub broken: AtomicU64,
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
