//! `_getsocks`: listening sockets for another haproxy that is started with `-x`.
//!
//! The other side is told how many come, then gets them in parts: with each descriptor the names of
//! its name space and of its interface, each behind a byte with its length, and four bytes of
//! options; it confirms each part with four bytes.

use super::client::Turn;
use std::io::ErrorKind;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use sys::fdpass::{FDS_PER_SEND, send_with_fds};
use sys::tcp;

#[derive(Debug)]
pub struct Handing {
    sockets: Vec<(Arc<OwnedFd>, String)>,
    counted: bool,
    given: usize,
    /// Bytes of a confirmation that are still to come.
    unconfirmed: usize,
}

impl Handing {
    pub fn new(sockets: Vec<(Arc<OwnedFd>, String)>) -> Self {
        Self {
            sockets,
            counted: false,
            given: 0,
            unconfirmed: 0,
        }
    }

    /// `None`: there is more to do at once.
    pub fn step(&mut self, stream: &OwnedFd) -> Option<Turn> {
        match self.try_step(stream) {
            Ok(turn) => turn,
            Err(e) if e.kind() == ErrorKind::WouldBlock => Some(Turn::Waits),
            Err(e) if e.kind() == ErrorKind::Interrupted => None,
            Err(_) => Some(Turn::Ends),
        }
    }

    fn try_step(&mut self, stream: &OwnedFd) -> std::io::Result<Option<Turn>> {
        if self.unconfirmed > 0 {
            let mut block = [0; 4];
            let count = tcp::recv(stream, &mut block[..self.unconfirmed])?;
            self.unconfirmed -= count;
            return Ok((count == 0).then_some(Turn::Ends));
        }
        if !self.counted {
            let count = i32::try_from(self.sockets.len()).unwrap_or(i32::MAX);
            tcp::send(stream, &count.to_ne_bytes())?;
            self.counted = true;
            return Ok(self.sockets.is_empty().then_some(Turn::Ends));
        }
        let part = self.sockets[self.given..].iter().take(FDS_PER_SEND);
        let mut bytes = Vec::new();
        let mut fds = Vec::new();
        for (fd, interface) in part {
            bytes.push(0);
            bytes.push(u8::try_from(interface.len()).unwrap_or(0));
            if u8::try_from(interface.len()).is_ok() {
                bytes.extend_from_slice(interface.as_bytes());
            }
            bytes.extend_from_slice(&[0; 4]);
            fds.push(fd.as_fd());
        }
        if fds.is_empty() {
            return Ok(Some(Turn::Ends));
        }
        send_with_fds(stream, &bytes, &fds)?;
        self.given += fds.len();
        self.unconfirmed = 4;
        Ok(None)
    }
}
