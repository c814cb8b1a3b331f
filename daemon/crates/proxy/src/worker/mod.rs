//! A worker: one thread, one epoll, its own connections. Workers share nothing on the request
//! path but loads (limits are process-wide) and the states of servers.
//!
//! Invariants: a socket is registered once, for both directions; readiness is kept in its
//! [`Link`](link::Link) and a short read means drained; a connection owns a buffer only while
//! bytes could not go on; scratch buffers are the thread's.

mod accept;
mod answer;
mod body;
mod buffers;
mod cacheable;
mod configure;
mod conn;
mod entry;
mod events;
mod expire;
mod farm;
mod finish;
mod greeting;
mod h2;
mod handshake;
mod hashing;
mod head;
mod held;
mod held_reply;
mod inspect;
mod inspect_reply;
mod leaving;
mod link;
mod log;
mod mailbox;
mod memory;
mod observe;
mod pace;
mod personal;
mod pool;
mod prepare;
mod queue;
mod redir;
mod relay;
mod reply_head;
mod request;
mod resolve;
mod response;
mod retry;
mod route;
mod select;
mod service;
mod sessions;
mod slab;
mod stick;
mod sticky;
mod tally;
mod upstream;
mod upstream_tls;
mod wheel;

pub use log::Notes;
pub use mailbox::{Asked, Command, Grant, Made, Mailbox, Report, Requested};
pub use sessions::{SessionId, SessionQuestion};

use crate::logs::Logs;
use crate::plan::Plan;
use crate::rules::Edits;
use crate::shared::leaving::Board;
use accept::Listener;
use buffers::Buffers;
use conn::{Client, Txn, Upstream};
use http1::Field;
use slab::Slab;
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;
use sys::epoll::{Epoll, Events, Interest, monotonic_ms};
use wheel::Wheel;

/// Bytes read at once: a body of 64 KiB and its head go on by one call each way.
const SCRATCH: usize = 128 << 10;

/// How long a log line may wait for others to be sent with.
const LOG_BATCH_MS: u64 = 50;

const KIND_SHIFT: u32 = 62;
const CLIENT: u64 = 0;
const UPSTREAM: u64 = 1;
const LISTENER: u64 = 2;
const MAILBOX: u64 = 3;

fn token(kind: u64, generation: u32, i: u32) -> u64 {
    kind << KIND_SHIFT | u64::from(generation) << 32 | u64::from(i)
}

pub struct Worker {
    id: usize,
    workers: usize,
    epoll: Epoll,
    now: u64,
    /// Unix milliseconds at a `now`.
    wall: Cell<(u64, i64)>,
    plan: conn::PlanRef,
    mailbox: Arc<Mailbox>,
    peers: Vec<Arc<Mailbox>>,
    report: Box<dyn Fn(Report) + Send>,
    listeners: Slab<Listener>,
    clients: Slab<Client>,
    ups: Slab<Upstream>,
    carriers: h2::Carriers,
    pools: pool::Pools,
    locals: Vec<select::Local>,
    buffers: Buffers,
    // Boxed because clients hold them: an idle one has none.
    #[allow(clippy::vec_box)]
    txns: Vec<Box<Txn>>,
    rx: Vec<u8>,
    tx: Vec<u8>,
    fields: Vec<Field>,
    edits: Edits,
    wheel: Wheel,
    /// Clients that can go on without an event of their own.
    resume: Vec<(u32, u32)>,
    /// Backends where a place became free.
    freed: Vec<usize>,
    /// Some listener rests because a limit was reached.
    resting: bool,
    /// When a listener that rests for its rate is asked again.
    rest_until: Option<u64>,
    random: u32,
    /// Requests so far, to number them.
    requests: u64,
    /// The same of names that were asked for.
    questions: u32,
    next_purge: u64,
    stop_at: Option<u64>,
    /// Connections to what is no longer configured, and when the first of them ends for good.
    leavers: Vec<leaving::Leaver>,
    hard_stop_at: Option<u64>,
    board: Arc<Board>,
    logs: Logs,
    /// When waiting log lines are sent at the latest.
    flush_at: Option<u64>,
}

/// What a worker is made of.
pub struct Setup {
    pub id: usize,
    pub workers: usize,
    pub plan: Arc<Plan>,
    /// One for each worker; the worker's own at its index.
    pub mailboxes: Vec<Arc<Mailbox>>,
    pub report: Box<dyn Fn(Report) + Send>,
    pub board: Arc<Board>,
}

impl Worker {
    pub fn new(setup: Setup) -> std::io::Result<Self> {
        let epoll = Epoll::new()?;
        let mailbox = setup
            .mailboxes
            .get(setup.id)
            .cloned()
            .ok_or(std::io::ErrorKind::InvalidInput)?;
        epoll.add(mailbox.waker(), token(MAILBOX, 0, 0), Interest::Input)?;
        let now = monotonic_ms();
        Ok(Self {
            id: setup.id,
            workers: setup.workers,
            epoll,
            now,
            wall: Cell::new((0, 0)),
            plan: Arc::new(setup.plan),
            mailbox,
            peers: setup.mailboxes,
            report: setup.report,
            listeners: Slab::default(),
            clients: Slab::default(),
            ups: Slab::default(),
            carriers: h2::Carriers::default(),
            pools: pool::Pools::default(),
            locals: Vec::new(),
            buffers: Buffers::new(setup.workers),
            txns: Vec::new(),
            rx: vec![0; SCRATCH],
            tx: Vec::with_capacity(2 * SCRATCH),
            fields: Vec::with_capacity(64),
            edits: Edits::default(),
            wheel: Wheel::new(now),
            resume: Vec::new(),
            freed: Vec::new(),
            resting: false,
            rest_until: None,
            random: 0x9e37_79b9 ^ u32::try_from(now & 0xffff_ffff).unwrap_or(1) | 1,
            requests: 0,
            questions: 0,
            next_purge: now + 1000,
            stop_at: None,
            leavers: Vec::new(),
            hard_stop_at: None,
            board: setup.board,
            logs: Logs::default(),
            flush_at: None,
        })
    }

    /// Runs until a stop is complete.
    pub fn run(mut self) {
        let mut events = Events::with_capacity(256);
        loop {
            let wait = self.wait_time();
            if self.epoll.wait(&mut events, wait).is_err() {
                break;
            }
            self.now = monotonic_ms();
            for ready in events.iter() {
                self.on_event(ready);
            }
            self.expire_due();
            self.serve_freed();
            self.resume_ready();
            self.flush_h2();
            if self.now >= self.next_purge {
                self.next_purge = self.now + 1000;
                self.purge_idle();
            }
            self.flush_logs();
            self.end_pause();
            self.stop_hard();
            if self.is_stopped() {
                self.logs.flush();
                (self.report)(Report::Stopped { worker: self.id });
                return;
            }
        }
        (self.report)(Report::Stopped { worker: self.id });
    }

    fn wait_time(&self) -> Option<Duration> {
        if !self.resume.is_empty() || !self.freed.is_empty() {
            return Some(Duration::ZERO);
        }
        let idle = !self.ups.is_empty();
        let purge = idle.then(|| self.next_purge.saturating_sub(self.now).max(1));
        let timer = self.wheel.next_in(self.now);
        let stop = self
            .stop_at
            .map(|at| at.saturating_sub(self.now).clamp(1, 50));
        let flush = self.flush_at.map(|at| at.saturating_sub(self.now).max(1));
        let pause = self.rest_until.map(|at| at.saturating_sub(self.now).max(1));
        let hard = self
            .hard_stop_at
            .map(|at| at.saturating_sub(self.now).max(1));
        let ms = [purge, timer, stop, flush, pause, hard]
            .into_iter()
            .flatten()
            .min()?;
        Some(Duration::from_millis(ms))
    }

    /// Log lines leave in batches: a line waits a little for others.
    fn flush_logs(&mut self) {
        match self.flush_at {
            None if self.logs.is_pending() => self.flush_at = Some(self.now + LOG_BATCH_MS),
            Some(at) if self.now >= at => {
                self.logs.flush();
                self.flush_at = None;
            }
            _ => {}
        }
    }

    /// xorshift32: for `rand`, `balance random` and the like, not for secrets.
    fn draw(&mut self) -> u32 {
        let mut x = self.random;
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        self.random = x;
        x
    }
}
