//! Answers of the proxy itself.

use super::Worker;
use super::conn::{State, Wait};
use crate::plan::{Answers, take_close};
use crate::rules::Subject;
use crate::rules::act::prepared;
use crate::rules::{self, Context, Edits, Outcome};
use crate::shared::table::Counter;
use h2::Code;
use http1::response::Asked;
use http1::{Body, Kind, Limits, Method, Request, parse_response};

impl Worker {
    /// The prepared answer to a status, from the backend's or the frontend's set.
    pub(super) fn answer_prepared(&mut self, i: u32, status: u16, keep: bool) {
        let c = &self.clients[i];
        let backend = c.txn.as_ref().and_then(|t| t.backend(&c.plan));
        let own = backend.map(|b| &b.answers);
        let answers = Answers::nearest(own, &c.frontend().answers, status).clone();
        if let Outcome::Answer { status, head, body } = prepared(&answers, status) {
            self.answer(i, status, head, &body, keep);
        }
    }

    /// Ends a request as the rules decided, before it went to a server.
    pub(super) fn answer_outcome(
        &mut self,
        i: u32,
        data: &[u8],
        request: Request,
        outcome: Outcome,
    ) {
        // The connection can go on when the request is here to its end.
        let mut body = request.body;
        let at = request.head_len + body.skip(&data[request.head_len..]);
        let whole = body.is_done();
        let held = self.buffers.hold(&data[at..]);
        let c = &mut self.clients[i];
        c.pend = held;
        if let Some(txn) = c.txn.as_mut() {
            txn.keep &= whole;
            txn.log.bytes_in += at as u64;
            txn.request_done = whole;
            txn.body = Body::Empty;
            // An answer that is no refusal is a local one.
            let local = is_local(&outcome) && (!self.edits.refused || self.edits.asked);
            let state = if matches!(outcome, Outcome::Tarpit(_)) {
                b'T'
            } else {
                b'R'
            };
            txn.log.end(if local { b'L' } else { b'P' }, state);
            if matches!(outcome, Outcome::Drop { .. }) {
                // As haproxy tells it, it did not come whole.
                txn.log.head_done = 0;
            }
        }
        if matches!(outcome, Outcome::Drop { .. }) {
            self.with_memory(i, |memory| memory.request_cookie = None);
        }
        if let Some(txn) = &self.clients[i].txn {
            self.count_session(i, txn);
        }
        self.tally_outcome(i, &outcome);
        if self.edits.refused {
            self.count(i, &[Counter::HttpErrCnt, Counter::HttpErrRate], 1);
        }
        self.answer_final(i, outcome);
    }

    pub(super) fn answer_final(&mut self, i: u32, outcome: Outcome) {
        match outcome {
            Outcome::Pass | Outcome::Body { .. } | Outcome::Name { .. } => {}
            Outcome::Deny(status) => self.answer_prepared(i, status, true),
            Outcome::Tarpit(answer) => {
                let c = &mut self.clients[i];
                c.state = State::Waiting;
                // The backend's, where a rule of a backend holds the answer back.
                let backend = c.txn.as_ref().and_then(|txn| txn.backend(&c.plan));
                let timeouts = backend.map_or(&c.frontend().timeouts, |b| &b.timeouts);
                let wait = timeouts.tarpit;
                if let Some(txn) = c.txn.as_mut() {
                    txn.wait = Wait::Tarpit;
                    txn.held = Some(answer);
                }
                self.set_deadline(i, wait);
            }
            Outcome::Service(wanted) => self.ask_service(i, wanted),
            Outcome::Drop { .. } => {
                self.clients[i].link.refuse(Code::EnhanceYourCalm);
                self.leave_with(i);
                self.close_client(i);
            }
            Outcome::Vanish => self.vanish(i),
            Outcome::Answer { status, head, body } => self.answer(i, status, head, &body, true),
        }
    }

    /// `head` lacks its empty line. `keep`: the connection may go on if the request allows it.
    fn answer(&mut self, i: u32, status: u16, mut head: Vec<u8>, body: &[u8], keep: bool) {
        self.leave_queue(i);
        self.release_place(i);
        self.abandon(i, b'L');
        self.drop_upstream(i);
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        if !txn.http || c.link.is_blocked() {
            return self.close_client(i);
        }
        txn.status = status;
        if head.is_empty() {
            return self.end_in_silence(i);
        }
        // Of answers from files: their version, and whether they end with the connection.
        let closes = take_close(&mut head);
        let old = head.starts_with(b"HTTP/1.0");
        let after = txn.backend(&c.plan).map_or(&[][..], |b| &b.after_rules[..]);
        if !after.is_empty() || !c.frontend().after_rules.is_empty() {
            self.after_rules(i, status, &mut head);
        }
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        txn.keep &= keep && !closes && txn.request_done;
        if !txn.keep {
            c.link.conclude();
            if !old {
                head.extend_from_slice(b"connection: close\r\n");
            }
        } else if old || !txn.client_http11 {
            head.extend_from_slice(b"connection: keep-alive\r\n");
        }
        head.extend_from_slice(b"\r\n");
        let body = if txn.method == Method::Head {
            b""
        } else {
            body
        };
        txn.log.bytes_out += (head.len() + body.len()) as u64;
        if c.link.send(&head, body, &mut self.buffers).is_err() {
            return self.close_client(i);
        }
        self.finish(i);
    }

    /// The answer is an empty file: the connection ends without a byte of one.
    fn end_in_silence(&mut self, i: u32) {
        let c = &mut self.clients[i];
        if let Some(txn) = c.txn.as_mut() {
            txn.keep = false;
            // Said of a request that a server may have acted on, "refused" would have it sent again
            // (RFC 9113 §8.7).
            let untouched = txn.log.connected == 0;
            c.link.refuse(if untouched {
                Code::RefusedStream
            } else {
                Code::Internal
            });
        }
        self.finish(i);
    }

    /// `http-after-response` over an answer of our own.
    fn after_rules(&mut self, i: u32, status: u16, head: &mut Vec<u8>) {
        let mut data = [&head[..], b"\r\n"].concat();
        let mut fields = Vec::new();
        let asked = Asked {
            method: Method::Get,
            upgrade: false,
        };
        let limits = Limits {
            head: data.len() + 1,
            fields: 1000,
            ..Limits::default()
        };
        // Only a raw answer of an errorfile may not be a message.
        let Ok(Some(response)) = parse_response(&mut data, asked, limits, &mut fields) else {
            return;
        };
        let length = fields.iter_mut().filter(|f| f.kind == Kind::ContentLength);
        length.for_each(|f| f.keep = true);
        let plan = self.clients[i].plan.clone();
        let c = &self.clients[i];
        let backend = c.txn.as_ref().and_then(|t| t.backend);
        let mut edits = Edits::default();
        let view = self.seen(i);
        let base = Context {
            status,
            session: view.as_ref(),
            ..self.context(i, backend)
        };
        let from_backend = backend.map_or(&[][..], |b| &plan.backends[b as usize].after_rules[..]);
        for rules in [from_backend, &c.frontend().after_rules[..]] {
            let mut subject = Subject {
                buf: &data,
                fields: &mut fields,
                edits: &mut edits,
                line: None,
                from: 0,
            };
            rules::run(rules, &mut subject, &base);
        }
        head.clear();
        let (code, reason) = match &edits.status {
            Some((code, reason)) => (
                *code,
                reason
                    .clone()
                    .unwrap_or_else(|| crate::plan::reason(*code).to_owned()),
            ),
            None => (
                response.status,
                String::from_utf8_lossy(response.reason.of(&data)).into_owned(),
            ),
        };
        let version = i32::from(response.http11);
        head.extend_from_slice(format!("HTTP/1.{version} {code} {reason}\r\n").as_bytes());
        http1::write::fields(&data, &fields, head);
        edits.write(head);
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.status = code;
            txn.keep &= !edits.close;
        }
    }
}

/// The proxy serves it itself.
pub(super) fn is_local(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Answer { .. } | Outcome::Service(_))
}
