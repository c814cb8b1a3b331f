//! One side of an exchange: readiness as the edges told it, and bytes that it would not take yet.
//! What the bytes go through is its [`Transport`]; users of a link need not know.

mod ending;
mod secure;
mod socket;
mod splice;
mod tube;

pub use secure::{SEALED, Shaking};
pub use tube::Tube;

use super::buffers::Buffers;
use socket::Socket;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use sys::epoll::Ready;
use sys::splice::Pipe;
use sys::tcp;
use tls::session::Session;

#[derive(Debug)]
pub struct Link {
    socket: Socket,
    transport: Transport,
    /// There may be something to read.
    pub readable: bool,
    /// The peer has said its last: a short read no longer means drained.
    pub hung_up: bool,
    /// The end of the stream has been read.
    pub ended: bool,
    /// Our direction is shut down.
    shut: bool,
    /// Bytes for this side that its socket did not take.
    out: Vec<u8>,
    sent: usize,
    /// The same, inside the kernel.
    pipe: Option<Box<Pipe>>,
    /// A lot is to come, as the last read or the length of a body says: splicing pays for it.
    bulk: bool,
    /// A short read of records: what there is to read, the session has.
    drained: bool,
    /// The socket ended, and the session over it did not say so: somebody else may have ended it.
    pub unconfirmed: bool,
    /// The last bytes wait in the socket for those that follow them.
    corked: bool,
}

#[derive(Debug)]
enum Transport {
    /// Bytes are the socket's.
    Plain,
    /// The socket's are the records of a session.
    Tls(Box<Session>),
    /// One of the streams of a connection, which is another link.
    Stream(Box<Tube>),
}

/// So much from one read says that more of the like follows.
const LARGE: usize = 64 << 10;

/// Two copies of so many bytes cost more than a pipe.
pub const LONG: u64 = 16 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    Data(usize),
    Blocked,
    End,
    Broken,
}

/// The peer is not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

impl Link {
    pub fn new(fd: OwnedFd) -> Self {
        Self::over(Socket::Own(fd), Transport::Plain)
    }

    /// A stream of the connection whose socket this is.
    pub fn stream(socket: Arc<OwnedFd>, tube: Box<Tube>) -> Self {
        Self::over(Socket::Shared(socket), Transport::Stream(tube))
    }

    fn over(socket: Socket, transport: Transport) -> Self {
        Self {
            socket,
            transport,
            readable: false,
            hung_up: false,
            ended: false,
            shut: false,
            out: Vec::new(),
            sent: 0,
            pipe: None,
            bulk: false,
            drained: false,
            unconfirmed: false,
            corked: false,
        }
    }

    /// For addresses and options. The bytes of a stream are not in it.
    pub fn fd(&self) -> &OwnedFd {
        self.socket.fd()
    }

    /// The same link, and its socket for streams that go over it.
    pub fn sharing(self) -> (Self, Arc<OwnedFd>) {
        let socket = self.socket.shared();
        let link = Self {
            socket: Socket::Shared(socket.clone()),
            ..self
        };
        (link, socket)
    }

    pub fn is_stream(&self) -> bool {
        matches!(self.transport, Transport::Stream(_))
    }

    pub fn tube(&mut self) -> Option<&mut Tube> {
        match &mut self.transport {
            Transport::Stream(tube) => Some(tube),
            _ => None,
        }
    }

    /// Bytes go as they are, so that the kernel can pass them on.
    pub fn is_plain(&self) -> bool {
        matches!(self.transport, Transport::Plain)
    }

    /// Takes note of an event.
    pub fn note(&mut self, ready: Ready) {
        self.readable |= ready.readable();
        self.drained &= !ready.readable();
        self.hung_up |= ready.read_closed();
    }

    pub fn read(&mut self, buf: &mut [u8], buffers: &mut Buffers) -> Read {
        // An empty buffer is scratch in use further up; the caller comes again.
        if !self.readable || self.ended || buf.is_empty() {
            return Read::Blocked;
        }
        let read = match &mut self.transport {
            Transport::Plain => match tcp::recv(&self.socket, buf) {
                Ok(0) => Read::End,
                Ok(n) => {
                    self.readable = n == buf.len() || self.hung_up;
                    self.bulk = n >= LARGE;
                    Read::Data(n)
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => return Read::Blocked,
                Err(e) if e.kind() == ErrorKind::WouldBlock => Read::Blocked,
                Err(_) => Read::Broken,
            },
            Transport::Tls(_) => self.read_sealed(buf, buffers),
            Transport::Stream(tube) => tube.read(buf, buffers),
        };
        match read {
            Read::Data(_) => {}
            Read::Blocked => self.readable = false,
            Read::End | Read::Broken => (self.readable, self.ended) = (false, true),
        }
        read
    }

    /// Sends two pieces; what the socket does not take is held. Only with nothing held before.
    pub fn send(&mut self, first: &[u8], second: &[u8], buffers: &mut Buffers) -> Result<(), Gone> {
        debug_assert!(!self.is_blocked());
        self.corked = false;
        match &mut self.transport {
            Transport::Plain => {}
            Transport::Tls(_) => return self.send_sealed(first, second, buffers),
            Transport::Stream(tube) => return tube.send(first, second, buffers),
        }
        let n = match tcp::send_both(&self.socket, first, second) {
            Ok(n) => n,
            Err(e) if is_transient(&e) => 0,
            Err(_) => return Err(Gone),
        };
        if n < first.len() + second.len() {
            let mut rest = buffers.take();
            rest.extend_from_slice(first.get(n..).unwrap_or_default());
            rest.extend_from_slice(&second[n.saturating_sub(first.len())..]);
            self.out = rest;
            self.sent = 0;
        }
        Ok(())
    }

    /// Sends what is taken at once; the caller keeps the rest and comes again.
    pub fn offer(&mut self, bytes: &[u8], buffers: &mut Buffers) -> Result<usize, Gone> {
        if !self.is_plain() {
            if self.is_blocked() {
                return Ok(0);
            }
            self.send(bytes, b"", buffers)?;
            return Ok(bytes.len());
        }
        match tcp::send(&self.socket, bytes) {
            Ok(n) => Ok(n),
            Err(e) if is_transient(&e) => Ok(0),
            Err(_) => Err(Gone),
        }
    }

    /// Something is held that has to go first.
    pub fn is_blocked(&self) -> bool {
        match &self.transport {
            Transport::Plain | Transport::Tls(_) => {
                !self.out.is_empty() || self.pipe.as_ref().is_some_and(|p| p.held() > 0)
            }
            Transport::Stream(tube) => tube.is_full(),
        }
    }

    /// Sends what is held; true when nothing is left.
    pub fn flush(&mut self, buffers: &mut Buffers) -> Result<bool, Gone> {
        if let Transport::Stream(tube) = &self.transport {
            return Ok(!tube.is_full());
        }
        if !self.out.is_empty() {
            match tcp::send(&self.socket, &self.out[self.sent..]) {
                Ok(n) => self.sent += n,
                Err(e) if is_transient(&e) => {}
                Err(_) => return Err(Gone),
            }
            if self.sent < self.out.len() {
                return Ok(false);
            }
            self.sent = 0;
            buffers.give(std::mem::take(&mut self.out));
            if self.shut && !self.is_plain() {
                let _ = tcp::shutdown_write(&self.socket);
            }
        }
        self.flush_pipe(buffers)
    }

    /// Nothing waits to be read from the peer of a connection that is between two exchanges.
    pub fn is_quiet(&self) -> bool {
        match &self.transport {
            Transport::Plain | Transport::Tls(_) => {
                let read = tcp::peek(&self.socket, &mut [0u8; 1]);
                matches!(read, Err(e) if e.kind() == ErrorKind::WouldBlock)
            }
            Transport::Stream(tube) => tube.is_open(),
        }
    }

    /// Bytes came that nobody has read yet.
    pub fn has_unread(&self) -> bool {
        !self.is_stream() && matches!(tcp::peek(&self.socket, &mut [0u8; 1]), Ok(1))
    }
}

fn is_transient(e: &std::io::Error) -> bool {
    matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
