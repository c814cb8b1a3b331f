//! Between the thread of the clients and the control thread: jobs one way, answers the other.

use runtime::{Invocation, Level, Manner, Severity};
use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use sys::epoll::Waker;

/// A client for as long as it is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// A socket that clients connect to.
#[derive(Debug, Clone)]
pub struct Socket {
    pub fd: Arc<OwnedFd>,
    pub level: Level,
    pub manner: Manner,
    /// `expose-fd listeners`
    pub exposes: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub sockets: Vec<Socket>,
    /// `stats timeout`
    pub timeout: Duration,
    /// `stats maxconn`
    pub most: usize,
}

/// A command, or the rest of one whose answer is long.
#[derive(Debug)]
pub struct Job {
    pub ticket: Ticket,
    pub invocation: Invocation,
    pub exposes: bool,
    pub cursor: Option<Cursor>,
}

/// Where a long answer goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cursor {
    /// The first row that was not shown, of these in this order.
    Row(usize),
    /// Sessions of this worker from this place on.
    Session { worker: usize, from: u32 },
}

/// Text that is made while it is taken.
pub trait Stream: Send + std::fmt::Debug {
    /// Adds a part; true when that was the last one.
    fn more(&mut self, out: &mut String) -> bool;
}

#[derive(Debug)]
pub enum Answer {
    /// Done, without a word.
    Done,
    Message(Severity, String),
    Text(String),
    /// The rest is asked for when this was taken.
    Part(String, Cursor),
    Stream(Box<dyn Stream>),
    /// Listening sockets and the interfaces they are bound to.
    Sockets(Vec<(Arc<OwnedFd>, String)>),
    /// The connection ends without an answer.
    Nothing,
}

impl Answer {
    pub fn error(text: impl Into<String>) -> Self {
        Self::Message(Severity::Error, text.into())
    }

    pub fn info(text: impl Into<String>) -> Self {
        Self::Message(Severity::Info, text.into())
    }
}

#[derive(Debug)]
pub struct Desk {
    jobs: Mutex<Vec<Job>>,
    answers: Mutex<BTreeMap<Ticket, Answer>>,
    settings: Mutex<Option<Settings>>,
    stops: AtomicBool,
    /// Of the control thread, and of the clients'.
    control: Waker,
    clients: Waker,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    pub fn new() -> std::io::Result<Self> {
        Ok(Self {
            jobs: Mutex::default(),
            answers: Mutex::default(),
            settings: Mutex::default(),
            stops: AtomicBool::new(false),
            control: Waker::new()?,
            clients: Waker::new()?,
        })
    }

    pub fn control(&self) -> &Waker {
        &self.control
    }

    pub fn clients(&self) -> &Waker {
        &self.clients
    }

    pub fn ask(&self, job: Job) {
        lock(&self.jobs).push(job);
        self.control.wake();
    }

    pub fn take_jobs(&self) -> Vec<Job> {
        self.control.clear();
        std::mem::take(&mut *lock(&self.jobs))
    }

    pub fn answer(&self, ticket: Ticket, answer: Answer) {
        lock(&self.answers).insert(ticket, answer);
        self.clients.wake();
    }

    pub fn take_answers(&self) -> BTreeMap<Ticket, Answer> {
        self.clients.clear();
        std::mem::take(&mut *lock(&self.answers))
    }

    pub fn configure(&self, settings: Settings) {
        *lock(&self.settings) = Some(settings);
        self.clients.wake();
    }

    pub fn take_settings(&self) -> Option<Settings> {
        lock(&self.settings).take()
    }

    pub fn stop(&self) {
        self.stops.store(true, Relaxed);
        self.clients.wake();
    }

    pub fn stops(&self) -> bool {
        self.stops.load(Relaxed)
    }
}
