//! What a client's bytes go through: its socket alone, or a TLS session on it.

use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use sys::tcp;
use tls::rustls::pki_types::ServerName;
use tls::rustls::{ClientConfig, HandshakeKind};
use tls::session::{Fault, Outgoing, Session};

/// Room that all connections use in turn.
pub struct Room {
    pub plain: Vec<u8>,
    sealed: Vec<u8>,
    out: Outgoing,
}

impl Room {
    pub fn new() -> Self {
        Self {
            plain: vec![0; 256 << 10],
            sealed: vec![0; 256 << 10],
            out: Outgoing::default(),
        }
    }
}

#[derive(Debug)]
pub struct Wire {
    pub fd: OwnedFd,
    session: Option<Box<Session>>,
    /// Records that the socket did not take.
    held: Vec<u8>,
}

impl Wire {
    /// With a configuration bytes go through a session.
    pub fn new(
        fd: OwnedFd,
        config: Option<Arc<ClientConfig>>,
        room: &mut Room,
    ) -> io::Result<Self> {
        let mut wire = Self {
            fd,
            session: None,
            held: Vec::new(),
        };
        if let Some(config) = config {
            let name = ServerName::try_from("bench.example").map_err(io::Error::other)?;
            let mut session = Session::client(config, name).map_err(|fault| broken(&fault))?;
            room.out.clear();
            session
                .start(&mut room.out)
                .map_err(|fault| broken(&fault))?;
            wire.held.extend_from_slice(room.out.filled());
            wire.session = Some(Box::new(session));
        }
        Ok(wire)
    }

    /// The server took up a session of before.
    pub fn is_resumed(&self) -> bool {
        let kind = self
            .session
            .as_ref()
            .and_then(|s| s.common().handshake_kind());
        kind == Some(HandshakeKind::Resumed)
    }

    /// HTTP/2 was agreed upon, or cannot be: nothing is, in the clear.
    pub fn is_for_h2(&self) -> bool {
        let session = self.session.as_ref();
        session.is_none_or(|s| s.common().alpn_protocol() == Some(b"h2"))
    }

    /// Goes on with what has nothing to do with requests: the handshake and held records.
    pub fn proceed(&mut self, room: &mut Room) -> io::Result<()> {
        self.flush()?;
        while self.session.as_ref().is_some_and(|s| !s.is_established()) {
            match self.receive(room) {
                Ok((0, true)) => return Err(io::Error::other("closed in the handshake")),
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    pub fn send(&mut self, bytes: &[u8], room: &mut Room) -> io::Result<usize> {
        let Some(session) = &mut self.session else {
            return tcp::send(&self.fd, bytes);
        };
        if !session.is_established() || !self.held.is_empty() {
            return Err(ErrorKind::WouldBlock.into());
        }
        room.out.clear();
        session
            .send(bytes, b"", &mut room.out)
            .map_err(|fault| broken(&fault))?;
        self.held.extend_from_slice(room.out.filled());
        self.flush()?;
        Ok(bytes.len())
    }

    /// Bytes into the room's plain part, and whether nothing more waits in the socket.
    pub fn recv(&mut self, room: &mut Room) -> io::Result<(usize, bool)> {
        if self.session.is_none() {
            let n = tcp::recv(&self.fd, &mut room.plain)?;
            return Ok((n, n < room.plain.len()));
        }
        loop {
            let (n, ended) = self.receive(room)?;
            if n > 0 || ended {
                return Ok((n, false));
            }
        }
    }

    /// One step of a session: the bytes that it brought, and whether it was the last.
    fn receive(&mut self, room: &mut Room) -> io::Result<(usize, bool)> {
        let Some(session) = &mut self.session else {
            return Ok((0, true));
        };
        room.out.clear();
        let n = if session.has_plain() {
            session.take(&mut room.plain, &mut room.out)
        } else if session.is_ended() {
            // The socket's end is still to come.
            return match tcp::recv(&self.fd, &mut room.sealed)? {
                0 => Ok((0, true)),
                _ => Err(io::Error::other("bytes behind the end of the session")),
            };
        } else {
            let carried = session.carried().len();
            room.sealed[..carried].copy_from_slice(session.carried());
            let n = tcp::recv(&self.fd, &mut room.sealed[carried..])?;
            if n == 0 {
                return Ok((0, true));
            }
            session.receive(
                &mut room.sealed[..carried + n],
                &mut room.plain,
                &mut room.out,
            )
        };
        self.held.extend_from_slice(room.out.filled());
        let n = n.map_err(|fault| broken(&fault))?;
        self.flush()?;
        Ok((n, false))
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        match tcp::send(&self.fd, &self.held) {
            Ok(n) => drop(self.held.drain(..n)),
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {}
            Err(e) => return Err(e),
        }
        Ok(())
    }
}

fn broken(fault: &Fault) -> io::Error {
    io::Error::other(format!("TLS: {fault:?}"))
}
