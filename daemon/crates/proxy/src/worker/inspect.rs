//! Connections in tcp mode before they go anywhere: rules over their first bytes.

use super::Worker;
use super::conn::{State, Txn};
use super::hashing::hash_key;
use super::link::Read;
use super::slab::NONE;
use crate::plan::{Inspection, Plan, Route};
use crate::rules::context::Payload;
use crate::rules::{self, Context, Verdict};
use http1::Body;
use std::cell::Cell;

impl Worker {
    /// A connection in tcp mode came in.
    pub(super) fn begin_session(&mut self, i: u32) {
        let mut txn = self.new_txn(i);
        txn.http = false;
        txn.keep = false;
        txn.request_done = true;
        txn.body = Body::Empty;
        let c = &mut self.clients[i];
        c.first = false;
        c.txn = Some(txn);
        if c.frontend().content.rules.is_empty() {
            return self.choose_backend(i);
        }
        let delay = c.frontend().content.delay;
        self.begin_inspection(i, delay);
    }

    fn begin_inspection(&mut self, i: u32, delay: u64) {
        let until = self.now + delay;
        let c = &mut self.clients[i];
        c.state = State::Inspect;
        if let Some(txn) = c.txn.as_mut() {
            txn.inspect_until = until;
        }
        self.inspect(i);
    }

    /// Reads what there is and asks the rules; comes again with more bytes or when time is up.
    pub(super) fn inspect(&mut self, i: u32) {
        let most = self.clients[i].plan.limits.head;
        let mut rx = std::mem::take(&mut self.rx);
        if rx.is_empty() {
            return self.resume_later(i);
        }
        while self.clients[i].pend.len() < most {
            let c = &mut self.clients[i];
            let room = (most - c.pend.len()).min(rx.len());
            match c.link.read(&mut rx[..room]) {
                Read::Data(n) => {
                    if c.pend.is_empty() {
                        c.pend = self.buffers.take();
                    }
                    c.pend.extend_from_slice(&rx[..n]);
                }
                Read::Blocked | Read::End => break,
                Read::Broken => {
                    self.rx = rx;
                    return self.client_gone(i);
                }
            }
        }
        self.rx = rx;
        match self.judge(i, most) {
            Verdict::Accept => {
                if self.clients[i]
                    .txn
                    .as_ref()
                    .is_some_and(|t| t.backend.is_some())
                {
                    self.admit_session(i);
                } else {
                    self.choose_backend(i);
                }
            }
            Verdict::Wait => {
                let until = self.clients[i].txn.as_ref().map_or(0, |t| t.inspect_until);
                self.set_deadline(i, until.saturating_sub(self.now));
            }
            Verdict::Vanish => self.vanish(i),
            Verdict::Reject | Verdict::Close => self.abort(i, b'P', b'R'),
        }
    }

    fn judge(&mut self, i: u32, most: usize) -> Verdict {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_ref() else {
            return Verdict::Reject;
        };
        let rules = match txn.backend(&c.plan) {
            Some(b) => &b.content.rules,
            None => &c.frontend().content.rules,
        };
        let more = !c.link.ended && c.pend.len() < most && self.now < txn.inspect_until;
        let pending = Cell::new(false);
        let ctx = Context {
            payload: Some(Payload {
                bytes: &c.pend,
                response: false,
                pending: more.then_some(&pending),
            }),
            ..self.context(i, txn.backend)
        };
        rules::run_tcp(rules, &ctx)
    }

    /// The frontend has let it in: where to?
    fn choose_backend(&mut self, i: u32) {
        let c = &self.clients[i];
        let f = c.frontend();
        let backend = if f.use_backends.is_empty() {
            f.default_backend
        } else {
            let ctx = Context {
                payload: Some(Payload {
                    bytes: &c.pend,
                    response: false,
                    pending: None,
                }),
                ..self.context(i, None)
            };
            routed(&f.use_backends, &ctx).or(f.default_backend)
        };
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        txn.backend = backend.and_then(|b| u32::try_from(b).ok());
        let inspection = txn.backend(&c.plan).map(|b| &b.content);
        match inspection.filter(|content| !content.rules.is_empty()) {
            Some(Inspection { delay, .. }) => {
                let delay = *delay;
                self.begin_inspection(i, delay);
            }
            None => self.admit_session(i),
        }
    }

    /// All rules have let it in: to a server.
    fn admit_session(&mut self, i: u32) {
        let client = self.client_address(i);
        let c = &mut self.clients[i];
        c.state = State::Waiting;
        let Some(mut txn) = c.txn.take() else { return };
        let known = txn.backend(&c.plan).is_some();
        if let Some(b) = txn.backend(&c.plan) {
            txn.retries_left = b.retries;
            txn.hash = hash_key(b, client, None);
            txn.inspect_reply = !b.reply_content.rules.is_empty()
                || b.stick_rules
                    .iter()
                    .any(|rule| rule.kind == super::stick::RESPONSE);
        }
        if known {
            self.prefer_by_table(i, None, &mut txn);
        }
        self.clients[i].txn = Some(txn);
        if known {
            self.dispatch(i);
        } else {
            self.abort(i, b'S', b'C');
        }
    }

    /// Holds the server's bytes back until `tcp-response` rules have seen enough of them; true
    /// when they may go on.
    pub(super) fn inspect_reply(&mut self, i: u32) -> bool {
        let most = self.clients[i].plan.limits.head;
        let mut rx = std::mem::take(&mut self.rx);
        let (verdict, ended) = loop {
            let c = &self.clients[i];
            let Some(u) = c.txn.as_ref().map(|t| t.up).filter(|u| *u != NONE) else {
                break (Verdict::Wait, false);
            };
            let up = &mut self.ups[u];
            let room = most.saturating_sub(up.pend.len()).min(rx.len());
            match up.link.read(&mut rx[..room]) {
                Read::Data(n) => {
                    up.pend.extend_from_slice(&rx[..n]);
                    if up.pend.len() < most {
                        continue;
                    }
                }
                Read::Broken => break (Verdict::Reject, true),
                Read::Blocked | Read::End => {}
            }
            let ended = self.ups[u].link.ended;
            if self.ups[u].pend.is_empty() && !ended {
                break (Verdict::Wait, false);
            }
            break (self.judge_reply(i, u, most), ended);
        };
        self.rx = rx;
        match verdict {
            Verdict::Accept => {
                if let Some(txn) = self.clients[i].txn.as_mut() {
                    txn.inspect_reply = false;
                }
                self.send_inspected(i)
            }
            Verdict::Wait if !ended => false,
            _ => {
                self.abort(i, b'P', b'D');
                false
            }
        }
    }

    fn judge_reply(&mut self, i: u32, u: u32, most: usize) -> Verdict {
        let now = self.now;
        let c = &mut self.clients[i];
        let plan = c.plan.clone();
        let Some(txn) = c.txn.as_mut() else {
            return Verdict::Reject;
        };
        let Some(b) = txn.backend(&plan) else {
            return Verdict::Reject;
        };
        if txn.log.response == 0 {
            txn.log.response = now;
            txn.inspect_until = now + b.reply_content.delay;
        }
        let backend = txn.backend;
        let up = &self.ups[u];
        let more = !up.link.ended && up.pend.len() < most && now < txn.inspect_until;
        let pending = Cell::new(false);
        let ctx = Context {
            payload: Some(Payload {
                bytes: &up.pend,
                response: true,
                pending: more.then_some(&pending),
            }),
            ..self.context(i, backend)
        };
        let verdict = rules::run_tcp(&b.reply_content.rules, &ctx);
        if verdict == Verdict::Accept {
            self.store_by_response(&ctx, i, b);
        }
        verdict
    }

    fn send_inspected(&mut self, i: u32) -> bool {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else {
            return false;
        };
        let pend = std::mem::take(&mut self.ups[txn.up].pend);
        txn.log.bytes_out += pend.len() as u64;
        let sent = c.link.send(&pend, b"", &mut self.buffers);
        self.buffers.give(pend);
        if sent.is_err() {
            self.client_gone(i);
            return false;
        }
        true
    }
}

/// The first route whose condition holds; a computed name of no backend leads to the default.
pub(super) fn routed(
    routes: &[(Option<rules::Condition>, Route)],
    ctx: &Context<'_>,
) -> Option<usize> {
    let hit = routes
        .iter()
        .find(|(condition, _)| rules::holds(condition.as_ref(), ctx));
    match &hit?.1 {
        Route::Fixed(backend) => Some(*backend),
        Route::Computed(format) => by_name(ctx.plan, &format.text(ctx)),
    }
}

fn by_name(plan: &Plan, name: &[u8]) -> Option<usize> {
    plan.backends.iter().position(|b| b.name.as_bytes() == name)
}

/// Whether the exchange still has to be looked at before its bytes go on.
pub(super) fn is_inspected(txn: &Txn) -> bool {
    !txn.http && txn.inspect_reply
}
