//! A server's load, state and counters.

use super::Counter;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};

/// What the checks say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// No check is configured: taken as good.
    NoCheck = 0,
    Up = 1,
    Down = 2,
    /// Checked, but no result yet: only used when nothing is known to be good.
    Unknown = 3,
    /// `disabled`
    Maintenance = 4,
}

impl State {
    fn of(byte: u8) -> Self {
        match byte {
            0 => Self::NoCheck,
            1 => Self::Up,
            2 => Self::Down,
            3 => Self::Unknown,
            _ => Self::Maintenance,
        }
    }

    pub fn is_up(self) -> bool {
        matches!(self, Self::NoCheck | Self::Up)
    }

    /// As in the `status` column of HAProxy's statistics.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoCheck => "no check",
            Self::Up => "UP",
            Self::Down => "DOWN",
            Self::Unknown => "INI",
            Self::Maintenance => "MAINT",
        }
    }
}

#[derive(Debug, Default)]
#[repr(align(64))]
pub struct ServerCounters {
    pub sessions: Counter,
    pub connects: Counter,
    pub reuses: Counter,
    pub retries: Counter,
    pub redispatches: Counter,
    pub errors: Counter,
}

#[derive(Debug)]
pub struct ServerShared {
    pub backend: String,
    pub name: String,
    /// Exchanges now, over all workers.
    pub active: AtomicU32,
    /// Idle connections, where they are counted.
    pub idle: AtomicU32,
    state: AtomicU8,
    /// Unix milliseconds of the last change of state.
    since: AtomicU64,
    /// Thousandths of its share that it may get: less than all while it warms up.
    warmth: AtomicU32,
    pub workers: Box<[ServerCounters]>,
}

/// The whole share.
pub const WARM: u32 = 1000;

impl ServerShared {
    pub fn new(backend: &str, name: &str, workers: usize, state: State) -> Self {
        Self {
            backend: backend.to_owned(),
            name: name.to_owned(),
            active: AtomicU32::new(0),
            idle: AtomicU32::new(0),
            state: AtomicU8::new(state as u8),
            warmth: AtomicU32::new(WARM),
            since: AtomicU64::new(sys::epoll::unix_us() / 1000),
            workers: (0..workers).map(|_| ServerCounters::default()).collect(),
        }
    }

    pub fn state(&self) -> State {
        State::of(self.state.load(Relaxed))
    }

    /// Returns whether it was another state before.
    pub fn set_state(&self, state: State) -> bool {
        let changed = self.state.swap(state as u8, Relaxed) != state as u8;
        if changed {
            self.since.store(sys::epoll::unix_us() / 1000, Relaxed);
        }
        changed
    }

    pub fn warmth(&self) -> u32 {
        self.warmth.load(Relaxed)
    }

    pub fn set_warmth(&self, thousandths: u32) {
        self.warmth.store(thousandths.min(WARM), Relaxed);
    }

    pub fn since(&self) -> u64 {
        self.since.load(Relaxed)
    }

    pub fn sum(&self, of: impl Fn(&ServerCounters) -> &Counter) -> u64 {
        self.workers.iter().map(|w| of(w).get()).sum()
    }
}
