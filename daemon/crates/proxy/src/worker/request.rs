//! From bytes of a client to a request on its way: heads, rules, the choice of a backend, bodies.

use super::Worker;
use super::conn::{Reply, State, Txn};
use super::link::Read;
use super::select::hash_key;
use super::slab::NONE;
use crate::plan::Mode;
use crate::rules::act::Subject;
use crate::rules::context::RequestLine;
use crate::rules::{self, Context, Message, Outcome};
use http1::{Body, Fault, Request, parse_request, write};

/// Reads in a row before others get their turn.
pub(super) const ROUNDS: usize = 16;

impl Worker {
    /// Reads until a whole head is there, and starts its exchange.
    pub(super) fn read_request(&mut self, i: u32) {
        let mut rx = std::mem::take(&mut self.rx);
        loop {
            let c = &mut self.clients[i];
            if c.link.is_blocked() {
                break;
            }
            let mut pend = std::mem::take(&mut c.pend);
            let n = match c.link.read(&mut rx) {
                Read::Data(n) => n,
                Read::Broken => {
                    self.client_gone(i);
                    break;
                }
                Read::End | Read::Blocked if pend.is_empty() => {
                    if c.link.ended {
                        self.ended_between(i);
                    }
                    break;
                }
                Read::End | Read::Blocked => 0,
            };
            let fresh = pend.is_empty();
            if !fresh {
                pend.extend_from_slice(&rx[..n]);
            }
            let data: &mut [u8] = if fresh { &mut rx[..n] } else { &mut pend };
            let started = fresh;
            let more = self.take_head(i, data, started);
            if !fresh {
                self.buffers.give(pend);
            }
            if !more {
                break;
            }
        }
        self.rx = rx;
        if self
            .clients
            .get(i)
            .is_some_and(|c| c.state == State::Exchange)
        {
            self.pump_body(i);
        }
    }

    /// True when more bytes may be had and are needed.
    fn take_head(&mut self, i: u32, data: &mut [u8], started: bool) -> bool {
        let mut fields = std::mem::take(&mut self.fields);
        let limits = self.clients[i].plan.limits;
        let parsed = parse_request(data, limits, &mut fields);
        let more = match parsed {
            Ok(None) if self.clients[i].link.ended => {
                self.refuse(i, Fault::RequestLine, data.len());
                false
            }
            Ok(None) => {
                if started {
                    let wait = self.clients[i].frontend().timeouts.http_request;
                    self.set_deadline(i, wait);
                }
                let held = self.buffers.hold(data);
                let c = &mut self.clients[i];
                c.pend = held;
                c.link.readable
            }
            Ok(Some(request)) => {
                self.begin(i, data, request, &mut fields);
                false
            }
            Err(fault) => {
                self.refuse(i, fault, data.len());
                false
            }
        };
        self.fields = fields;
        more
    }

    /// The client left without (another) request.
    fn ended_between(&mut self, i: u32) {
        if self.clients[i].first {
            let mut txn = self.new_txn(i);
            txn.status = 400;
            txn.log.end(b'C', b'R');
            self.clients[i].txn = Some(txn);
        }
        self.close_client(i);
    }

    fn refuse(&mut self, i: u32, fault: Fault, bytes: usize) {
        let c = &mut self.clients[i];
        c.frontend().shared.workers[self.id].errors.add(1);
        if c.txn.is_none() {
            let txn = self.new_txn(i);
            self.clients[i].txn = Some(txn);
        }
        if let Some(t) = self.clients[i].txn.as_mut() {
            t.log.end(b'P', b'R');
            t.log.bytes_in += bytes as u64;
        }
        match fault.status() {
            Some(status) => self.answer_prepared(i, status, false),
            None => self.close_client(i),
        }
    }

    pub(super) fn new_txn(&mut self, i: u32) -> Box<Txn> {
        let mut txn = self.txns.pop().unwrap_or_default();
        txn.log.started = self.now;
        txn.request = self.buffers.take();
        if self.clients[i].first {
            txn.log.started = self.clients[i].accepted;
        }
        txn
    }

    /// A whole head has come: rules, backend, the head for the server, the body so far.
    fn begin(&mut self, i: u32, data: &mut [u8], request: Request, fields: &mut [http1::Field]) {
        let current = self.take_up_plan(i);
        let c = &mut self.clients[i];
        c.frontend().shared.workers[self.id].requests.add(1);
        let mut txn = self.new_txn(i);
        txn.log.head_done = self.now;
        let line_end = request.target.end.min(data.len());
        txn.log.line.clear();
        txn.log
            .line
            .extend_from_slice(&data[request.method_span.start..line_end]);
        txn.log.line.extend_from_slice(if request.http11 {
            b" HTTP/1.1"
        } else {
            b" HTTP/1.0"
        });
        txn.method = request.method;
        txn.upgrade = request.upgrade;
        txn.client_http11 = request.http11;
        txn.keep = request.keep_alive && current && self.stop_at.is_none();
        let c = &mut self.clients[i];
        c.first = false;
        c.txn = Some(txn);
        self.edits.clear();
        match self.route(i, data, &request, fields) {
            Ok(backend) => {
                let Some(mut txn) = self.clients[i].txn.take() else {
                    return;
                };
                txn.backend = Some(backend);
                self.prepare(i, data, &request, fields, &mut txn);
                self.write_request(i, data, &request, fields, &mut txn);
                txn.body = request.body;
                let used = request.head_len + take_body(&mut txn, &data[request.head_len..]);
                let held = self.buffers.hold(&data[used.min(data.len())..]);
                let c = &mut self.clients[i];
                c.pend = held;
                let bad = used > data.len();
                c.txn = Some(txn);
                if bad {
                    return self.refuse(i, Fault::Chunk, data.len());
                }
                self.dispatch(i);
            }
            Err(outcome) => self.answer_outcome(i, data, request, outcome),
        }
    }

    /// Runs the rules of the frontend and of the chosen backend.
    fn route(
        &mut self,
        i: u32,
        data: &[u8],
        request: &Request,
        fields: &mut [http1::Field],
    ) -> Result<u32, Outcome> {
        let plan = self.clients[i].plan.clone();
        let f = self.clients[i].frontend;
        let frontend = &plan.frontends[f as usize];
        let random = self.draw();
        let line = RequestLine {
            method: request.method_span.of(data),
            target: request.target.of(data),
            http11: request.http11,
        };
        if frontend.monitor_uri.as_deref() == Some(line.target) {
            return Err(rules::act::prepared(&frontend.answers, 200));
        }
        let simple = frontend.request_rules.is_empty() && frontend.use_backends.is_empty();
        let mut backend = frontend.default_backend;
        let mut edits = std::mem::take(&mut self.edits);
        let mut outcome = Outcome::Pass;
        if !simple {
            let base = Context {
                random,
                ..self.context(i, None)
            };
            let mut subject = Subject {
                buf: data,
                fields,
                edits: &mut edits,
                line: Some(line),
            };
            outcome = rules::run(&frontend.request_rules, &mut subject, &base);
            if matches!(outcome, Outcome::Pass) {
                backend =
                    chosen(&frontend.use_backends, data, fields, &edits, line, &base).or(backend);
            }
        }
        if let (Outcome::Pass, Some(b)) = (&outcome, backend) {
            let rules = &plan.backends[b].request_rules;
            if !rules.is_empty() {
                let base = Context {
                    random,
                    ..self.context(i, u32::try_from(b).ok())
                };
                let mut subject = Subject {
                    buf: data,
                    fields,
                    edits: &mut edits,
                    line: Some(line),
                };
                outcome = rules::run(rules, &mut subject, &base);
            }
        }
        self.edits = edits;
        match (outcome, backend.and_then(|b| u32::try_from(b).ok())) {
            (Outcome::Pass, Some(b)) if plan.backends[b as usize].mode == Mode::Http => Ok(b),
            (Outcome::Pass, _) => Err(Outcome::Deny(503)),
            (other, _) => Err(other),
        }
    }

    /// What the choice of a server needs from the request.
    fn prepare(
        &mut self,
        i: u32,
        data: &[u8],
        request: &Request,
        fields: &[http1::Field],
        txn: &mut Txn,
    ) {
        let c = &self.clients[i];
        let Some(b) = txn.backend(&c.plan) else {
            return;
        };
        txn.retries_left = b.retries;
        let message = Message {
            buf: data,
            fields,
            edits: &self.edits,
        };
        let target = self
            .edits
            .target
            .as_deref()
            .unwrap_or(request.target.of(data));
        let header = |name: &str| {
            message
                .fields()
                .find(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()))
                .map(|(_, v)| v.to_vec())
        };
        txn.hash = hash_key(b, c.peer, Some((target, &header)));
        if !b.use_servers.is_empty() {
            let line = RequestLine {
                method: request.method_span.of(data),
                target,
                http11: request.http11,
            };
            let ctx = Context {
                line: Some(line),
                request: Some(message),
                ..self.context(i, txn.backend)
            };
            let hit = b
                .use_servers
                .iter()
                .find(|(condition, _)| rules::holds(condition.as_ref(), &ctx));
            txn.preferred = hit.and_then(|(_, s)| u32::try_from(*s).ok());
        }
    }

    /// The body broke its framing after the head went on.
    fn note_bad_body(&mut self, i: u32) {
        let c = &mut self.clients[i];
        c.frontend().shared.workers[self.id].errors.add(1);
        if let Some(txn) = c.txn.as_mut() {
            txn.log.end(b'C', b'D');
            if txn.reply == Reply::Head {
                return self.answer_prepared(i, 400, false);
            }
        }
        self.close_client(i);
    }

    /// Passes on what the client sends of the body, as fast as the server takes it.
    pub(super) fn pump_body(&mut self, i: u32) {
        let mut rx = std::mem::take(&mut self.rx);
        for round in 0.. {
            let Some(c) = self.clients.get_mut(i) else {
                break;
            };
            let Some(txn) = c.txn.as_mut() else { break };
            if c.state != State::Exchange
                || txn.request_done
                || txn.up == NONE
                || txn.request_sent < txn.request.len()
            {
                break;
            }
            if self.ups[txn.up].link.is_blocked() {
                break;
            }
            if round == ROUNDS {
                self.resume_later(i);
                break;
            }
            let pend = std::mem::take(&mut c.pend);
            let n = if pend.is_empty() {
                match c.link.read(&mut rx) {
                    Read::Data(n) => n,
                    Read::Blocked => break,
                    Read::End | Read::Broken => {
                        self.client_gone(i);
                        break;
                    }
                }
            } else {
                0
            };
            let data: &[u8] = if pend.is_empty() { &rx[..n] } else { &pend };
            let ok = self.forward_body(i, data);
            self.buffers.give(pend);
            if !ok {
                break;
            }
        }
        self.rx = rx;
    }

    /// Sends a piece of the body; false when the exchange cannot go on with it.
    fn forward_body(&mut self, i: u32, data: &[u8]) -> bool {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else {
            return false;
        };
        txn.streamed = true;
        txn.log.bytes_in += data.len() as u64;
        let mut at = 0;
        let chunked = matches!(txn.body, Body::Chunked(_));
        self.tx.clear();
        let mut plain = 0..0;
        while at < data.len() && !txn.body.is_done() {
            let Ok(step) = txn.body.step(&data[at..]) else {
                txn.keep = false;
                self.note_bad_body(i);
                return false;
            };
            if chunked {
                write::chunk(&data[at..][step.data.clone()], &mut self.tx);
            } else {
                plain = at + step.data.start..at + step.data.end;
            }
            at += step.used;
        }
        if txn.body.is_done() {
            txn.request_done = true;
            if let Body::Chunked(decoder) = &txn.body {
                write::last_chunk(&decoder.trailers(), &mut self.tx);
            }
        }
        let up = &mut self.ups[txn.up].link;
        let sent = up.send(&self.tx, &data[plain], &mut self.buffers);
        if at < data.len() {
            c.pend = self.buffers.hold(&data[at..]);
        }
        self.touch(i);
        if sent.is_err() {
            // The server stopped listening; what it has to say may still be readable.
            let Some(txn) = self.clients[i].txn.as_mut() else {
                return false;
            };
            txn.keep = false;
            let u = txn.up;
            self.ups[u].link.readable = true;
            self.ups[u].keep = false;
            txn.request_done = true;
            self.pump_reply(i);
            return false;
        }
        true
    }
}

/// Moves body bytes that came with the head into the request; more than `data.len()` on a fault.
fn take_body(txn: &mut Txn, data: &[u8]) -> usize {
    let chunked = matches!(txn.body, Body::Chunked(_));
    let mut at = 0;
    while at < data.len() && !txn.body.is_done() {
        let Ok(step) = txn.body.step(&data[at..]) else {
            return usize::MAX / 2;
        };
        let piece = &data[at..][step.data];
        if chunked {
            write::chunk(piece, &mut txn.request);
        } else {
            txn.request.extend_from_slice(piece);
        }
        at += step.used;
    }
    txn.request_done = txn.body.is_done();
    if let (true, Body::Chunked(decoder)) = (txn.request_done, &txn.body) {
        write::last_chunk(&decoder.trailers(), &mut txn.request);
    }
    txn.reply = Reply::Head;
    at
}

fn chosen(
    rules: &[(Option<rules::Condition>, usize)],
    buf: &[u8],
    fields: &[http1::Field],
    edits: &rules::Edits,
    line: RequestLine<'_>,
    base: &Context<'_>,
) -> Option<usize> {
    let message = Message { buf, fields, edits };
    let line = RequestLine {
        method: edits.method.as_deref().unwrap_or(line.method),
        target: edits.target.as_deref().unwrap_or(line.target),
        ..line
    };
    let ctx = Context {
        line: Some(line),
        request: Some(message),
        ..*base
    };
    rules
        .iter()
        .find(|(condition, _)| rules::holds(condition.as_ref(), &ctx))
        .map(|(_, b)| *b)
}
