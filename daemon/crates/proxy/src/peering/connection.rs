//! A socket and what is spoken over it.

use peers::{Event, Fault, Session};
use std::io::ErrorKind;
use std::os::fd::OwnedFd;
use sys::epoll::Ready;
use sys::tcp;

/// Reads in a row before others have their turn: who sends without end would keep all of them waiting.
const READS: usize = 4;

#[derive(Debug)]
pub struct Connection {
    pub fd: OwnedFd,
    pub session: Session,
    pub token: u64,
    pub opened: u64,
    /// As far as is known: it is told on edges.
    readable: bool,
    writable: bool,
}

impl Connection {
    pub fn new(fd: OwnedFd, session: Session, token: u64, now: u64) -> Self {
        Self {
            fd,
            session,
            token,
            opened: now,
            readable: false,
            writable: false,
        }
    }

    /// Something happened to the socket; a call may be through.
    pub fn stirs(&mut self, ready: Ready) {
        self.readable |= ready.readable();
        self.writable |= ready.writable();
    }

    /// There may be more to read than was read.
    pub fn is_readable(&self) -> bool {
        self.readable
    }

    /// Sends what waits, as far as it goes; false when the connection is broken.
    pub fn flush(&mut self, now: u64) -> bool {
        while self.writable && !self.session.output().is_empty() {
            match tcp::send(&self.fd, self.session.output()) {
                Ok(length) => self.session.sent(length, now),
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.writable = false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// Reads of what is there; `Ok(false)`: the other side has ended it.
    pub fn read(
        &mut self,
        buffer: &mut [u8],
        now: u64,
        events: &mut Vec<Event>,
    ) -> Result<bool, Fault> {
        for _ in 0..READS {
            if !self.readable {
                break;
            }
            match tcp::recv(&self.fd, buffer) {
                Ok(0) => return Ok(false),
                Ok(length) => self.session.feed(&buffer[..length], now, events)?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.readable = false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }
}
