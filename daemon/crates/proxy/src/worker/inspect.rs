//! Connections in tcp mode before they go anywhere: rules over their first bytes.

use super::Worker;
use super::conn::State;
use super::hashing::hash_key;
use super::held::Stage;
use super::link::Read;
use super::prepare::{prefer_by_rdp_cookie, prefer_by_rule};
use crate::plan::{Inspection, Mode, Plan, Route};
use crate::rules::context::Payload;
use crate::rules::sample::Sample;
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
            match c.link.read(&mut rx[..room], &mut self.buffers) {
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
            Verdict::Http => self.speak_http(i, Stage::Front),
            Verdict::Wait => {
                let until = self.clients[i].txn.as_ref().map_or(0, |t| t.inspect_until);
                self.set_deadline(i, until.saturating_sub(self.now));
            }
            Verdict::Name(next) => {
                if let Some(txn) = self.clients[i].txn.as_mut() {
                    txn.stage = Stage::behind(next, true, txn.backend.map(|b| b as usize));
                }
                self.ask_name(i);
            }
            Verdict::Vanish => {
                self.note_end(i, b'P', b'R');
                self.vanish(i);
            }
            Verdict::Reject | Verdict::Close => {
                self.tally_denied(i);
                self.abort(i, b'P', b'R');
            }
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
        let from = match (txn.stage, txn.backend) {
            (Stage::FrontContent(from), None) | (Stage::BackContent(_, from), Some(_)) => from,
            _ => 0,
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
        rules::run_tcp(rules, from, &ctx)
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
        if let Some(chosen) = backend
            && txn.backend(&c.plan).is_some_and(|b| b.mode == Mode::Http)
        {
            return self.speak_http(i, Stage::Back(chosen));
        }
        let inspection = txn.backend(&c.plan).map(|b| &b.content);
        match inspection.filter(|content| !content.rules.is_empty()) {
            Some(Inspection { delay, .. }) => {
                let delay = *delay;
                self.begin_inspection(i, delay);
            }
            None => self.admit_session(i),
        }
    }

    /// What has come and what follows is read as requests; the first goes on at this stage.
    fn speak_http(&mut self, i: u32, stage: Stage) {
        if let Some(txn) = self.clients[i].txn.take() {
            self.recycle(txn);
        }
        let now = self.now;
        let c = &mut self.clients[i];
        c.upgraded = Some(stage);
        c.state = State::Head;
        c.first = true;
        c.head_at = now;
        let wait = c.frontend().timeouts.http_request;
        self.set_deadline(i, wait);
        // The scratch buffer may be in use further up.
        self.resume_later(i);
    }

    /// All rules have let it in: to a server.
    fn admit_session(&mut self, i: u32) {
        let client = self.client_address(i);
        let c = &mut self.clients[i];
        c.state = State::Waiting;
        let Some(mut txn) = c.txn.take() else { return };
        let c = &self.clients[i];
        let known = txn.backend(&c.plan).is_some();
        if let Some(b) = txn.backend(&c.plan) {
            txn.retries_left = b.retries;
            let expression = |key: &Sample| {
                key.value(&Context {
                    payload: Some(Payload {
                        bytes: &c.pend,
                        response: false,
                        pending: None,
                    }),
                    ..self.context(i, txn.backend)
                })
            };
            txn.hash = hash_key(b, client, None, expression);
            txn.inspect_reply = !b.reply_content.rules.is_empty()
                || b.stick_rules
                    .iter()
                    .any(|rule| rule.kind == super::stick::RESPONSE);
        }
        if known {
            let c = &self.clients[i];
            let ctx = Context {
                payload: Some(Payload {
                    bytes: &c.pend,
                    response: false,
                    pending: None,
                }),
                ..self.context(i, txn.backend)
            };
            prefer_by_rule(&ctx, &mut txn);
            prefer_by_rdp_cookie(&ctx, &mut txn);
            self.prefer_by_table(i, &ctx, &mut txn);
        }
        self.count_session(i, &txn);
        self.clients[i].txn = Some(txn);
        if known {
            self.dispatch(i);
        } else {
            self.abort(i, b'S', b'C');
        }
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
