//! Connections of HTTP/2. Each of their streams is a client of its own, or a connection to a server,
//! whose link is a tube: all that is done with requests and responses is done with theirs, too, in
//! the text of HTTP/1.1.
//!
//! A connection reads and sends as one: one call takes what has come for all of its streams, and what
//! they had to say in a round of events leaves in one piece at the end of the round.

mod events;
mod flush;
mod frames;
mod idle;
mod open;
mod replies;
mod streams;
mod trunk;
mod trunk_end;
mod trunk_frames;

use super::Worker;
use super::link::Tube;
use super::slab::{NONE, Slab};
use crate::plan::Spoken;
use crate::rules::context::Version;
use h2::translate::{Inward, Outward};
use replies::Asked;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use tls::session::Session;
use trunk::Trunk;

/// What a connection and its streams need besides the link that carries them.
#[derive(Debug)]
pub struct Carrier {
    core: h2::Connection,
    holder: Holder,
    socket: Arc<OwnedFd>,
    streams: Slab<Stream>,
    /// It is in the list of those with frames to send.
    due: bool,
    /// Streams that wait for the socket to take what others had to say.
    waiting: Vec<u32>,
    /// Of one to a server.
    trunk: Trunk,
}

/// Whose link it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Client(u32),
    /// A connection to a server.
    Server(u32),
}

#[derive(Debug)]
struct Stream {
    /// 0: not opened yet, because its head is still to be sent.
    id: u32,
    /// The client, or the connection to a server, whose link it is; [`NONE`] when that is gone.
    user: u32,
    inward: Inward,
    outward: Outward,
    asked: Asked,
    /// Data that came and is not released yet.
    owed: usize,
    /// What its link left behind.
    left: Option<Box<Tube>>,
}

/// Of a worker.
#[derive(Debug, Default)]
pub struct Carriers {
    list: Slab<Carrier>,
    due: Vec<u32>,
    /// Those to servers with something to read.
    unread: Vec<u32>,
    /// By the connection to a server that is the link.
    by_server: Vec<u32>,
    /// Connections to servers that belong to one client.
    owned: u32,
}

/// From so many bytes of frames on, streams wait for the socket.
const FULL: usize = 128 << 10;

impl Worker {
    /// The connection has frames to send.
    fn due(&mut self, h: u32) {
        let Some(carrier) = self.carriers.list.get_mut(h) else {
            return;
        };
        if !std::mem::replace(&mut carrier.due, true) {
            self.carriers.due.push(h);
        }
    }

    /// Whether a connection that begins with the preface may go on in HTTP/2.
    pub(in crate::worker) fn may_multiplex(&self, i: u32) -> bool {
        let c = &self.clients[i];
        c.requests == 0 && !c.link.is_stream() && c.spoken() == Spoken::Either
    }

    /// The session of TLS that the client's bytes go through, those of a stream, too.
    pub(in crate::worker) fn session_of(&self, i: u32) -> Option<&Session> {
        let c = &self.clients[i];
        if !c.link.is_stream() {
            return c.link.session();
        }
        match self.carriers.list.get(c.carrier)?.holder {
            Holder::Client(holder) => self.clients.get(holder)?.link.session(),
            Holder::Server(_) => None,
        }
    }

    /// The version that the client asks in.
    pub(in crate::worker) fn version(&self, i: u32, request: &http1::Request) -> Version {
        match (self.clients[i].link.is_stream(), request.http11) {
            (true, _) => Version::Http2,
            (false, true) => Version::Http11,
            (false, false) => Version::Http10,
        }
    }

    /// The connection that the client holds, if it is one of HTTP/2 itself.
    fn carrier_of(&self, i: u32) -> Option<u32> {
        let c = self.clients.get(i)?;
        (c.carrier != NONE && !c.link.is_stream()).then_some(c.carrier)
    }
}
