//! A check's connection that goes through TLS.

use crate::shared::Checked;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use sys::tcp;
use tls::session::{Fault, Outgoing, Session};

/// A record and what a handshake sends at once fit; answers that are looked at are short.
const ROOM: usize = 20 << 10;

#[derive(Debug)]
pub struct Seal {
    session: Session,
    out: Outgoing,
    /// Records that the socket did not take.
    held: Vec<u8>,
    checked: Checked,
}

impl Seal {
    /// Begins the handshake.
    pub fn begin(mut session: Session, fd: &OwnedFd, checked: Checked) -> Result<Self, Fault> {
        let mut out = Outgoing::default();
        session.start(&mut out)?;
        let mut seal = Self {
            session,
            out,
            held: Vec::new(),
            checked,
        };
        seal.transmit(fd).map_err(|_| Fault::Aborted)?;
        Ok(seal)
    }

    /// What was agreed on to be spoken.
    pub fn protocol(&self) -> Option<&[u8]> {
        self.session.common().alpn_protocol()
    }

    /// Whether the handshake is done, after what has come.
    pub fn shake(&mut self, fd: &OwnedFd) -> Result<bool, Fault> {
        while !self.session.is_established() {
            match self.receive(fd, &mut []) {
                Ok(_) => {}
                Err(Broken::Fault(fault)) => return Err(fault),
                Err(Broken::Io(e)) if e.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(Broken::Io(_)) => return Err(Fault::Aborted),
            }
        }
        self.checked.made(self.session.is_full());
        Ok(true)
    }

    /// All of it is taken; what the socket does not take goes before the next.
    pub fn send(&mut self, fd: &OwnedFd, bytes: &[u8]) -> io::Result<usize> {
        self.out.clear();
        let sent = self.session.send(bytes, b"", &mut self.out);
        sent.map_err(|fault| io::Error::other(fault.text()))?;
        self.transmit(fd)?;
        Ok(bytes.len())
    }

    pub fn recv(&mut self, fd: &OwnedFd, buf: &mut [u8]) -> io::Result<usize> {
        self.transmit_held(fd)?;
        loop {
            if self.session.is_ended() {
                return Ok(0);
            }
            match self.receive(fd, buf) {
                Ok(0) => {}
                Ok(n) => return Ok(n),
                Err(Broken::Io(e)) if e.kind() == ErrorKind::UnexpectedEof => return Ok(0),
                Err(Broken::Io(e)) => return Err(e),
                Err(Broken::Fault(fault)) => return Err(io::Error::other(fault.text())),
            }
        }
    }

    fn receive(&mut self, fd: &OwnedFd, plain: &mut [u8]) -> Result<usize, Broken> {
        self.out.clear();
        let received = if self.session.has_plain() {
            self.session.take(plain, &mut self.out)
        } else {
            let mut sealed = self.session.carried().to_vec();
            let carried = sealed.len();
            sealed.resize(carried + ROOM, 0);
            let n = tcp::recv(fd, &mut sealed[carried..])?;
            if n == 0 {
                return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
            }
            let sealed = &mut sealed[..carried + n];
            self.session.receive(sealed, plain, &mut self.out)
        };
        self.transmit(fd)?;
        received.map_err(Broken::Fault)
    }

    fn transmit(&mut self, fd: &OwnedFd) -> io::Result<()> {
        self.held.extend_from_slice(self.out.filled());
        self.out.clear();
        self.transmit_held(fd)
    }

    fn transmit_held(&mut self, fd: &OwnedFd) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        match tcp::send(fd, &self.held) {
            Ok(n) => drop(self.held.drain(..n)),
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(e) => return Err(e),
        }
        Ok(())
    }
}

enum Broken {
    Io(io::Error),
    Fault(Fault),
}

impl From<io::Error> for Broken {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}
