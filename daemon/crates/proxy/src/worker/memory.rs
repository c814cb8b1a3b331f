//! What rules remember, along a connection's way: captures, counters, who the client is.

use super::Worker;
use super::conn::Txn;
use super::link::Link;
use crate::plan::Capture;
use crate::rules::context::SessionView;
use crate::rules::memory::Memory;
use crate::rules::{Context, Message};
use crate::shared::table::Counter;
use std::net::SocketAddr;

impl Worker {
    /// Counts in everything that is tracked for this connection.
    pub(super) fn count(&self, i: u32, counters: &[Counter], n: u64) {
        if let Some(memory) = &self.clients[i].memory {
            memory.borrow().count(counters, n, self.now);
        }
    }

    /// One more session of the exchange's backend.
    pub(super) fn count_session(&self, i: u32, txn: &Txn) {
        let plan = &self.clients[i].plan;
        if let Some(b) = txn.backend(plan) {
            let traffic = &b.shared.traffic[self.id];
            traffic.sessions.add(1);
            if txn.http {
                traffic.requests.add(1);
            }
            // Where somebody asks for their rate.
            if plan.rates {
                b.shared.session_rate.add(self.now);
            }
        }
    }

    pub(super) fn with_memory<R>(
        &self,
        i: u32,
        use_it: impl FnOnce(&mut Memory) -> R,
    ) -> Option<R> {
        let memory = self.clients.get(i)?.memory.as_ref()?;
        Some(use_it(&mut memory.borrow_mut()))
    }

    /// The client as rules see it.
    pub(super) fn client_address(&self, i: u32) -> Option<SocketAddr> {
        let c = &self.clients[i];
        let source = c.memory.as_ref().and_then(|m| m.borrow().source.address());
        source.or(c.peer)
    }

    /// Keeps headers and the cookie of the request for the log.
    pub(super) fn capture_request(&self, i: u32, message: Message<'_>) {
        let f = self.clients[i].frontend();
        let cookie = f
            .cookie_capture
            .as_ref()
            .and_then(|c| pair(message, b"cookie", c));
        let slots = captured(&f.request_captures, message);
        self.with_memory(i, |memory| {
            memory.request_captures = slots;
            memory.response_captures = vec![None; f.response_captures.len()];
            memory.request_cookie = cookie;
        });
    }

    pub(super) fn capture_response(&self, i: u32, message: Message<'_>) {
        let f = self.clients[i].frontend();
        let cookie = f
            .cookie_capture
            .as_ref()
            .and_then(|c| pair(message, b"set-cookie", c));
        let slots = captured(&f.response_captures, message);
        self.with_memory(i, |memory| {
            memory.response_captures = slots;
            memory.response_cookie = cookie;
            memory.begin_response();
        });
    }

    /// The exchange as it stands, where some rule may ask about it.
    pub(super) fn seen(&self, i: u32) -> Option<SessionView<'_>> {
        let c = &self.clients[i];
        let txn = c.memory.as_ref().and(c.txn.as_ref())?;
        Some(self.view(i, txn))
    }

    /// The exchange as it stands, for rules that ask about it.
    pub(super) fn view<'a>(&'a self, i: u32, txn: &'a Txn) -> SessionView<'a> {
        let age = |at: u64| i64::try_from(self.now.saturating_sub(at)).unwrap_or(0);
        let now = self.unix_now();
        SessionView {
            notes: &txn.log,
            accepted_ms: now - age(self.clients[i].accepted),
            started_ms: now - age(txn.log.started),
            http: txn.http,
            method: None,
            status: if txn.status == 0 {
                -1
            } else {
                i32::from(txn.status)
            },
            cookies: txn.cookies,
            counts: trafficlog::Counts::default(),
            queues: trafficlog::Queues::default(),
            first: self.clients[i].requests <= 1,
        }
    }

    /// `early-hint`: the 103 that rules made goes first. False when the client is gone.
    pub(super) fn send_hints(&mut self, i: u32) -> bool {
        let take = |memory: &mut Memory| std::mem::take(&mut memory.hints);
        let hints = self.with_memory(i, take).unwrap_or_default();
        let c = &mut self.clients[i];
        let knows = c.txn.as_ref().is_some_and(|txn| txn.client_http11);
        if hints.is_empty() || !knows {
            return true;
        }
        let message = [b"HTTP/1.1 103 Early Hints\r\n", &hints[..], b"\r\n"].concat();
        self.send_reply(i, &message, b"")
    }

    /// The connection ends without a word to the client: what it still sends is answered by
    /// nothing that reaches it.
    pub(super) fn vanish(&mut self, i: u32) {
        let link = &mut self.clients[i].link;
        // A reset that dies at the first router; beyond our own network nobody hears of it.
        let _ = rustix::net::sockopt::set_ip_ttl(link.fd(), 1);
        link.break_off();
        self.close_client(i);
    }
}

/// Where rules look when a response or an inspection gives them no line of its own.
pub(super) fn at_server<'a>(ctx: &Context<'a>, worker: &'a Worker, txn: &'a Txn) -> Context<'a> {
    let link = worker.ups.get(txn.up).map(|up| &up.link);
    Context {
        server_socket: link.map(Link::fd),
        server_tls: link.and_then(Link::session),
        ..*ctx
    }
}

/// The last line of each declared name, cut to its length.
fn captured(slots: &[Capture], message: Message<'_>) -> Vec<Option<Vec<u8>>> {
    let value = |capture: &Capture| {
        if capture.name.is_empty() {
            return None;
        }
        let value = message.values(capture.name.as_bytes()).last()?;
        Some(value[..value.len().min(capture.len as usize)].to_vec())
    };
    slots.iter().map(value).collect()
}

/// `NAME=value` of the cookie whose name begins so.
fn pair(message: Message<'_>, header: &'static [u8], capture: &Capture) -> Option<Vec<u8>> {
    let name = capture.name.as_bytes();
    let mut pairs = message
        .values(header)
        .flat_map(|line| line.split(|b| *b == b';'));
    let found = pairs.find_map(|pair| {
        let pair = pair.trim_ascii();
        pair.starts_with(name).then_some(pair)
    })?;
    Some(found[..found.len().min(capture.len as usize)].to_vec())
}
