//! One check of one server: connect, ask, judge.

use super::script;
use super::whom::Whom;
use crate::plan::{Preamble, Server};
use crate::preamble;
use config::haproxy::model;
use health::{Action, CheckResult, CheckStatus, Connect, Failure, Need, Reply, Run, Sequence};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::time::Duration;
use sys::epoll::Ready;
use sys::tcp::{self, Peer};

/// How a server is checked.
#[derive(Debug)]
pub struct Prober {
    whom: Whom,
    source: Option<SocketAddr>,
    sequence: Sequence,
    /// The header that the server wants first, and whether every connection of the check gets it.
    preamble: Option<Preamble>,
    connect: Option<Duration>,
    check: Option<Duration>,
}

/// A check under way.
#[derive(Debug)]
pub struct Probe {
    fd: OwnedFd,
    connected: bool,
    run: Run,
    linger: bool,
}

/// How far a check got.
#[derive(Debug)]
pub enum Progress {
    Waiting,
    /// The connection that it waited for is open.
    Connected,
    /// It goes on over another connection, whose socket is new.
    Reconnecting,
    Done(CheckResult),
}

impl Prober {
    pub fn new(section: &model::Proxy, server: &model::Server, plan: &Server) -> Self {
        Self {
            whom: Whom::new(server, plan),
            source: server
                .source
                .as_ref()
                .or(section.source.as_ref())
                .map(|s| s.address),
            sequence: script::sequence(section),
            preamble: wanted_preamble(server),
            connect: section.timeouts.connect.as_ref().map(|d| d.value),
            check: section.timeouts.check.as_ref().map(|d| d.value),
        }
    }

    /// Asks the agent of a server, at its own port and, where given, its own address.
    pub fn agent(section: &model::Proxy, server: &model::Server, plan: &Server) -> Self {
        let mut actions = Vec::new();
        if let Some(text) = &server.agent.send {
            actions.push(Action::Send(text.value.clone().into_bytes()));
        }
        actions.push(Action::Reply(Reply::Agent));
        Self {
            whom: Whom::agent(server, plan),
            sequence: Sequence::of(actions),
            preamble: None,
            ..Self::new(section, server, plan)
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

    pub fn start(&self) -> Result<Probe, CheckResult> {
        let run = Run::default();
        let opening = self.sequence.opening();
        match self.open(&opening) {
            Ok(fd) => Ok(Probe {
                fd,
                connected: false,
                run,
                linger: opening.linger,
            }),
            Err(why) => Err(why.told(&run, &self.sequence)),
        }
    }

    fn open(&self, connect: &Connect) -> Result<OwnedFd, NotOpened> {
        let peer = match (self.whom.peer(), connect.address) {
            (_, Some(address)) if address.port() != 0 => Some(Peer::Tcp(address)),
            (Some(Peer::Tcp(known)), Some(address)) => {
                Some(Peer::Tcp(SocketAddr::new(address.ip(), known.port())))
            }
            (known, _) => known,
        };
        let peer = match (peer, connect.port) {
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

    /// Moves the check on.
    pub fn advance(&self, probe: &mut Probe, ready: Ready) -> Progress {
        let mut now_open = false;
        if !probe.connected {
            if ready.broken()
                && let Err(e) = tcp::take_error(&probe.fd)
            {
                return self.failed(probe, Failure::Connection, &text(&e));
            }
            if !ready.writable() {
                return Progress::Waiting;
            }
            probe.connected = true;
            if let Err(e) = self.greet(probe) {
                return self.failed(probe, Failure::Socket, &text(&e));
            }
            probe.run.connected();
            now_open = true;
        }
        match self.exchange(probe) {
            Progress::Waiting if now_open => Progress::Connected,
            progress => progress,
        }
    }

    /// A few bytes into an empty socket: they go at once, or the connection is broken.
    fn greet(&self, probe: &Probe) -> std::io::Result<()> {
        let asked = matches!(
            probe.run.need(&self.sequence),
            Need::Connect(Connect {
                send_proxy: true,
                ..
            })
        );
        let version = self.preamble.or_else(|| asked.then_some(Preamble::V1));
        let own = || {
            let from = tcp::local_address(&probe.fd).ok()?;
            Some((from, tcp::peer_address(&probe.fd).ok()?))
        };
        let header = match version {
            None => return Ok(()),
            Some(Preamble::V1) => preamble::write_v1(own()),
            // The check is the proxy's own connection: there is no client to tell of.
            Some(Preamble::V2) => preamble::write_v2(None, false, &[]),
        };
        match tcp::send(&probe.fd, &header)? {
            sent if sent == header.len() => Ok(()),
            _ => Err(ErrorKind::WriteZero.into()),
        }
    }

    /// Sends and receives what the steps want, until the socket has nothing more to give.
    fn exchange(&self, probe: &mut Probe) -> Progress {
        let mut buf = [0u8; 4096];
        loop {
            match probe.run.need(&self.sequence) {
                Need::Done(result) => {
                    if !probe.linger {
                        // Nothing of value is on its way: the server need not keep it in mind.
                        let _ = tcp::set_reset_on_close(&probe.fd);
                    }
                    return Progress::Done(result);
                }
                Need::Connect(connect) => return self.reconnect(probe, connect),
                Need::Send(bytes) => match tcp::send(&probe.fd, bytes) {
                    Ok(count) => probe.run.sent(&self.sequence, count),
                    Err(e) if e.kind() == ErrorKind::WouldBlock => return Progress::Waiting,
                    Err(e) => return self.failed(probe, Failure::Socket, &text(&e)),
                },
                Need::Receive => match tcp::recv(&probe.fd, &mut buf) {
                    Ok(0) => probe.run.ended(&self.sequence),
                    Ok(count) => probe.run.feed(&self.sequence, &buf[..count]),
                    Err(e) if e.kind() == ErrorKind::WouldBlock => return Progress::Waiting,
                    Err(e) => return self.failed(probe, Failure::Socket, &text(&e)),
                },
            }
        }
    }

    fn reconnect(&self, probe: &mut Probe, connect: &Connect) -> Progress {
        match self.open(connect) {
            Ok(fd) => {
                probe.fd = fd;
                probe.connected = false;
                probe.linger = connect.linger;
                Progress::Reconnecting
            }
            Err(why) => Progress::Done(why.told(&probe.run, &self.sequence)),
        }
    }

    fn failed(&self, probe: &Probe, failure: Failure, why: &str) -> Progress {
        Progress::Done(probe.run.failed(&self.sequence, failure, why))
    }

    /// The time for the connection, or for the answer, is over.
    pub fn timed_out(&self, probe: &Probe) -> CheckResult {
        let failure = if probe.connected {
            Failure::Timeout
        } else {
            Failure::ConnectTimeout
        };
        probe.run.failed(&self.sequence, failure, "")
    }
}

/// Why there is no connection to check over.
enum NotOpened {
    Nowhere,
    Refused(std::io::Error),
}

impl NotOpened {
    fn told(self, run: &Run, sequence: &Sequence) -> CheckResult {
        match self {
            Self::Nowhere => {
                CheckResult::new(CheckStatus::SocketError).with_info("no address or port to check")
            }
            Self::Refused(e) => run.failed(sequence, Failure::Connection, &text(&e)),
        }
    }
}

impl Probe {
    pub fn socket(&self) -> &OwnedFd {
        &self.fd
    }
}

/// `check-send-proxy`, or `send-proxy` where the check goes to the server's own address and port.
fn wanted_preamble(server: &model::Server) -> Option<Preamble> {
    let own = server.check.addr.is_none() && server.check.port.is_none();
    let wanted = server.check.send_proxy || own;
    let asked = server.check.send_proxy.then_some(Preamble::V1);
    server.send_proxy.filter(|_| wanted).or(asked)
}

/// The operating system's words without the number behind them.
fn text(e: &std::io::Error) -> String {
    let text = e.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}
