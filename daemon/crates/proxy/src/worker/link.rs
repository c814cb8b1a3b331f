//! One side's socket: readiness as the edges told it, and bytes that it would not take yet.

use super::buffers::Buffers;
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use sys::epoll::Ready;
use sys::splice::Pipe;
use sys::tcp;

#[derive(Debug)]
pub struct Link {
    pub fd: OwnedFd,
    /// There may be something to read.
    pub readable: bool,
    /// The peer has said its last: a short read no longer means drained.
    pub hung_up: bool,
    /// The end of the stream has been read.
    pub ended: bool,
    /// Our direction is shut down.
    pub shut: bool,
    /// Bytes for this side that its socket did not take.
    out: Vec<u8>,
    sent: usize,
    /// The same, inside the kernel.
    pipe: Option<Box<Pipe>>,
    /// A lot is to come, as the last read or the length of a body says: splicing pays for it.
    pub bulk: bool,
    /// The last bytes wait in the socket for those that follow them.
    corked: bool,
}

/// So much from one read says that more of the like follows.
const LARGE: usize = 64 << 10;

/// Two copies of so many bytes cost more than a pipe.
pub const LONG: u64 = 16 << 10;

/// A spliced piece smaller than this says that the bulk is over.
const SMALL: usize = 8 << 10;

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
        Self {
            fd,
            readable: false,
            hung_up: false,
            ended: false,
            shut: false,
            out: Vec::new(),
            sent: 0,
            pipe: None,
            bulk: false,
            corked: false,
        }
    }

    /// Takes note of an event.
    pub fn note(&mut self, ready: Ready) {
        self.readable |= ready.readable();
        self.hung_up |= ready.read_closed();
    }

    pub fn read(&mut self, buf: &mut [u8]) -> Read {
        // An empty buffer is scratch in use further up; the caller comes again.
        if !self.readable || self.ended || buf.is_empty() {
            return Read::Blocked;
        }
        match tcp::recv(&self.fd, buf) {
            Ok(0) => {
                self.readable = false;
                self.ended = true;
                Read::End
            }
            Ok(n) => {
                self.readable = n == buf.len() || self.hung_up;
                self.bulk = n >= LARGE;
                Read::Data(n)
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                self.readable = false;
                Read::Blocked
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => Read::Blocked,
            Err(_) => {
                self.readable = false;
                self.ended = true;
                Read::Broken
            }
        }
    }

    /// Sends two pieces; what the socket does not take is held. Only with nothing held before.
    pub fn send(&mut self, first: &[u8], second: &[u8], buffers: &mut Buffers) -> Result<(), Gone> {
        debug_assert!(!self.is_blocked());
        self.corked = false;
        let n = match tcp::send_both(&self.fd, first, second) {
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

    /// The same for what is followed by spliced bytes: both leave in one packet.
    pub fn send_before_splice(&mut self, bytes: &[u8], buffers: &mut Buffers) -> Result<(), Gone> {
        debug_assert!(!self.is_blocked());
        let n = match tcp::send_more(&self.fd, bytes) {
            Ok(n) => n,
            Err(e) if is_transient(&e) => 0,
            Err(_) => return Err(Gone),
        };
        self.corked = true;
        if n < bytes.len() {
            self.out = buffers.hold(&bytes[n..]);
            self.sent = 0;
        }
        Ok(())
    }

    /// Lets go what waits for bytes that do not come yet.
    pub fn uncork(&mut self) {
        if std::mem::take(&mut self.corked) {
            let _ = tcp::set_nodelay(&self.fd);
        }
    }

    /// Something is held that has to go first.
    pub fn is_blocked(&self) -> bool {
        !self.out.is_empty() || self.pipe.as_ref().is_some_and(|p| p.held() > 0)
    }

    /// Sends what is held; true when nothing is left.
    pub fn flush(&mut self, buffers: &mut Buffers) -> Result<bool, Gone> {
        if !self.out.is_empty() {
            match tcp::send(&self.fd, &self.out[self.sent..]) {
                Ok(n) => self.sent += n,
                Err(e) if is_transient(&e) => {}
                Err(_) => return Err(Gone),
            }
            if self.sent < self.out.len() {
                return Ok(false);
            }
            self.sent = 0;
            buffers.give(std::mem::take(&mut self.out));
        }
        if let Some(pipe) = &mut self.pipe {
            while pipe.held() > 0 {
                match pipe.drain(&self.fd, false) {
                    Ok(1..) => {}
                    Err(e) if is_transient(&e) => return Ok(false),
                    Ok(0) | Err(_) => return Err(Gone),
                }
            }
        }
        if let Some(pipe) = self.pipe.take() {
            buffers.give_pipe(pipe);
        }
        Ok(true)
    }

    /// Moves up to `most` bytes from another side to this one inside the kernel. `None`: no pipe
    /// is to be had, copy instead. Only with nothing held before.
    pub fn splice(
        &mut self,
        from: &mut Link,
        most: u64,
        buffers: &mut Buffers,
    ) -> Result<Option<Read>, Gone> {
        if !from.readable || from.ended {
            return Ok(Some(Read::Blocked));
        }
        let Some(mut pipe) = self.pipe.take().or_else(|| buffers.take_pipe()) else {
            return Ok(None);
        };
        let read = match pipe.fill(&from.fd, most) {
            Ok(0) => {
                (from.readable, from.ended) = (false, true);
                Read::End
            }
            Ok(n) => {
                from.bulk = n >= SMALL;
                self.corked = false;
                Read::Data(n)
            }
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                from.readable = false;
                Read::Blocked
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => Read::Blocked,
            Err(_) => {
                (from.readable, from.ended) = (false, true);
                Read::Broken
            }
        };
        self.pipe = Some(pipe);
        self.flush(buffers)?;
        Ok(Some(read))
    }

    /// Gives buffers back when the connection ends.
    pub fn release(&mut self, buffers: &mut Buffers) {
        buffers.give(std::mem::take(&mut self.out));
        if let Some(pipe) = self.pipe.take() {
            buffers.give_pipe(pipe);
        }
    }

    pub fn shut_down(&mut self) {
        if !self.shut {
            self.shut = true;
            let _ = tcp::shutdown_write(&self.fd);
        }
    }
}

fn is_transient(e: &std::io::Error) -> bool {
    matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
