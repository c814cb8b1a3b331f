//! A worker: one thread, one epoll, its own connections. Workers share nothing on the request
//! path but loads (limits are process-wide) and the states of servers.
//!
//! Invariants: a socket is registered once, for both directions; readiness is kept in its
//! [`Link`](link::Link) and a short read means drained; a connection owns a buffer only while
//! bytes could not go on; scratch buffers are the thread's.

mod accept;
mod answer;
mod body;
mod broken;
mod buffers;
mod cacheable;
mod chores;
mod claim;
mod configure;
mod conn;
mod entry;
mod events;
mod expire;
mod farewell;
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
mod lines;
mod link;
mod log;
mod mailbox;
mod memory;
mod notes;
mod observe;
mod pace;
mod personal;
mod places;
mod pool;
mod prepare;
mod queue;
mod redir;
mod relay;
mod reply_head;
mod reply_rules;
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

pub use mailbox::{Asked, Command, Grant, Made, Mailbox, Place, Report, Requested};
pub use notes::Notes;
pub use sessions::{SessionId, SessionQuestion};

use crate::logs::Logs;
use crate::plan::Plan;
use crate::rules::Edits;
use crate::shared::leaving::Board;
use accept::Listener;
use buffers::Buffers;
use chores::{Chores, NEVER};
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
    /// Rounds of events so far.
    round: u64,
    /// Clients that can go on without an event of their own.
    resume: Vec<(u32, u32)>,
    /// Backends where a place became free.
    freed: Vec<usize>,
    /// Some listener rests because a limit was reached.
    resting: bool,
    chores: Chores,
    random: u32,
    /// Requests so far, to number them.
    requests: u64,
    /// The same of names that were asked for.
    questions: u32,
    next_purge: u64,
    stop_at: Option<u64>,
    /// Some connections end after the exchange that they are in: all when this stops, or those of
    /// addresses that left.
    parting: bool,
    departures: Vec<farewell::Departure>,
    /// Connections to what is no longer configured.
    leavers: Vec<leaving::Leaver>,
    board: Arc<Board>,
    logs: Logs,
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
            round: 0,
            resume: Vec::new(),
            freed: Vec::new(),
            resting: false,
            chores: Chores::default(),
            random: 0x9e37_79b9 ^ u32::try_from(now & 0xffff_ffff).unwrap_or(1) | 1,
            requests: 0,
            questions: 0,
            next_purge: now + 1000,
            stop_at: None,
            parting: false,
            departures: Vec::new(),
            leavers: Vec::new(),
            board: setup.board,
            logs: Logs::default(),
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
            self.round += 1;
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
            self.do_chores();
            if self.is_stopped() {
                self.break_departed();
                self.logs.flush();
                (self.report)(Report::Stopped { worker: self.id });
                return;
            }
        }
        (self.report)(Report::Stopped { worker: self.id });
    }

    fn wait_time(&mut self) -> Option<Duration> {
        if !self.resume.is_empty() || !self.freed.is_empty() {
            return Some(Duration::ZERO);
        }
        let mut at = self.chores.next();
        if !self.ups.is_empty() {
            at = at.min(self.next_purge);
        }
        if let Some(stop) = self.stop_at {
            at = at.min(stop.min(self.now + 50));
        }
        let mut ms = if at == NEVER {
            NEVER
        } else {
            at.saturating_sub(self.now).max(1)
        };
        if let Some(timer) = self.wheel.next_in(self.now) {
            ms = ms.min(timer);
        }
        (ms != NEVER).then(|| Duration::from_millis(ms))
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
