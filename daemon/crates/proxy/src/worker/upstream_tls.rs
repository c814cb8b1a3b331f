//! TLS with servers: whom they are asked for, the handshake before a connection counts as made, and
//! what they send while nothing is asked of them.

use super::Worker;
use super::link::Shaking;
use super::tally::tally_behind;
use crate::rules::context::RequestLine;
use crate::rules::{Context, Edits, Message};
use http1::{Limits, parse_request};
use std::sync::atomic::Ordering::Relaxed;
use sys::epoll::Ready;
use tls::session::{Fault, Session};

impl Worker {
    /// The name that the server is asked for, where its line says how it is made.
    pub(super) fn name_asked(&self, i: u32) -> Option<Box<str>> {
        let c = &self.clients[i];
        let txn = c.txn.as_deref()?;
        let server = txn.server(&c.plan)?;
        let sni = server.tls.as_ref()?.sni.as_ref()?;
        let base = Context {
            server: Some(&server.name),
            ..self.context(i, txn.backend)
        };
        let value = if txn.http {
            // The head as the server gets it.
            let mut head = txn.request.clone();
            let limits = Limits {
                head: head.len() + 1,
                ..c.plan.limits
            };
            let (mut fields, edits) = (Vec::new(), Edits::default());
            let request = parse_request(&mut head, limits, &mut fields).ok()??;
            let line = RequestLine {
                method: request.method_span.of(&head),
                target: request.target.of(&head),
                version: self.version(i, &request),
            };
            sni.value(&Context {
                line: Some(line),
                request: Some(Message {
                    buf: &head,
                    fields: &fields,
                    edits: &edits,
                }),
                ..base
            })
        } else {
            sni.value(&Context {
                payload: Some(crate::rules::context::Payload {
                    bytes: &c.pend,
                    response: false,
                    pending: None,
                }),
                ..base
            })
        };
        let mut name = Vec::new();
        value?.write(&mut name);
        let name = String::from_utf8(name).ok()?;
        // A port behind it, as in the header of the host, is no part of the name.
        let name = name.split(':').next().unwrap_or_default();
        Some(name.to_ascii_lowercase().into_boxed_str())
    }

    /// The socket is connected: TLS begins where the server speaks it. False when it does not.
    pub(super) fn begin_sealing(&mut self, i: u32) -> Result<bool, Fault> {
        self.with_memory(i, |memory| memory.server_fault = None);
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_deref() else {
            return Ok(false);
        };
        let tls = txn.server(&c.plan).and_then(|s| s.tls.as_ref());
        let Some(tls) = tls.filter(|tls| tls.traffic) else {
            return Ok(false);
        };
        let up = &mut self.ups[txn.up];
        let websocket = tls.websocket.as_ref().filter(|_| txn.upgrade);
        let connector = websocket.unwrap_or(&tls.connector);
        let session = connector.session(up.name.as_deref())?;
        up.link.secure(session);
        up.link.begin_handshake(&mut self.buffers)?;
        Ok(true)
    }

    /// A handshake with a server goes on.
    pub(super) fn shake_upstream(&mut self, i: u32, u: u32, ready: Ready) {
        let link = &mut self.ups[u].link;
        if ready.writable() && link.is_blocked() && link.flush(&mut self.buffers).is_err() {
            return self.not_sealed(i, Fault::Aborted);
        }
        match self.ups[u].link.shake(&mut self.buffers) {
            Shaking::Done => {
                let session = self.ups[u].link.session();
                if session.is_some_and(Session::is_full) {
                    self.plan.totals.sealed.server_keys.fetch_add(1, Relaxed);
                }
                self.ups[u].connected = true;
                self.connected(i);
            }
            Shaking::Waits => {}
            Shaking::Failed(fault) => self.not_sealed(i, fault),
        }
    }

    /// The server and we did not come to terms.
    pub(super) fn not_sealed(&mut self, i: u32, fault: Fault) {
        self.with_memory(i, |memory| memory.server_fault = Some(fault));
        self.connect_failed(i, true);
    }

    /// `maxsslconn` leaves no room for another connection of the kind.
    pub(super) fn too_many_sealed(&mut self, i: u32) {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        tally_behind(txn, &c.plan, self.id, |t| &t.connection_errors);
        txn.log.end(b'I', b'C');
        self.release_place(i);
        self.answer_prepared(i, 500, true);
    }

    /// An idle connection became readable: whether it is still of use, because what came was about
    /// the session alone.
    pub(super) fn idles_on(&mut self, u: u32, ready: Ready) -> bool {
        let up = &mut self.ups[u];
        up.link.note(ready);
        up.link.session().is_some() && up.link.rests(&mut self.buffers)
    }
}
