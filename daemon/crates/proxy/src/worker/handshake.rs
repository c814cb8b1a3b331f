//! TLS with clients, before anything else of them is looked at: their first message, the certificate
//! for the name in it, and the rest of the handshake.

use super::Worker;
use super::conn::{Client, State};
use super::link::{Read, Shaking};
use crate::plan::Mode;
use std::sync::atomic::Ordering::Relaxed;
use tls::session::{Fault, First, Session, first};

/// Read at once of a client's first messages; what follows them stays in the socket.
const HELLO: usize = 16 << 10;

impl Worker {
    pub(super) fn handshake(&mut self, i: u32) {
        if self.clients[i].link.session().is_none() {
            let mut rx = std::mem::take(&mut self.rx);
            if rx.is_empty() {
                return self.resume_later(i);
            }
            let heard = self.read_hello(i, &mut rx);
            self.rx = rx;
            match heard {
                Ok(true) => {}
                Ok(false) => return,
                Err(fault) => return self.not_shaken(i, fault),
            }
        }
        match self.clients[i].link.shake(&mut self.buffers) {
            Shaking::Done => self.welcome(i),
            Shaking::Waits => {}
            Shaking::Failed(fault) => self.not_shaken(i, fault),
        }
    }

    /// Makes the session once it is known for whom the client asks; false while it is not.
    fn read_hello(&mut self, i: u32, rx: &mut [u8]) -> Result<bool, Fault> {
        let c = &mut self.clients[i];
        loop {
            // A header of the PROXY protocol may have had the beginning behind it.
            let mut hello = std::mem::take(&mut c.pend);
            match c.link.read(&mut rx[..HELLO], &mut self.buffers) {
                Read::Data(n) if hello.is_empty() => hello = self.buffers.hold(&rx[..n]),
                Read::Data(n) => hello.extend_from_slice(&rx[..n]),
                Read::Blocked if hello.is_empty() => return Ok(false),
                Read::Blocked => {}
                Read::End => return Err(Fault::Closed),
                Read::Broken => return Err(Fault::Aborted),
            }
            let name = match first(&hello) {
                First::Whole(name) => name,
                First::Foreign { http } => return Err(Fault::Foreign { http }),
                First::Short => {
                    c.pend = hello;
                    if c.link.readable {
                        continue;
                    }
                    return Ok(false);
                }
            };
            let acceptor = c.acceptor().ok_or(Fault::Aborted)?;
            let session = acceptor.session(name, c.plan.notes_certificates)?;
            c.link.secure(session);
            let fed = c.link.feed(&mut hello, &mut self.buffers);
            self.buffers.give(hello);
            return fed.map(|()| true);
        }
    }

    /// The connection goes on as any other does from its beginning.
    pub(super) fn welcome(&mut self, i: u32) {
        let c = &mut self.clients[i];
        if c.link.session().is_some_and(Session::is_full) {
            c.plan.totals.sealed.client_keys.fetch_add(1, Relaxed);
        }
        c.state = State::Head;
        c.idle_from = self.now;
        let f = c.frontend();
        let (mode, wait) = (f.mode, f.timeouts.http_request.min(f.timeouts.client));
        self.set_deadline(i, wait);
        if !self.admitted(i, true) {
            return;
        }
        self.first_words(i);
        if mode == Mode::Tcp {
            return;
        }
        // The scratch buffer may be in use further up.
        self.resume_later(i);
    }

    pub(super) fn not_shaken(&mut self, i: u32, fault: Fault) {
        let (number, words) = (fault.number(), fault.text());
        self.with_memory(i, |memory| memory.tls_fault = Some(fault));
        self.clients[i].link.cut();
        self.turned_away(i, number, words);
    }

    /// The handshake did not come to its end in time.
    pub(super) fn shakes_too_long(&mut self, i: u32) {
        self.not_shaken(i, Fault::Late);
    }
}

impl Client {
    /// What makes sessions, where this address speaks TLS.
    pub(super) fn acceptor(&self) -> Option<&tls::Acceptor> {
        let acceptors = &self.frontend().acceptors;
        acceptors.get(self.bind as usize)?.as_ref()
    }

    /// The handshake settled on HTTP/2 (RFC 7301).
    pub(super) fn agreed_on_h2(&self) -> bool {
        let session = self.link.session();
        session.is_some_and(|s| s.common().alpn_protocol() == Some(b"h2"))
    }
}
