//! The connection over which one mail is handed over.

use super::dialogue::{Dialogue, Letter, Need};
use crate::control::probe::text;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use sys::epoll::Ready;
use sys::tcp::{self, Peer};

#[derive(Debug)]
pub struct Talk {
    pub fd: OwnedFd,
    connected: bool,
    dialogue: Dialogue,
    /// When it ends at the latest.
    pub deadline: u64,
}

impl Talk {
    pub fn begin(place: SocketAddr, letter: Arc<Letter>, deadline: u64) -> io::Result<Self> {
        Ok(Self {
            fd: tcp::connect(&Peer::Tcp(place), None)?,
            connected: false,
            dialogue: Dialogue::new(letter),
            deadline,
        })
    }

    pub fn letter(&self) -> &Letter {
        self.dialogue.letter()
    }

    /// How it went; `None`: it goes on.
    pub fn advance(&mut self, ready: Ready) -> Option<Result<(), String>> {
        if !self.connected {
            if ready.broken()
                && let Err(error) = tcp::take_error(&self.fd)
            {
                return Some(Err(text(&error)));
            }
            if !ready.writable() {
                return None;
            }
            self.connected = true;
        }
        let mut buffer = [0; 1024];
        loop {
            let done = match self.dialogue.need() {
                Need::Done(end) => return Some(end),
                Need::Say(bytes) => {
                    tcp::send(&self.fd, bytes).map(|count| self.dialogue.said(count))
                }
                Need::Hear => tcp::recv(&self.fd, &mut buffer).map(|count| match count {
                    0 => self.dialogue.ended("it closed the connection"),
                    count => self.dialogue.heard(&buffer[..count]),
                }),
            };
            match done {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return None,
                Err(error) => self.dialogue.ended(&text(&error)),
            }
        }
    }

    pub fn timed_out(&mut self) -> Result<(), String> {
        let why = if self.connected {
            "it did not answer in time"
        } else {
            "it could not be reached in time"
        };
        self.dialogue.ended(why);
        match self.dialogue.need() {
            Need::Done(end) => end,
            _ => Ok(()),
        }
    }
}
