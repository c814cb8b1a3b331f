//! A TLS session: bytes of a socket in and out, without the socket.

mod drive;
mod fault;
mod hello;
mod outgoing;
mod plain;
mod told;

pub use fault::{Fault, written};
pub use hello::{First, first};
pub use outgoing::Outgoing;

use crate::shown::Note;
use drive::{Say, Stand, drive};
use plain::{Over, Sink};
use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::server::UnbufferedServerConnection;
use rustls::{ClientConfig, ProtocolVersion, ServerConfig};
use std::sync::Arc;

pub struct Session {
    side: Side,
    /// Received, and not a whole record yet.
    carry: Vec<u8>,
    /// Whole records wait in `carry`.
    more: bool,
    over: Over,
    phase: Phase,
    /// Of a client: the name that it asked for.
    name: Option<Box<str>>,
    /// The certificate that it was shown, where that is noted.
    shown: Option<Note>,
    /// The peer has said that it will send no more.
    ended: bool,
    /// Tickets for a client, which go with what is sent next.
    owed: Vec<u8>,
    last: Last,
}

/// Our last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    ToCome,
    /// It goes with what is sent next.
    Next,
    Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Handshake,
    /// Bytes go both ways.
    Established,
    /// Nothing can be sent or read any more.
    Failed,
}

enum Side {
    Server(UnbufferedServerConnection),
    Client(UnbufferedClientConnection),
}

impl std::fmt::Debug for Session {
    // Keys are nobody's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("phase", &self.phase)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// With a client, who speaks first; the name is that of its [`first`] message.
    pub fn server(config: Arc<ServerConfig>, name: Option<Box<str>>) -> Result<Self, Fault> {
        let connection = UnbufferedServerConnection::new(config);
        Ok(Self {
            name,
            ..Self::new(Side::Server(connection.map_err(fault_before)?))
        })
    }

    /// With a server of this name; [`start`](Self::start) makes the first word.
    pub fn client(config: Arc<ClientConfig>, name: ServerName<'static>) -> Result<Self, Fault> {
        let connection = UnbufferedClientConnection::new(config, name);
        Ok(Self::new(Side::Client(connection.map_err(fault_before)?)))
    }

    fn new(side: Side) -> Self {
        Self {
            side,
            carry: Vec::new(),
            more: false,
            over: Over::default(),
            phase: Phase::Handshake,
            name: None,
            shown: None,
            ended: false,
            owed: Vec::new(),
            last: Last::ToCome,
        }
    }

    /// A client's first word goes to `out`.
    pub fn start(&mut self, out: &mut Outgoing) -> Result<(), Fault> {
        self.turn(&mut [], &Say::Nothing, out)
    }

    /// What was received before and belongs in front of what is received next.
    pub fn carried(&self) -> &[u8] {
        &self.carry
    }

    /// Decrypted bytes can be had without receiving more.
    pub fn has_plain(&self) -> bool {
        !self.over.is_empty() || self.more
    }

    pub fn is_established(&self) -> bool {
        self.phase == Phase::Established
    }

    /// All that the peer had to say has been read.
    pub fn is_ended(&self) -> bool {
        self.ended && !self.has_plain()
    }

    /// Decrypted bytes that wait already.
    pub fn take(&mut self, plain: &mut [u8], out: &mut Outgoing) -> Result<usize, Fault> {
        if !self.over.is_empty() {
            return Ok(self.over.take(plain));
        }
        if !self.more {
            return Ok(0);
        }
        let mut carried = std::mem::take(&mut self.carry);
        self.receive(&mut carried, plain, out)
    }

    /// Works through received bytes, with those [`carried`](Self::carried) in front; the number of
    /// decrypted ones. Bytes for the peer are left in `out`, also when this fails.
    pub fn receive(
        &mut self,
        incoming: &mut [u8],
        plain: &mut [u8],
        out: &mut Outgoing,
    ) -> Result<usize, Fault> {
        let mut sink = Sink {
            into: plain,
            filled: 0,
            over: &mut self.over,
        };
        let (stand, result) = match &mut self.side {
            Side::Server(c) => drive(c, incoming, &mut sink, &Say::Nothing, out),
            Side::Client(c) => drive(c, incoming, &mut sink, &Say::Nothing, out),
        };
        let filled = sink.filled;
        self.carry.clear();
        let shaking = self.phase == Phase::Handshake;
        self.settle(stand, &incoming[stand.used..]);
        if shaking && self.is_established() {
            self.defer(out);
        }
        match result {
            Ok(()) => Ok(filled),
            Err(error) => Err(self.fail(error)),
        }
    }

    /// A client waits for nothing more once its handshake is done (RFC 8446, 4.6.1): tickets need
    /// no packet of their own.
    fn defer(&mut self, out: &mut Outgoing) {
        let common = self.common();
        let waits = common.protocol_version() != Some(ProtocolVersion::TLSv1_3);
        if waits || matches!(self.side, Side::Client(_)) {
            return;
        }
        self.owed = out.filled().to_vec();
        out.clear();
    }

    /// Something waits for bytes to go with.
    pub fn owes(&self) -> bool {
        !self.owed.is_empty()
    }

    /// What waited goes now.
    pub fn pay(&mut self, out: &mut Outgoing) {
        if self.owes() {
            out.put(&std::mem::take(&mut self.owed));
        }
    }

    /// What is sent next is all: our last word goes with it.
    pub fn conclude(&mut self) {
        if self.last == Last::ToCome {
            self.last = Last::Next;
        }
    }

    /// Two pieces as records into `out`.
    pub fn send(&mut self, first: &[u8], second: &[u8], out: &mut Outgoing) -> Result<(), Fault> {
        self.pay(out);
        for piece in [first, second] {
            if !piece.is_empty() {
                self.say(&Say::Data(piece), out)?;
            }
        }
        if self.last == Last::Next {
            self.end(out)?;
        }
        Ok(())
    }

    /// Our last word: the peer is to know that nothing was cut off.
    pub fn end(&mut self, out: &mut Outgoing) -> Result<(), Fault> {
        if !self.is_established() || self.last == Last::Said {
            return Ok(());
        }
        self.last = Last::Said;
        self.pay(out);
        self.say(&Say::CloseNotify, out)
    }

    fn say(&mut self, say: &Say<'_>, out: &mut Outgoing) -> Result<(), Fault> {
        // rustls remembers how much of an unfinished message it has seen of what is carried.
        let mut carried = std::mem::take(&mut self.carry);
        self.turn(&mut carried, say, out)
    }

    fn turn(
        &mut self,
        incoming: &mut [u8],
        say: &Say<'_>,
        out: &mut Outgoing,
    ) -> Result<(), Fault> {
        let mut sink = Sink {
            into: &mut [],
            filled: 0,
            over: &mut self.over,
        };
        let (stand, result) = match &mut self.side {
            Side::Server(c) => drive(c, incoming, &mut sink, say, out),
            Side::Client(c) => drive(c, incoming, &mut sink, say, out),
        };
        self.settle(stand, &incoming[stand.used..]);
        result.map_err(|error| self.fail(error))
    }

    fn settle(&mut self, stand: Stand, rest: &[u8]) {
        self.more = stand.more && !rest.is_empty();
        if stand.writes && self.phase != Phase::Failed && !self.common().is_handshaking() {
            self.phase = Phase::Established;
        }
        self.ended |= stand.ended;
        if rest.is_empty() {
            self.carry = Vec::new();
        } else {
            self.carry.extend_from_slice(rest);
        }
    }

    fn fail(&mut self, error: rustls::Error) -> Fault {
        let established = self.is_established();
        self.phase = Phase::Failed;
        Fault::of(error, established)
    }
}

fn fault_before(error: rustls::Error) -> Fault {
    Fault::of(error, false)
}
