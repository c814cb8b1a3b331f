//! What a rule can look at.

use super::Edits;
use super::memory::Memory;
use crate::plan::Plan;
use crate::worker::Notes;
use http1::Field;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use tls::session::Session;

/// The head under examination.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    pub buf: &'a [u8],
    pub fields: &'a [Field],
    pub edits: &'a Edits,
}

impl<'a> Message<'a> {
    /// Name and value of every field that is still there, added ones behind.
    pub fn fields(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let kept = self
            .fields
            .iter()
            .filter(|f| f.keep || f.kind == http1::Kind::Connection);
        let own = kept.map(move |f| (f.name.of(self.buf), f.value.of(self.buf)));
        own.chain(self.edits.fields())
    }

    pub fn values(self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.fields()
            .filter(move |(n, _)| http1::same(n, name))
            .map(|(_, v)| v)
    }
}

#[derive(Clone, Copy, Default)]
pub struct RequestLine<'a> {
    pub method: &'a [u8],
    pub target: &'a [u8],
    pub version: Version,
}

/// In which the client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    Http10,
    #[default]
    Http11,
    Http2,
}

impl Version {
    pub fn major(self) -> i64 {
        if self == Self::Http2 { 2 } else { 1 }
    }

    pub fn text(self) -> &'static [u8] {
        match self {
            Self::Http10 => b"HTTP/1.0",
            Self::Http11 => b"HTTP/1.1",
            Self::Http2 => b"HTTP/2.0",
        }
    }
}

/// Bytes of a connection that is looked into before anything is decided.
#[derive(Clone, Copy)]
pub struct Payload<'a> {
    pub bytes: &'a [u8],
    /// From the server instead of from the client.
    pub response: bool,
    /// More may come, and a test may wait for it: it says so here.
    pub pending: Option<&'a Cell<bool>>,
}

/// The part of a body that has come.
#[derive(Clone, Copy)]
pub struct BodySeen<'a> {
    pub bytes: &'a [u8],
    /// As announced; what is there when nothing is.
    pub size: u64,
    /// Nothing more can come.
    pub whole: bool,
}

impl BodySeen<'_> {
    /// Whether there is enough of it; `least` 0 wants all.
    pub fn suffices(&self, least: u64) -> bool {
        self.whole || (least > 0 && self.bytes.len() as u64 >= least)
    }
}

#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub plan: &'a Plan,
    pub frontend: usize,
    /// By which of the frontend's addresses the client came in.
    pub bind: usize,
    pub backend: Option<usize>,
    pub server: Option<&'a str>,
    /// The client's address, unless rules have set another one meanwhile: see [`Self::client`].
    pub from: Option<SocketAddr>,
    /// The client's socket: its own address is asked for only when a rule wants it.
    pub socket: Option<&'a OwnedFd>,
    /// The address that it connected to, as a proxy before us tells it.
    pub told: Option<SocketAddr>,
    /// Absent in tcp mode and while a response is looked at.
    pub line: Option<RequestLine<'a>>,
    pub request: Option<Message<'a>>,
    pub response: Option<Message<'a>>,
    pub status: u16,
    /// A random number of this message.
    pub random: u32,
    /// Milliseconds of the monotonic clock.
    pub now: u64,
    /// A number that no other request of the process has.
    pub number: u64,
    pub worker: usize,
    pub memory: Option<&'a RefCell<Memory>>,
    pub payload: Option<Payload<'a>>,
    /// What has come of the message's body, where some rule looks at bodies.
    pub body: Option<BodySeen<'a>>,
    /// What is known of the exchange so far, for the log's variables.
    pub session: Option<&'a SessionView<'a>>,
    /// TLS with the client, where it is spoken.
    pub tls: Option<&'a Session>,
    /// The same with the server.
    pub server_tls: Option<&'a Session>,
    /// The connection to the server, once there is one.
    pub server_socket: Option<&'a OwnedFd>,
    /// The rule runs before the first request of the connection.
    pub session_phase: bool,
}

/// The exchange as logs show it.
#[derive(Debug, Clone)]
pub struct SessionView<'a> {
    pub notes: &'a Notes,
    pub accepted_ms: i64,
    pub started_ms: i64,
    pub http: bool,
    pub method: Option<&'static str>,
    pub status: i32,
    pub cookies: trafficlog::Cookies,
    pub counts: trafficlog::Counts,
    pub queues: trafficlog::Queues,
    pub first: bool,
}

impl<'a> Context<'a> {
    /// Where there is no connection.
    pub fn nowhere(plan: &'a Plan) -> Self {
        Self {
            plan,
            frontend: 0,
            bind: 0,
            backend: None,
            server: None,
            from: None,
            socket: None,
            told: None,
            line: None,
            request: None,
            response: None,
            status: 0,
            random: 0,
            now: 0,
            number: 0,
            worker: 0,
            memory: None,
            payload: None,
            body: None,
            session: None,
            tls: None,
            server_tls: None,
            server_socket: None,
            session_phase: false,
        }
    }

    /// The client came in by an address that speaks TLS.
    pub fn is_sealed(&self) -> bool {
        let acceptors = self.plan.frontends.get(self.frontend).map(|f| &f.acceptors);
        acceptors.is_some_and(|list| matches!(list.get(self.bind), Some(Some(_))))
    }

    /// Says that more bytes may change the outcome; whether any may come.
    pub fn wait(&self) -> bool {
        match self.payload.and_then(|payload| payload.pending) {
            Some(pending) => {
                pending.set(true);
                true
            }
            None => false,
        }
    }

    /// The memory, when anything has to be remembered at all.
    pub fn remember<R>(&self, use_it: impl FnOnce(&mut Memory) -> R) -> Option<R> {
        Some(use_it(&mut *self.memory?.try_borrow_mut().ok()?))
    }

    /// The client as the rules so far have left it.
    pub fn client(&self) -> Option<SocketAddr> {
        let moved = self
            .memory
            .and_then(|m| m.try_borrow().ok()?.source.address());
        moved.or(self.from)
    }

    /// The address that the client is taken to have connected to.
    pub fn local(&self) -> Option<SocketAddr> {
        let moved = self
            .memory
            .and_then(|m| m.try_borrow().ok()?.destination.address());
        moved.or(self.told).or_else(|| self.connected_to())
    }

    /// The same as the socket has it, whatever rules and other proxies say.
    pub fn connected_to(&self) -> Option<SocketAddr> {
        sys::tcp::local_address(self.socket?).ok()
    }

    pub fn header(&self, name: &'a str) -> Option<&'a [u8]> {
        self.request
            .or(self.response)?
            .values(name.as_bytes())
            .next()
    }
}
