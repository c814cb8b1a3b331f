//! A server's load, state and counters.

use super::{Counter, Past, SecondRate, Standing, Traffic};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};

/// What the checks say and what was ordered, together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// No check is configured: taken as good.
    NoCheck = 0,
    Up = 1,
    Down = 2,
    /// Checked, but no result yet: only used when nothing is known to be good.
    Unknown = 3,
    /// No sessions at all.
    Maintenance = 4,
    /// Up, but the check wants no new sessions (`http-check disable-on-404`).
    Stopping = 5,
    /// Up, but ordered to get no new sessions.
    Drain = 6,
}

impl State {
    fn of(byte: u8) -> Self {
        match byte {
            0 => Self::NoCheck,
            1 => Self::Up,
            2 => Self::Down,
            3 => Self::Unknown,
            5 => Self::Stopping,
            6 => Self::Drain,
            _ => Self::Maintenance,
        }
    }

    /// Gets its share of new sessions.
    pub fn is_up(self) -> bool {
        matches!(self, Self::NoCheck | Self::Up)
    }

    /// May serve who belongs to it.
    pub fn keeps(self) -> bool {
        !matches!(self, Self::Down | Self::Maintenance)
    }

    /// As in the `status` column of HAProxy's statistics.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoCheck => "no check",
            Self::Up => "UP",
            Self::Down => "DOWN",
            Self::Unknown => "INI",
            Self::Maintenance => "MAINT",
            Self::Stopping => "NOLB",
            Self::Drain => "DRAIN",
        }
    }
}

/// Orders about a server, as bits (HAProxy management guide 9.3, `srv_admin_state`).
pub mod admin {
    /// Forced into maintenance.
    pub const MAINTENANCE: u8 = 0x01;
    /// The tracked server is in maintenance.
    pub const INHERITED_MAINTENANCE: u8 = 0x02;
    /// The configuration says `disabled`.
    pub const CONFIGURED: u8 = 0x04;
    /// Forced into drain.
    pub const DRAIN: u8 = 0x08;
    /// The tracked server drains.
    pub const INHERITED_DRAIN: u8 = 0x10;
    /// Its name has no address.
    pub const UNRESOLVED: u8 = 0x20;
    pub const ANY_MAINTENANCE: u8 = MAINTENANCE | INHERITED_MAINTENANCE | UNRESOLVED;
    pub const ANY_DRAIN: u8 = DRAIN | INHERITED_DRAIN;
}

/// Nothing was configured before.
const UNSET: u32 = u32::MAX;

#[derive(Debug)]
pub struct ServerShared {
    pub backend: String,
    pub name: String,
    /// Exchanges now, over all workers.
    pub active: AtomicU32,
    /// Requests that wait for this server and no other.
    pub queued: AtomicU32,
    /// How many have left that queue.
    pub dequeued: AtomicU32,
    /// How often it began to drain or to stop: who waited then looks for another server.
    pub drained: AtomicU32,
    /// New sessions a second, where somebody asks for them.
    pub session_rate: SecondRate,
    /// Idle connections, where they are counted.
    pub idle: AtomicU32,
    /// What the workers go by.
    state: AtomicU8,
    /// The same without orders.
    operation: AtomicU8,
    /// Bits of [`admin`].
    orders: AtomicU8,
    /// As in the configuration, and as it is now.
    initial_weight: AtomicU32,
    weight: AtomicU32,
    /// The same; 0 = no limit.
    initial_maxconn: AtomicU32,
    maxconn: AtomicU32,
    /// Errors of live traffic in a row (`observe`).
    pub errors_in_a_row: AtomicU32,
    /// Unix milliseconds of the last change of state.
    since: AtomicU64,
    /// Up or down, and for how long.
    pub standing: Standing,
    /// Checks that failed while it was up, and errors of live traffic that counted as such.
    pub failed_checks: Counter,
    pub failed_traffic: Counter,
    /// Thousandths of its share that it may get: less than all while it warms up.
    warmth: AtomicU32,
    /// For servers that are given by name.
    pub whereabouts: super::Whereabouts,
    /// Of each worker.
    pub traffic: Box<[Traffic]>,
    /// The control thread's.
    pub past: Mutex<Past>,
}

/// The whole share.
pub const WARM: u32 = 1000;

/// A weight grows in so many steps.
pub const STEPS: u32 = 16;

impl ServerShared {
    pub fn new(backend: &str, name: &str, workers: usize, state: State) -> Self {
        Self {
            backend: backend.to_owned(),
            name: name.to_owned(),
            active: AtomicU32::new(0),
            queued: AtomicU32::new(0),
            dequeued: AtomicU32::new(0),
            drained: AtomicU32::new(0),
            session_rate: SecondRate::default(),
            idle: AtomicU32::new(0),
            state: AtomicU8::new(state as u8),
            operation: AtomicU8::new(state as u8),
            orders: AtomicU8::new(0),
            initial_weight: AtomicU32::new(UNSET),
            weight: AtomicU32::new(1),
            initial_maxconn: AtomicU32::new(UNSET),
            maxconn: AtomicU32::new(0),
            errors_in_a_row: AtomicU32::new(0),
            warmth: AtomicU32::new(WARM),
            whereabouts: super::Whereabouts::default(),
            since: AtomicU64::new(sys::epoll::unix_us() / 1000),
            standing: Standing::default(),
            failed_checks: Counter::default(),
            failed_traffic: Counter::default(),
            traffic: Traffic::of(workers),
            past: Mutex::default(),
        }
    }

    pub fn state(&self) -> State {
        State::of(self.state.load(Relaxed))
    }

    /// What the checks alone say.
    pub fn operation(&self) -> State {
        State::of(self.operation.load(Relaxed))
    }

    /// Returns whether its state was another one before.
    pub fn set_operation(&self, operation: State) -> bool {
        self.operation.store(operation as u8, Relaxed);
        self.settle()
    }

    pub fn orders(&self) -> u8 {
        self.orders.load(Relaxed)
    }

    /// The same; orders are [`admin`]'s bits.
    pub fn set_orders(&self, orders: u8) -> bool {
        self.orders.store(orders, Relaxed);
        self.settle()
    }

    fn settle(&self) -> bool {
        let (operation, orders) = (self.operation(), self.orders());
        let state = match operation {
            _ if orders & admin::ANY_MAINTENANCE != 0 => State::Maintenance,
            State::NoCheck | State::Up | State::Unknown if orders & admin::ANY_DRAIN != 0 => {
                State::Drain
            }
            operation => operation,
        };
        let changed = self.state.swap(state as u8, Relaxed) != state as u8;
        if changed {
            self.since.store(sys::epoll::unix_us() / 1000, Relaxed);
            self.standing.set(state.keeps());
        }
        changed
    }

    pub fn weight(&self) -> u32 {
        self.weight.load(Relaxed)
    }

    /// Gets its share of new sessions.
    pub fn is_usable(&self) -> bool {
        self.state().is_up() && self.weight() > 0
    }

    /// The same, or may get it when it is found to be up.
    pub fn serves(&self) -> bool {
        self.is_usable() || self.state() == State::Unknown
    }

    pub fn initial_weight(&self) -> u32 {
        self.initial_weight.load(Relaxed)
    }

    /// Returns whether it was another one before.
    pub fn set_weight(&self, weight: u32) -> bool {
        self.weight.swap(weight, Relaxed) != weight
    }

    pub fn initial_maxconn(&self) -> u32 {
        self.initial_maxconn.load(Relaxed)
    }

    pub fn maxconn(&self) -> u32 {
        self.maxconn.load(Relaxed)
    }

    pub fn set_maxconn(&self, limit: u32) -> bool {
        self.maxconn.swap(limit, Relaxed) != limit
    }

    /// Takes up what a configuration says. What was changed at run time stays until the
    /// configuration says something else than before.
    pub fn take_up(&self, weight: u32, maxconn: u32) {
        if self.initial_weight.swap(weight, Relaxed) != weight {
            self.weight.store(weight, Relaxed);
        }
        if self.initial_maxconn.swap(maxconn, Relaxed) != maxconn {
            self.maxconn.store(maxconn, Relaxed);
        }
    }

    pub fn warmth(&self) -> u32 {
        self.warmth.load(Relaxed)
    }

    /// How many [`STEPS`] of its weight it has; one from the beginning on.
    pub fn warm_steps(&self) -> u32 {
        (self.warmth() * STEPS / WARM + 1).min(STEPS)
    }

    pub fn set_warmth(&self, thousandths: u32) {
        self.warmth.store(thousandths.min(WARM), Relaxed);
    }

    pub fn since(&self) -> u64 {
        self.since.load(Relaxed)
    }
}
