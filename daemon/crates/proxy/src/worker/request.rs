//! From bytes of a client to a request on its way to a server.

use super::Worker;
use super::body::{spliceable, take_body};
use super::conn::{State, Txn};
use super::held::arrived;
use super::link::Read;
use crate::rules::Outcome;
use crate::shared::table::Counter;
use http1::{Fault, Limits, Request, parse_request};

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
            // A head always fits; of a long body the rest need not be copied.
            let room = if c.plan.bodies {
                rx.len()
            } else {
                c.plan.limits.head.min(rx.len())
            };
            let n = match c.link.read(&mut rx[..room], &mut self.buffers) {
                Read::Data(n) => n,
                Read::Broken => {
                    let early = c.txn.is_none() && (c.first || !pend.is_empty());
                    self.buffers.give(pend);
                    if early {
                        self.leaves_early(i);
                        self.close_client(i);
                    } else {
                        self.client_gone(i);
                    }
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
            .is_some_and(|c| c.link.hung_up && c.gives_up())
        {
            return self.client_gives_up(i);
        }
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
        if self.clients[i].txn.is_some() && self.go_on_with(i, data) {
            // Held still, or on its way.
            let c = self.clients.get(i);
            return c.is_some_and(|c| c.state == State::Head && c.link.readable);
        }
        let mut fields = std::mem::take(&mut self.fields);
        if started {
            self.clients[i].head_at = self.now;
        }
        let limits = Limits {
            manner: self.clients[i].frontend().manner,
            ..self.clients[i].plan.limits
        };
        let parsed = parse_request(data, limits, &mut fields);
        let more = match parsed {
            Ok(None) if self.clients[i].link.ended => {
                self.leaves_early(i);
                self.answer_prepared(i, 400, false);
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
            Err(Fault::Preface) if self.may_multiplex(i) => {
                self.begin_h2(i, data);
                false
            }
            Err(fault) => {
                self.refuse(i, fault, data);
                false
            }
        };
        self.fields = fields;
        more
    }

    /// The client left without (another) request.
    fn ended_between(&mut self, i: u32) {
        if self.clients[i].first {
            self.leaves_early(i);
        }
        self.close_client(i);
    }

    /// The client left before there was a whole head.
    fn leaves_early(&mut self, i: u32) {
        self.tally_front(i, |t| &t.request_errors);
        if self.clients[i].txn.is_none() {
            self.front(i).requests.add(1);
        }
        let begun = self.clients[i].txn.take();
        let mut txn = begun.unwrap_or_else(|| self.new_txn(i));
        self.count_no_request(i);
        txn.status = 400;
        txn.log.end(b'C', b'R');
        self.clients[i].txn = Some(txn);
    }

    /// A client that did not get as far as a request: one that failed.
    pub(super) fn count_no_request(&self, i: u32) {
        let counters = [
            Counter::HttpReqCnt,
            Counter::HttpReqRate,
            Counter::HttpErrCnt,
            Counter::HttpErrRate,
        ];
        self.count(i, &counters, 1);
    }

    fn refuse(&mut self, i: u32, fault: Fault, data: &[u8]) {
        self.tally_front(i, |t| &t.request_errors);
        if self.clients[i].txn.is_none() {
            self.front(i).requests.add(1);
            let txn = self.new_txn(i);
            self.clients[i].txn = Some(txn);
            self.count(i, &[Counter::HttpReqCnt, Counter::HttpReqRate], 1);
        }
        self.keep_broken_request(i, fault, data);
        self.count(i, &[Counter::HttpErrCnt, Counter::HttpErrRate], 1);
        if let Some(t) = self.clients[i].txn.as_mut() {
            t.log.end(b'P', b'R');
            t.log.bytes_in += data.len() as u64;
        }
        match fault.status() {
            Some(status) => self.answer_prepared(i, status, false),
            None => self.close_client(i),
        }
    }

    pub(super) fn new_txn(&mut self, i: u32) -> Box<Txn> {
        let mut txn = self.txns.pop().unwrap_or_default();
        txn.request = self.buffers.take();
        let c = &mut self.clients[i];
        txn.log.idle_from = c.idle_from;
        if c.first {
            txn.log.handshake = c.idle_from.saturating_sub(c.accepted);
        }
        txn.log.started = match (std::mem::take(&mut c.head_at), c.first) {
            (0, true) => c.accepted,
            (0, false) => self.now,
            (at, _) => at,
        };
        txn
    }

    /// A whole head has come: rules, backend, the head for the server, the body so far.
    fn begin(&mut self, i: u32, data: &mut [u8], request: Request, fields: &mut [http1::Field]) {
        let current = self.take_up_plan(i);
        let c = &mut self.clients[i];
        c.requests = c.requests.saturating_add(1);
        let f = c.frontend();
        f.shared.traffic[self.id].requests.add(1);
        if c.plan.rates {
            f.shared.request_rate.add(self.now);
        }
        self.requests += 1;
        let mut txn = self.new_txn(i);
        txn.log.head_done = self.now;
        let line_end = request.target.end.min(data.len());
        txn.log.line.clear();
        txn.log
            .line
            .extend_from_slice(&data[request.method_span.start..line_end]);
        let version = self.version(i, &request);
        txn.log.line.push(b' ');
        txn.log.line.extend_from_slice(version.text());
        txn.method = request.method;
        txn.upgrade = request.upgrade;
        txn.client_http11 = request.http11;
        txn.keep = request.keep_alive && current && !self.is_parting(i);
        let c = &mut self.clients[i];
        c.first = false;
        c.txn = Some(txn);
        self.edits.clear();
        self.judge_request(i, data, request, fields);
    }

    /// Rules, from where they have come to, and what they lead to.
    pub(super) fn judge_request(
        &mut self,
        i: u32,
        data: &mut [u8],
        request: Request,
        fields: &mut [http1::Field],
    ) {
        let plan = &self.clients[i].plan;
        let come = plan
            .bodies
            .then(|| arrived(&request.body, &data[request.head_len..], plan.limits.head));
        let body = match &come {
            Some(Err(fault)) => return self.refuse(i, *fault, data),
            Some(Ok(come)) => Some(come.seen()),
            None => None,
        };
        match self.route(i, data, &request, fields, body) {
            Ok(backend) => {
                let remembers = self.clients[i].memory.is_some();
                if remembers && !self.send_hints(i) {
                    return;
                }
                let Some(mut txn) = self.clients[i].txn.take() else {
                    return;
                };
                if remembers {
                    txn.own = self.with_memory(i, |m| m.own).unwrap_or_default();
                }
                txn.backend = Some(backend);
                self.count_session(i, &txn);
                self.prepare(i, data, &request, fields, &mut txn, body);
                self.stick(i, data, fields, &mut txn);
                self.write_request(i, data, &request, fields, &mut txn);
                txn.body = request.body;
                let used = request.head_len + take_body(&mut txn, &data[request.head_len..]);
                let held = self.buffers.hold(&data[used.min(data.len())..]);
                let c = &mut self.clients[i];
                c.pend = held;
                let bad = used > data.len();
                if !bad {
                    txn.log.bytes_in += used as u64;
                }
                let replays = txn.backend(&c.plan).is_some_and(|b| b.replays);
                txn.replay = replays && txn.request.len() <= c.plan.limits.head;
                let bulk = spliceable(&txn, c.plan.limits.head).is_some();
                c.link.expect_bulk(bulk);
                c.txn = Some(txn);
                if bad {
                    return self.refuse(i, Fault::Chunk, data);
                }
                self.dispatch(i);
            }
            Err(Outcome::Body { wait, .. }) => self.hold_request(i, data, request, fields, wait),
            Err(Outcome::Name { .. }) => self.hold_for_name(i, data, request, fields),
            Err(outcome) => {
                self.name_refused(i, data, &request, fields, &outcome);
                self.answer_outcome(i, data, request, outcome);
            }
        }
    }
}
