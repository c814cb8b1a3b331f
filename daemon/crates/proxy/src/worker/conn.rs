//! What a worker remembers of each connection and of each exchange.

use super::link::Link;
use super::personal::Made;
use super::slab::NONE;
use super::wheel::Armed;
use crate::plan::{Backend, BindPlace, Frontend, IdleRules, Plan, Server, Spoken};
use crate::rules::Outcome;
use crate::rules::exchange::OwnTimeouts;
use crate::rules::memory::Memory;
use crate::shared::table::Entry;
use http1::{Body, Method};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;

/// The outer count is touched by one worker only, so that taking a reference for each exchange
/// does not bounce a cache line between processors.
pub type PlanRef = Arc<Arc<Plan>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A PROXY protocol header is to come first.
    Greeting,
    /// TLS is agreed upon.
    Handshake,
    /// Between requests, or in the middle of a request's head.
    Head,
    /// The first bytes of a connection in tcp mode are looked at before it goes anywhere.
    Inspect,
    /// A request waits: see [`Wait`].
    Waiting,
    /// Request and response are under way.
    Exchange,
    /// Bytes go both ways unexamined.
    Tunnel,
    /// A connection of HTTP/2: its streams are clients of their own.
    Multiplexed,
    /// The last answer is on its way out; then the connection ends.
    Closing,
    /// Our side is shut; what the client still sends is thrown away, so that the kernel does not
    /// answer it with a reset that would destroy our last answer.
    Linger,
}

/// What a request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    Queue,
    Connect,
    /// A pause before the same server is tried again.
    Turnaround,
    /// A denied request's answer is held back.
    Tarpit,
    /// Name servers are asked; the number of the question.
    Name(u32),
    /// The control thread makes the answer; the number of the request.
    Service(u32),
}

#[derive(Debug)]
pub struct Client {
    pub link: Link,
    pub peer: Option<SocketAddr>,
    /// The address that the client connected to, as the proxy before us tells it.
    pub local: Option<SocketAddr>,
    pub plan: PlanRef,
    pub frontend: u32,
    /// Which of the frontend's addresses it came in by.
    pub bind: u32,
    /// The place that it takes there, where places are counted.
    pub place: Option<Arc<BindPlace>>,
    /// It takes one of the places of those that speak TLS.
    pub sealed: bool,
    pub state: State,
    /// No request came yet.
    pub first: bool,
    /// Read and not yet dealt with.
    pub pend: Vec<u8>,
    pub deadline: u64,
    pub armed: Armed,
    /// With `http-reuse never`: the upstream that belongs to this client alone.
    pub own_up: u32,
    pub accepted: u64,
    /// Since when it waits for the next request, and when that one's first byte came; 0: not yet.
    pub idle_from: u64,
    pub head_at: u64,
    /// What rules remember, where any does.
    pub memory: Option<Box<RefCell<Memory>>>,
    /// Requests on this connection so far.
    pub requests: u32,
    /// Began in tcp mode: the rules over its first request have come so far already.
    pub upgraded: Option<super::held::Stage>,
    /// The connection of HTTP/2 that it holds, or that it is a stream of.
    pub carrier: u32,
    pub txn: Option<Box<Txn>>,
}

impl Client {
    pub fn frontend(&self) -> &Frontend {
        &self.plan.frontends[self.frontend as usize]
    }

    /// Nothing of a request has come.
    pub fn awaits_request(&self) -> bool {
        matches!(self.state, State::Head | State::Greeting | State::Handshake)
            && self.pend.is_empty()
    }

    /// What is spoken at the address that it came in by.
    pub fn spoken(&self) -> Spoken {
        let spoken = self.frontend().spoken.get(self.bind as usize);
        spoken.copied().unwrap_or(Spoken::Either)
    }

    /// The address that the client is taken to have connected to.
    pub fn local(&self) -> Option<SocketAddr> {
        let moved = self
            .memory
            .as_deref()
            .and_then(|m| m.borrow().destination.address());
        moved
            .or(self.local)
            .or_else(|| sys::tcp::local_address(self.link.fd()).ok())
    }
}

impl Client {
    /// `option abortonclose`: a client that closes its side before the response began is taken to
    /// have gone away.
    pub fn gives_up(&self) -> bool {
        let waits = matches!(self.state, State::Waiting | State::Exchange);
        self.txn.as_ref().filter(|_| waits).is_some_and(|txn| {
            let asked = txn.reply == Reply::Head && (!txn.http || txn.request_done);
            asked && txn.backend(&self.plan).is_some_and(|b| b.abortonclose)
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Head,
    Body,
    Done,
}

/// One exchange: a request and its response, or one tcp session.
#[derive(Debug)]
pub struct Txn {
    pub up: u32,
    pub backend: Option<u32>,
    pub server: Option<u32>,
    /// A place at the server is taken.
    pub placed: bool,
    pub wait: Wait,
    pub http: bool,
    pub method: Method,
    pub upgrade: bool,
    pub client_http11: bool,
    /// The client's connection may go on afterwards.
    pub keep: bool,
    /// The server was told that its connection ends after this exchange.
    pub close_up: bool,
    /// The request's body, as far as it is still to come.
    pub body: Body,
    pub request_done: bool,
    pub reply: Reply,
    pub reply_body: Body,
    pub status: u16,
    /// Head and first part of the body, ready to be sent (again).
    pub request: Vec<u8>,
    pub request_sent: usize,
    /// More of the body than `request` has gone out: it cannot be sent again.
    pub streamed: bool,
    pub retries_left: u32,
    /// All of the request so far is in `request`, to be sent again when the exchange fails.
    pub replay: bool,
    /// Only a fresh connection will do.
    pub fresh: bool,
    /// Hash of what the balancing algorithm looks at.
    pub hash: Option<u32>,
    /// Chosen by `use-server`.
    pub preferred: Option<u32>,
    /// `force-persist` (true) or `ignore-persist` (false) applies.
    pub persistence: Option<bool>,
    /// The server that the persistence cookie means.
    pub sticky: Option<u32>,
    /// When the client first got its cookie, as the cookie says.
    pub first_cookie: Option<u64>,
    /// The client's cookie carries dates.
    pub dated_cookie: bool,
    pub cookies: trafficlog::Cookies,
    /// The server that just failed.
    pub avoid: Option<u32>,
    /// While it waits: the only server that will do.
    pub queued_for: Option<u32>,
    /// How often that server had begun to drain when the waiting began.
    pub drained_before: u32,
    /// Timeouts that rules gave it.
    pub own: OwnTimeouts,
    /// The response's body goes to the client in chunks.
    pub chunk_reply: bool,
    /// The answer that the tarpit holds back.
    pub held: Option<Box<Outcome>>,
    /// Held until more of the body has come, since when, and where its rules go on.
    pub held_request: Option<Box<super::held::Held>>,
    pub held_since: Option<u64>,
    pub stage: super::held::Stage,
    /// The response whose rules wait for more of its body.
    pub held_reply: Option<Box<super::held_reply::HeldReply>>,
    /// When the inspection ends at the latest.
    pub inspect_until: u64,
    /// The server's first bytes are to be looked at.
    pub inspect_reply: bool,
    /// Entries that will name the server once it is known to answer.
    pub store: Vec<Arc<Entry>>,
    pub log: super::notes::Notes,
}

impl Default for Txn {
    fn default() -> Self {
        Self {
            up: NONE,
            backend: None,
            server: None,
            placed: false,
            wait: Wait::Connect,
            http: true,
            method: Method::Get,
            upgrade: false,
            client_http11: true,
            keep: true,
            close_up: false,
            body: Body::Empty,
            request_done: false,
            reply: Reply::Head,
            reply_body: Body::Empty,
            status: 0,
            request: Vec::new(),
            request_sent: 0,
            streamed: false,
            retries_left: 0,
            replay: false,
            fresh: false,
            hash: None,
            preferred: None,
            persistence: None,
            sticky: None,
            first_cookie: None,
            dated_cookie: false,
            cookies: trafficlog::Cookies::NONE,
            avoid: None,
            queued_for: None,
            drained_before: 0,
            own: OwnTimeouts::default(),
            chunk_reply: false,
            held: None,
            held_request: None,
            held_since: None,
            held_reply: None,
            stage: super::held::Stage::Start,
            inspect_until: 0,
            inspect_reply: false,
            store: Vec::new(),
            log: super::notes::Notes::default(),
        }
    }
}

impl Txn {
    pub fn backend<'p>(&self, plan: &'p Plan) -> Option<&'p Backend> {
        plan.backends.get(self.backend? as usize)
    }

    pub fn server<'p>(&self, plan: &'p Plan) -> Option<&'p Server> {
        self.backend(plan)?.servers.get(self.server? as usize)
    }
}

#[derive(Debug)]
pub struct Upstream {
    pub link: Link,
    /// The client it works for; [`NONE`] while idle.
    pub client: u32,
    /// The only client it may work for, idle or not.
    pub owner: u32,
    pub pool: usize,
    /// The name that its server was asked for, where TLS asks.
    pub name: Option<Box<str>>,
    /// What it was made for, where its server's connections are made for one client.
    pub made: Option<Box<Made>>,
    /// The pool's when it was made: its server may have moved since.
    pub epoch: u32,
    pub connected: bool,
    /// It takes one of the places of those that speak TLS.
    pub sealed: bool,
    pub reused: bool,
    /// May carry another request.
    pub keep: bool,
    /// Its last response had a body worth splicing; the next one is taken to have one, too.
    pub long_replies: bool,
    pub pend: Vec<u8>,
    pub idle_since: u64,
    /// What its server says of idle connections.
    pub idle: Option<Arc<IdleRules>>,
    /// Requests so far, where somebody counts them.
    pub requests: u32,
}
