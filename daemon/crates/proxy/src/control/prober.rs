//! How a server is checked: whom to ask, with what steps, in which time.

use super::framed::Framed;
use super::probe::{Probe, text};
use super::seal;
use super::voice::Voice;
use super::whom::Whom;
use crate::plan::{Backend, Plan, Preamble, Server, Speaks};
use crate::rules::memory::Memory;
use config::haproxy::model;
use health::{
    Action, CheckResult, CheckStatus, Connect, Failure, Need, Reply, Run, Seal, Sequence,
};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;
use sys::tcp::{self, Peer};
use tls::session::{Fault, Session};

/// A server by its place in the plan.
#[derive(Debug, Clone)]
pub struct Place {
    pub plan: Arc<Plan>,
    pub backend: usize,
    pub server: usize,
}

impl Place {
    pub fn both(&self) -> Option<(&Backend, &Server)> {
        let backend = self.plan.backends.get(self.backend)?;
        Some((backend, backend.servers.get(self.server)?))
    }
}

/// How a server is checked.
#[derive(Debug)]
pub struct Prober {
    place: Place,
    whom: Whom,
    source: Option<SocketAddr>,
    pub(super) sequence: Arc<Sequence>,
    /// The header that the server wants first, and whether every connection of the check gets it.
    pub(super) preamble: Option<Preamble>,
    /// Agents are asked in the clear.
    agent: bool,
    connect: Option<Duration>,
    check: Option<Duration>,
}

impl Prober {
    /// The check of a server, as its section has it.
    pub fn new(
        place: Place,
        section: &model::Proxy,
        server: &model::Server,
        (b, s): (&Backend, &Server),
    ) -> Self {
        let sequence = b.check.sequence.clone();
        let preamble = wanted_preamble(server);
        Self::of(
            place,
            section,
            server,
            (Whom::new(server, s), sequence, preamble),
        )
    }

    /// Asks the agent of a server, at its own port and, where given, its own address.
    pub fn agent(place: Place, section: &model::Proxy, server: &model::Server, s: &Server) -> Self {
        let question = server.agent.send.as_ref();
        let question = question.map(|text| Action::send(text.value.clone().into_bytes()));
        let actions = question.into_iter().chain([Action::Reply(Reply::Agent)]);
        let sequence = Arc::new(Sequence::of(actions.collect()));
        let whom = (Whom::agent(server, s), sequence, None);
        Self {
            agent: true,
            ..Self::of(place, section, server, whom)
        }
    }

    fn of(
        place: Place,
        section: &model::Proxy,
        server: &model::Server,
        (whom, sequence, preamble): (Whom, Arc<Sequence>, Option<Preamble>),
    ) -> Self {
        let source = server.source.as_ref().or(section.source.as_ref());
        Self {
            place,
            whom,
            source: source.map(|source| source.address),
            sequence,
            preamble,
            agent: false,
            connect: section.timeouts.connect.as_ref().map(|d| d.value),
            check: section.timeouts.check.as_ref().map(|d| d.value),
        }
    }

    /// A session for the connection that the check has just opened, where it goes through TLS.
    pub(super) fn session(&self, run: &Run) -> Option<Result<Session, Fault>> {
        let Need::Connect(connect, _) = run.need(&self.sequence) else {
            return None;
        };
        let tls = self.place.both()?.1.tls.as_ref().filter(|_| !self.agent)?;
        let check = tls.check.as_ref();
        Some(match &connect.seal {
            Seal::None => return None,
            Seal::AsServer => {
                let check = check?;
                check.connector.session(check.name.as_deref())
            }
            Seal::Tls { name, alpn: None } => tls.steps.session(name.as_deref()),
            Seal::Tls {
                name,
                alpn: Some(alpn),
            } => tls.connector.offering(name.as_deref(), alpn),
        })
    }

    /// HTTP/2 over a connection that is open, where the check asks in it.
    pub(super) fn framed(&self, seal: Option<&seal::Seal>) -> Option<Box<Framed>> {
        let server = self.place.both()?.1;
        let speaks = match server.checked_in {
            _ if self.agent => false,
            Speaks::H1 => false,
            Speaks::H2 => true,
            Speaks::Agreed => seal.is_some_and(|seal| seal.protocol() == Some(b"h2")),
        };
        let limits = self.place.plan.h2.back;
        speaks.then(|| Box::new(Framed::new(limits, seal.is_some())))
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Servers are told how they are seen.
    pub fn tells_state(&self) -> bool {
        self.place.both().is_some_and(|(b, _)| b.check.tells_state)
    }

    /// The supervisor runs a program that says how the server is.
    pub fn is_external(&self) -> bool {
        !self.agent && self.place.both().is_some_and(|(b, _)| b.check.external)
    }

    pub(super) fn voice<'a>(
        &'a self,
        memory: &'a RefCell<Memory>,
        state: &'a str,
        now: u64,
    ) -> Voice<'a> {
        Voice {
            place: &self.place,
            state,
            now,
            memory,
        }
    }

    /// Without `timeout check` the whole check may take `inter`; with it, `timeout connect` (if
    /// shorter than `inter`) is for the connection alone.
    pub fn connect_timeout(&self, interval: Duration) -> Duration {
        match (self.check, self.connect) {
            (Some(_), Some(connect)) => connect.min(interval),
            _ => interval,
        }
    }

    pub fn read_timeout(&self, interval: Duration) -> Duration {
        self.check.unwrap_or(interval)
    }

    /// `state`: how the server is seen, where it is told.
    pub fn start(&self, state: String, now: u64) -> Result<Probe, CheckResult> {
        let memory = RefCell::default();
        let run = Run::begin(&self.sequence, &mut self.voice(&memory, &state, now));
        let (connect, port) = match run.need(&self.sequence) {
            Need::Connect(connect, port) => (connect, port),
            Need::Done(result) => return Err(result),
            // A check begins with a connection.
            Need::Send(_) | Need::Receive => {
                return Err(CheckResult::new(CheckStatus::SocketError));
            }
        };
        let linger = connect.linger;
        match self.open(connect, port) {
            Ok(fd) => Ok(Probe {
                fd,
                connected: false,
                seal: None,
                framed: None,
                run,
                linger,
                state,
                memory,
            }),
            Err(why) => Err(why.told(&run, &self.sequence)),
        }
    }

    pub(super) fn open(&self, connect: &Connect, port: Option<u16>) -> Result<OwnedFd, NotOpened> {
        let peer = match (self.whom.peer(), connect.address) {
            (_, Some(address)) if address.port() != 0 => Some(Peer::Tcp(address)),
            (Some(Peer::Tcp(known)), Some(address)) => {
                Some(Peer::Tcp(SocketAddr::new(address.ip(), known.port())))
            }
            (known, _) => known,
        };
        let peer = match (peer, port) {
            (Some(Peer::Tcp(address)), Some(port)) => {
                Some(Peer::Tcp(SocketAddr::new(address.ip(), port)))
            }
            (peer, _) => peer,
        };
        let has_port = |peer: &Peer| match peer {
            Peer::Tcp(address) => address.port() != 0,
            Peer::Unix(_) => true,
        };
        let peer = peer.filter(has_port).ok_or(NotOpened::Nowhere)?;
        let source = self.source.filter(|a| !a.ip().is_unspecified());
        tcp::connect(&peer, source).map_err(NotOpened::Refused)
    }
}

/// Why there is no connection to check over.
pub(super) enum NotOpened {
    Nowhere,
    Refused(std::io::Error),
}

impl NotOpened {
    pub(super) fn told(self, run: &Run, sequence: &Sequence) -> CheckResult {
        match self {
            Self::Nowhere => {
                CheckResult::new(CheckStatus::SocketError).with_info("no address or port to check")
            }
            Self::Refused(e) => run.failed(sequence, Failure::Connection, &text(&e)),
        }
    }
}

/// `check-send-proxy`, or `send-proxy` where the check goes to the server's own address and port.
fn wanted_preamble(server: &model::Server) -> Option<Preamble> {
    let own = server.check.addr.is_none() && server.check.port.is_none();
    let wanted = server.check.send_proxy || own;
    let asked = server.check.send_proxy.then_some(Preamble::V1);
    Preamble::wanted(server.send_proxy)
        .filter(|_| wanted)
        .or(asked)
}
