//! Messages from the control thread and from other workers, and reports to it.

use crate::plan::Plan;
use crate::rules::page::Wanted;
use crate::shared::ServerShared;
use crate::shared::leaving::Gone;
use ipc::Departed;
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};
use sys::epoll::Waker;

#[derive(Debug)]
pub enum Command {
    /// Take up this configuration with these listeners.
    Configure {
        plan: Arc<Plan>,
        listeners: Arc<[Place]>,
        gone: Arc<Gone>,
    },
    /// End what goes on with this server, in the log with this cause.
    EndSessions {
        server: Arc<ServerShared>,
        cause: u8,
    },
    /// The server of this pool is elsewhere: idle connections are closed.
    Moved { pool: usize },
    /// The answer to a question: to be given to this client.
    Answered {
        client: u32,
        number: u32,
        address: Option<IpAddr>,
    },
    /// The answer that the control thread made for this client.
    Made {
        client: u32,
        number: u32,
        made: Made,
    },
    /// A runtime socket asks about sessions.
    Sessions(super::SessionQuestion),
    /// Counters of the present configuration begin anew, or maxima alone.
    Forget { all: bool },
    /// A session is to end; the number is that of the question.
    EndSession { id: super::SessionId, number: u64 },
    /// The frontend takes no more connections; the number is that of the question.
    Close { frontend: String, number: u64 },
    /// These addresses have left, and no others.
    Departed { addresses: Arc<[Departed]> },
    /// Stop accepting, finish what is under way, end at the deadline (monotonic milliseconds).
    Stop { deadline: u64 },
}

/// What a worker tells the control thread.
#[derive(Debug)]
pub enum Report {
    /// The plan with this serial is in use.
    Configured { worker: usize, serial: u64 },
    /// So many errors of live traffic in a row, and what the last one was.
    Observed {
        server: Arc<ServerShared>,
        count: u32,
        last: &'static str,
    },
    /// A request needs the address of a name.
    Asked(Asked),
    /// A request for something that the control thread makes.
    Requested(Requested),
    /// Sessions, a line each, and the slot to go on from.
    Sessions {
        worker: usize,
        question: super::SessionQuestion,
        text: String,
        next: Option<u32>,
    },
    /// This worker takes no connections of the frontend any more.
    Closed { number: u64 },
    /// Whether the session that was to end was there.
    SessionEnded { number: u64, found: bool },
    /// A listener failed for good.
    ListenerLost { worker: usize },
    /// Everything has ended after `Stop`.
    Stopped { worker: usize },
}

/// A question of `do-resolve`, and who waits for the answer.
#[derive(Debug)]
pub struct Asked {
    pub worker: usize,
    pub client: u32,
    pub number: u32,
    /// The section that asks.
    pub resolvers: Arc<str>,
    pub prefers_ipv4: bool,
    pub name: String,
}

/// A request for something that the control thread makes, and who waits for it.
#[derive(Debug)]
pub struct Requested {
    pub worker: usize,
    pub client: u32,
    pub number: u32,
    pub wanted: Box<Wanted>,
}

/// An answer; its head lacks the empty line.
#[derive(Debug)]
pub struct Made {
    pub status: u16,
    pub head: Vec<u8>,
    pub body: Vec<u8>,
}

/// A listening socket and the frontend it belongs to.
#[derive(Debug, Clone)]
pub struct Grant {
    pub fd: Arc<OwnedFd>,
    /// The kernel's number for the socket: equal numbers are the same socket.
    pub cookie: u64,
    pub frontend: String,
    /// Position among the frontend's addresses.
    pub index: u32,
}

/// The same where the plan has it: looked up once for all workers.
#[derive(Debug)]
pub struct Place {
    pub fd: Arc<OwnedFd>,
    pub cookie: u64,
    pub frontend: u32,
    pub bind: u32,
}

#[derive(Debug)]
pub struct Mailbox {
    commands: Mutex<Vec<Command>>,
    waker: Waker,
}

impl Mailbox {
    pub fn new() -> std::io::Result<Self> {
        Ok(Self {
            commands: Mutex::default(),
            waker: Waker::new()?,
        })
    }

    pub fn send(&self, command: Command) {
        self.commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(command);
        self.waker.wake();
    }

    /// Makes the worker look at its queues and resting listeners.
    pub fn nudge(&self) {
        self.waker.wake();
    }

    pub fn take(&self) -> Vec<Command> {
        self.waker.clear();
        std::mem::take(&mut *self.commands.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn waker(&self) -> &Waker {
        &self.waker
    }
}
