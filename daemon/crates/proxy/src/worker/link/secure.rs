//! A link whose bytes go through a TLS session: records are received into the thread's scratch,
//! opened there, and made there, so that an idle session holds keys and nothing else.

use super::super::buffers::Buffers;
use super::{Gone, Link, Read, Transport, is_transient};
use std::io::ErrorKind;
use sys::tcp;
use tls::session::{Fault, Outgoing, Session};

/// Received at once: a body of 64 KiB in its records, with room for what was carried over.
pub const SEALED: usize = 160 << 10;

/// Received at once in a handshake; what follows it is read when somebody can use it.
const HELLO: usize = 8 << 10;

/// How far a handshake has come.
#[derive(Debug)]
pub enum Shaking {
    Done,
    /// The peer is to say something.
    Waits,
    Failed(Fault),
}

impl Link {
    /// From now on bytes go through this session.
    pub fn secure(&mut self, session: Session) {
        self.transport = Transport::Tls(Box::new(session));
    }

    pub fn session(&self) -> Option<&Session> {
        match &self.transport {
            Transport::Tls(session) => Some(session),
            _ => None,
        }
    }

    /// A client's first word of a handshake.
    pub fn begin_handshake(&mut self, buffers: &mut Buffers) -> Result<(), Fault> {
        self.speak(buffers, Session::start)
            .map_err(|e| e.unwrap_or(Fault::Aborted))
    }

    /// Received before the session was there: a client's first messages.
    pub fn feed(&mut self, received: &mut [u8], buffers: &mut Buffers) -> Result<(), Fault> {
        self.speak(buffers, |session, out| {
            session.receive(received, &mut [], out).map(drop)
        })
        .map_err(|e| e.unwrap_or(Fault::Aborted))
    }

    /// A connection between two exchanges became readable: whether all that came was about the
    /// session, such as tickets.
    pub fn rests(&mut self, buffers: &mut Buffers) -> bool {
        while self.readable {
            match self.receive(&mut [], HELLO, buffers) {
                Ok(_) => self.readable = !self.drained,
                Err(Break::Blocked) => self.readable = false,
                Err(_) => return false,
            }
        }
        !self.hung_up && self.out.is_empty() && !self.session().is_some_and(has_more)
    }

    /// Takes the handshake as far as what was received allows.
    pub fn shake(&mut self, buffers: &mut Buffers) -> Shaking {
        loop {
            if self.session().is_some_and(Session::is_established) {
                // What follows at once takes tickets along: the socket is asked again.
                self.readable |= self.session().is_some_and(Session::owes);
                self.drained = !self.readable;
                self.readable |= self.session().is_some_and(has_more);
                return Shaking::Done;
            }
            if !self.readable {
                return Shaking::Waits;
            }
            match self.receive(&mut [], HELLO, buffers) {
                Ok(_) => {}
                Err(Break::Fault(fault)) => return Shaking::Failed(fault),
                Err(Break::Blocked) => self.readable = false,
                Err(Break::Silence | Break::Lost) => return Shaking::Failed(Fault::Aborted),
            }
        }
    }

    pub(super) fn read_sealed(&mut self, buf: &mut [u8], buffers: &mut Buffers) -> Read {
        loop {
            let Transport::Tls(session) = &mut self.transport else {
                return Read::Broken;
            };
            if session.is_ended() {
                return Read::End;
            }
            if self.drained && !session.has_plain() {
                return Read::Blocked;
            }
            match self.receive(buf, SEALED, buffers) {
                Ok(0) => {}
                Ok(n) => {
                    self.readable = !self.drained || self.session().is_some_and(has_more);
                    return Read::Data(n);
                }
                Err(Break::Blocked) => {
                    self.pay(buffers);
                    return Read::Blocked;
                }
                Err(Break::Silence) => {
                    self.unconfirmed = true;
                    return Read::Broken;
                }
                Err(Break::Lost | Break::Fault(_)) => return Read::Broken,
            }
        }
    }

    /// Receives once, or takes what the session holds already, and sends what that gave rise to.
    fn receive(
        &mut self,
        buf: &mut [u8],
        most: usize,
        buffers: &mut Buffers,
    ) -> Result<usize, Break> {
        let Transport::Tls(session) = &mut self.transport else {
            return Err(Break::Lost);
        };
        let (mut sealed, mut out) = buffers.take_sealed();
        let plain = if session.has_plain() {
            session.take(buf, &mut out).map_err(Break::Fault)
        } else {
            let carried = session.carried().len();
            sealed[..carried].copy_from_slice(session.carried());
            let end = (carried + most).min(sealed.len());
            match tcp::recv(&self.socket, &mut sealed[carried..end]) {
                Ok(0) => Err(Break::Silence),
                Ok(n) => {
                    self.drained = carried + n < end && !self.hung_up;
                    session
                        .receive(&mut sealed[..carried + n], buf, &mut out)
                        .map_err(Break::Fault)
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    self.drained = true;
                    Err(Break::Blocked)
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => Ok(0),
                Err(_) => Err(Break::Lost),
            }
        };
        let sent = self.transmit(&out, buffers);
        buffers.give_sealed(sealed, out);
        match (plain, sent) {
            (Ok(_), Err(Gone)) => Err(Break::Lost),
            (plain, _) => plain,
        }
    }

    pub(super) fn send_sealed(
        &mut self,
        first: &[u8],
        second: &[u8],
        buffers: &mut Buffers,
    ) -> Result<(), Gone> {
        self.speak(buffers, |session, out| session.send(first, second, out))
            .map_err(|_| Gone)
    }

    /// The peer says nothing for now: what would have gone with an answer goes alone.
    fn pay(&mut self, buffers: &mut Buffers) {
        if self.session().is_some_and(Session::owes) {
            let paid = self.speak(buffers, |session, out| {
                session.pay(out);
                Ok(())
            });
            // A broken connection is found by whoever reads it.
            drop(paid);
        }
    }

    /// What is sent next is the last of it.
    pub fn conclude(&mut self) {
        if let Transport::Tls(session) = &mut self.transport {
            session.conclude();
        }
    }

    /// Our last word, unless it was said: what came before was all.
    pub(super) fn end_session(&mut self, buffers: &mut Buffers) {
        let _ = self.speak(buffers, Session::end);
    }

    fn speak(
        &mut self,
        buffers: &mut Buffers,
        say: impl FnOnce(&mut Session, &mut Outgoing) -> Result<(), Fault>,
    ) -> Result<(), Option<Fault>> {
        let Transport::Tls(session) = &mut self.transport else {
            return Err(None);
        };
        let (sealed, mut out) = buffers.take_sealed();
        let said = say(session, &mut out);
        let sent = self.transmit(&out, buffers);
        buffers.give_sealed(sealed, out);
        said.map_err(Some)?;
        sent.map_err(|Gone| None)
    }

    /// Records go behind those that are held.
    fn transmit(&mut self, out: &Outgoing, buffers: &mut Buffers) -> Result<(), Gone> {
        let bytes = out.filled();
        if bytes.is_empty() {
            return Ok(());
        }
        if !self.out.is_empty() {
            self.out.extend_from_slice(bytes);
            return Ok(());
        }
        let n = match tcp::send(&self.socket, bytes) {
            Ok(n) => n,
            Err(e) if is_transient(&e) => 0,
            Err(_) => return Err(Gone),
        };
        self.out = buffers.hold(&bytes[n..]);
        self.sent = 0;
        Ok(())
    }
}

/// Why nothing was received.
enum Break {
    Blocked,
    /// The socket's end.
    Silence,
    Lost,
    Fault(Fault),
}

fn has_more(session: &Session) -> bool {
    session.has_plain() || session.is_ended()
}
