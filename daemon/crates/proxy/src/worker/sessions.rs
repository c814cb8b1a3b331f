//! Sessions told of, and ended, for the runtime sockets: some at a time, so that no request waits.

use super::conn::{Client, Reply, State, Wait};
use super::{Report, Worker};
use crate::plan::Mode;
use std::fmt::Write as _;

/// Slots that are looked at in one go.
const PART: u32 = 200;

const INDEX_BITS: u32 = 28;
const GENERATION_BITS: u32 = 24;
const INDEX: u64 = (1 << INDEX_BITS) - 1;
const GENERATION: u64 = (1 << GENERATION_BITS) - 1;

/// A session's name: its worker, its slot, and which of the slot's sessions it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionId(u64);

impl SessionId {
    fn new(worker: usize, generation: u32, i: u32) -> Self {
        let worker = u64::try_from(worker).unwrap_or(0) & 0xff;
        let generation = u64::from(generation) & GENERATION;
        Self(
            (worker + 1) << (INDEX_BITS + GENERATION_BITS)
                | generation << INDEX_BITS
                | u64::from(i) & INDEX,
        )
    }

    /// As it is shown: hexadecimal behind `0x`.
    pub fn read(text: &str) -> Option<Self> {
        let number = u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()?;
        (number >> (INDEX_BITS + GENERATION_BITS) > 0).then_some(Self(number))
    }

    pub fn worker(self) -> usize {
        usize::try_from(self.0 >> (INDEX_BITS + GENERATION_BITS))
            .map_or(usize::MAX, |n| n.wrapping_sub(1))
    }

    fn index(self) -> u32 {
        u32::try_from(self.0 & INDEX).unwrap_or(u32::MAX)
    }
}

/// Which sessions are asked about.
#[derive(Debug, Clone)]
pub struct SessionQuestion {
    pub number: u64,
    /// The first slot.
    pub from: u32,
    pub only: Option<SessionId>,
    pub in_full: bool,
    /// Those that have been there for so long.
    pub older_ms: u64,
}

impl Worker {
    pub(super) fn tell_sessions(&self, question: SessionQuestion) {
        let mut text = String::new();
        let all = self.clients.slots();
        let (first, end) = match question.only {
            Some(id) => (id.index(), id.index().saturating_add(1)),
            None => (question.from, question.from.saturating_add(PART).min(all)),
        };
        for i in first..end {
            let Some(c) = self.clients.get(i) else {
                continue;
            };
            let id = self.session_id(i);
            let other = question.only.is_some_and(|only| only != id);
            let age = self.now.saturating_sub(c.accepted);
            if !other && age >= question.older_ms {
                self.session_line(id, c, age, question.in_full, &mut text);
            }
        }
        let next = (question.only.is_none() && end < all).then_some(end);
        (self.report)(Report::Sessions {
            worker: self.id,
            question,
            text,
            next,
        });
    }

    /// Ends a session as if its client had been cut off; in the log it was killed.
    pub(super) fn end_session(&mut self, id: SessionId, number: u64) {
        let i = id.index();
        let found = self.clients.get(i).is_some() && self.session_id(i) == id;
        if found {
            self.abort(i, b'K', b'D');
        }
        (self.report)(Report::SessionEnded { number, found });
    }

    fn session_id(&self, i: u32) -> SessionId {
        SessionId::new(self.id, self.clients.generation(i), i)
    }

    fn session_line(&self, id: SessionId, c: &Client, age: u64, in_full: bool, out: &mut String) {
        let f = c.frontend();
        let txn = c.txn.as_ref();
        let b = txn.and_then(|txn| txn.backend(&c.plan));
        let server = txn.and_then(|txn| txn.server(&c.plan));
        let unix = || format!("unix:{}", super::log::line_number(c));
        let (proto, source) = match c.peer {
            Some(peer) if peer.is_ipv4() => ("tcpv4", peer.to_string()),
            Some(peer) => ("tcpv6", peer.to_string()),
            None => ("unix_stream", unix()),
        };
        let (backend, server) = (
            b.map_or("<NONE>", |b| &b.name),
            server.map_or("<none>", |s| &s.name),
        );
        let state = state(c);
        let expires = c.deadline.saturating_sub(self.now) / 1000;
        let calls = c.requests;
        let (bytes_in, bytes_out) = txn.map_or((0, 0), |t| (t.log.bytes_in, t.log.bytes_out));
        if !in_full {
            let _ = writeln!(
                out,
                "0x{:x}: proto={proto} src={source} fe={} be={backend} srv={server} ts={state} age={} calls={calls} rq[i={bytes_in}] rp[i={bytes_out}] exp={expires}s",
                id.0,
                f.name,
                time(age)
            );
            return;
        }
        let mode = match f.mode {
            Mode::Http => "http",
            Mode::Tcp => "tcp",
        };
        let place = c.local().map_or_else(unix, |local| local.to_string());
        let _ = writeln!(
            out,
            "0x{:x}: proto={proto} source={source} state={state} age={} exp={expires}s\n  frontend={} (mode={mode}), addr={place}\n  backend={backend}\n  server={server}\n  requests={calls} bytes_in={bytes_in} bytes_out={bytes_out} retries={}",
            id.0,
            time(age),
            f.name,
            txn.map_or(0, |t| t.log.retries)
        );
    }
}

fn state(c: &Client) -> &'static str {
    match (c.state, c.txn.as_ref()) {
        (State::Greeting, _) => "greeting",
        (State::Head, _) if c.pend.is_empty() => "idle",
        (State::Head, _) => "request",
        (State::Inspect, _) => "inspect",
        (State::Waiting, Some(txn)) => match txn.wait {
            Wait::Queue => "queue",
            Wait::Connect => "connect",
            Wait::Turnaround => "retry",
            Wait::Tarpit => "tarpit",
            Wait::Name(_) => "resolve",
            Wait::Service(_) => "service",
        },
        (State::Waiting, None) => "wait",
        (State::Exchange, Some(txn)) if txn.reply == Reply::Head => "server",
        (State::Exchange, _) => "response",
        (State::Tunnel, _) => "tunnel",
        (State::Handshake, _) => "handshake",
        (State::Multiplexed, _) => "h2",
        (State::Closing | State::Linger, _) => "closing",
    }
}

/// `1d2h`, `3m20s`, `5s`: the two largest parts.
fn time(ms: u64) -> String {
    let s = ms / 1000;
    match s {
        0..60 => format!("{s}s"),
        60..3600 => format!("{}m{}s", s / 60, s % 60),
        3600..86_400 => format!("{}h{}m", s / 3600, s % 3600 / 60),
        _ => format!("{}d{}h", s / 86_400, s % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_back_to_their_sessions() {
        let id = SessionId::new(3, 77, 12_345);
        assert_eq!(SessionId::read(&format!("0x{:x}", id.0)), Some(id));
        assert_eq!((id.worker(), id.index()), (3, 12_345));
        assert_ne!(id, SessionId::new(3, 78, 12_345));
        for none in ["", "0x", "0x0", "0x5", "12", "0xzz"] {
            assert_eq!(SessionId::read(none), None, "{none}");
        }
    }

    #[test]
    fn times_have_two_parts() {
        assert_eq!(time(59_999), "59s");
        assert_eq!(time(200_000), "3m20s");
        assert_eq!(time(90_061_000), "1d1h");
    }
}
