//! One check of one server under way: connect, ask, judge.

use super::framed::Framed;
use super::layers;
use super::prober::{NotOpened, Prober};
use super::seal::Seal;
use crate::plan::Preamble;
use crate::preamble;
use crate::rules::memory::Memory;
use crate::shared::Checked;
use health::{CheckResult, Connect, Failure, Need, Run};
use std::cell::RefCell;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use sys::epoll::Ready;
use sys::tcp;

/// A check under way.
#[derive(Debug)]
pub struct Probe {
    pub(super) fd: OwnedFd,
    pub(super) connected: bool,
    /// TLS, once it has begun.
    pub(super) seal: Option<Box<Seal>>,
    /// HTTP/2, where that is spoken.
    pub(super) framed: Option<Box<Framed>>,
    pub(super) run: Run,
    pub(super) linger: bool,
    /// How the server was seen when it began, where it is told.
    pub(super) state: String,
    pub(super) memory: RefCell<Memory>,
}

/// Whatever was wrong with the handshake: haproxy says the same of all.
const UNSEALED: &str = "SSL handshake failure";

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

impl Probe {
    pub fn socket(&self) -> &OwnedFd {
        &self.fd
    }
}

impl Prober {
    /// Moves the check on.
    pub fn advance(&self, probe: &mut Probe, ready: Ready, now: u64) -> Progress {
        let mut now_open = false;
        if probe.seal.is_some() && !probe.connected {
            return self.shake(probe, now);
        }
        if !probe.connected {
            if ready.broken()
                && let Err(e) = tcp::take_error(&probe.fd)
            {
                return self.failed(probe, Failure::Connection, &text(&e));
            }
            if !ready.writable() {
                return Progress::Waiting;
            }
            if let Err(e) = self.greet(probe) {
                return self.failed(probe, Failure::Socket, &text(&e));
            }
            if let Some(session) = self.session(&probe.run) {
                let checked = Checked::new(self.place().plan.totals.clone());
                match session.and_then(|it| Seal::begin(it, &probe.fd, checked)) {
                    Ok(seal) => probe.seal = Some(Box::new(seal)),
                    Err(_) => return self.failed(probe, Failure::Handshake, UNSEALED),
                }
                return Progress::Waiting;
            }
            probe.connected = true;
            probe.framed = self.framed(None);
            let mut voice = self.voice(&probe.memory, &probe.state, now);
            probe.run.connected(&self.sequence, &mut voice);
            now_open = true;
        }
        match self.exchange(probe, now) {
            Progress::Waiting if now_open => Progress::Connected,
            progress => progress,
        }
    }

    /// The handshake goes on with what has come.
    fn shake(&self, probe: &mut Probe, now: u64) -> Progress {
        let Some(seal) = &mut probe.seal else {
            return Progress::Waiting;
        };
        match seal.shake(&probe.fd) {
            Ok(false) => return Progress::Waiting,
            Ok(true) => {
                probe.connected = true;
                probe.framed = self.framed(Some(seal));
            }
            Err(_) => return self.failed(probe, Failure::Handshake, UNSEALED),
        }
        let mut voice = self.voice(&probe.memory, &probe.state, now);
        probe.run.sealed(&self.sequence, &mut voice);
        match self.exchange(probe, now) {
            Progress::Waiting => Progress::Connected,
            progress => progress,
        }
    }

    /// A few bytes into an empty socket: they go at once, or the connection is broken.
    fn greet(&self, probe: &Probe) -> std::io::Result<()> {
        let asked = matches!(
            probe.run.need(&self.sequence),
            Need::Connect(
                Connect {
                    send_proxy: true,
                    ..
                },
                _
            )
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
    fn exchange(&self, probe: &mut Probe, now: u64) -> Progress {
        let mut buf = [0u8; 4096];
        loop {
            let voice = &mut self.voice(&probe.memory, &probe.state, now);
            match probe.run.need(&self.sequence) {
                Need::Done(result) => {
                    if !probe.linger {
                        // Nothing of value is on its way: the server need not keep it in mind.
                        let _ = tcp::set_reset_on_close(&probe.fd);
                    }
                    return Progress::Done(result);
                }
                Need::Connect(connect, port) => {
                    let (opened, linger) = (self.open(connect, port), connect.linger);
                    return self.reconnected(probe, opened, linger);
                }
                Need::Send(bytes) => {
                    match layers::send(&mut probe.seal, &mut probe.framed, &probe.fd, bytes) {
                        Ok(count) => probe.run.sent(&self.sequence, count, voice),
                        Err(e) if e.kind() == ErrorKind::WouldBlock => return Progress::Waiting,
                        Err(e) => return self.failed(probe, Failure::Socket, &text(&e)),
                    }
                }
                Need::Receive => {
                    match layers::receive(&mut probe.seal, &mut probe.framed, &probe.fd, &mut buf) {
                        Ok(0) => probe.run.ended(&self.sequence, voice),
                        Ok(count) => probe.run.feed(&self.sequence, &buf[..count], voice),
                        Err(e) if e.kind() == ErrorKind::WouldBlock => return Progress::Waiting,
                        Err(e) => return self.failed(probe, Failure::Socket, &text(&e)),
                    }
                }
            }
        }
    }

    fn reconnected(
        &self,
        probe: &mut Probe,
        opened: Result<OwnedFd, NotOpened>,
        linger: bool,
    ) -> Progress {
        match opened {
            Ok(fd) => {
                probe.fd = fd;
                (probe.connected, probe.seal, probe.framed) = (false, None, None);
                probe.linger = linger;
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
        let failure = match (probe.connected, &probe.seal) {
            (true, _) => Failure::Timeout,
            (false, Some(_)) => Failure::HandshakeTimeout,
            (false, None) => Failure::ConnectTimeout,
        };
        probe.run.failed(&self.sequence, failure, "")
    }
}

/// The operating system's words without the number behind them.
pub(super) fn text(e: &std::io::Error) -> String {
    let text = e.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}
