//! The rules over a response.

use super::Worker;
use super::cacheable::leaks_cookie;
use super::held::Arrived;
use super::held_reply::{Step, arrived_reply};
use super::slab::NONE;
use super::tally::tally_behind;
use crate::plan::Backend;
use crate::rules::{self, Context, Message, Outcome, Subject, Verdict};
use crate::shared::table::Counter;
use http1::{Field, Response};

impl Worker {
    /// `Some`: they wait for more of the body, and then go on at that step.
    pub(super) fn reply_rules(
        &mut self,
        i: u32,
        data: &[u8],
        response: &Response,
        fields: &mut [Field],
        step: Step,
    ) -> Result<Option<Step>, ()> {
        if !self.has_reply_rules(i) {
            return Ok(None);
        }
        let random = self.draw();
        let plan = self.clients[i].plan.clone();
        let c = &self.clients[i];
        let backend = c.txn.as_ref().and_then(|t| t.backend);
        let server = c.txn.as_ref().and_then(|t| t.server(&plan));
        let from_backend =
            backend.map_or(&[][..], |b| &plan.backends[b as usize].response_rules[..]);
        let from_frontend = &c.frontend().response_rules[..];
        let after_backend = backend.map_or(&[][..], |b| &plan.backends[b as usize].after_rules[..]);
        let after_frontend = &c.frontend().after_rules[..];
        let all = [from_backend, from_frontend, after_backend, after_frontend];
        let section = backend.map(|b| &plan.backends[b as usize]);
        let looks =
            section.is_some_and(|b| !b.reply_content.rules.is_empty() || !b.stick_rules.is_empty());
        let mut edits = std::mem::take(&mut self.edits);
        let message = Message {
            buf: data,
            fields,
            edits: &edits,
        };
        if c.memory.is_some() && step.is_first() {
            self.capture_response(i, message);
            self.count_status(i, response.status);
        }
        let view = self.seen(i);
        let come = plan.bodies.then(|| {
            let rest = data.get(response.head_len..).unwrap_or_default();
            arrived_reply(&response.body, rest, plan.limits.head, step.ended)
        });
        let come = come.flatten();
        let base = Context {
            random,
            body: come.as_ref().map(Arrived::seen),
            status: response.status,
            server: server.map(|s| s.name.as_str()),
            server_socket: c
                .txn
                .as_ref()
                .and_then(|t| self.ups.get(t.up))
                .map(|up| up.link.fd()),
            session: view.as_ref(),
            ..self.context(i, backend)
        };
        let mut outcome = Outcome::Pass;
        let mut cut = None;
        if let Some(b) = section.filter(|_| looks && step.is_first()) {
            let ctx = Context {
                response: Some(message),
                ..base
            };
            cut = self.reply_content(i, b, &ctx);
        }
        if let Some(status) = cut {
            self.edits = edits;
            self.cut_reply(i, response.status, status);
            return Err(());
        }
        let mut reached = step;
        for (list, rules) in all.into_iter().enumerate().skip(step.list) {
            if !matches!(outcome, Outcome::Pass) {
                break;
            }
            reached = step.at(list);
            let mut subject = Subject {
                buf: data,
                fields,
                edits: &mut edits,
                line: None,
                from: reached.rule,
            };
            outcome = rules::run(rules, &mut subject, &base);
        }
        self.edits = edits;
        match outcome {
            Outcome::Pass => return Ok(None),
            Outcome::Body { wait, rule } => {
                return Ok(Some(reached.waiting(rule, self.now + wait)));
            }
            _ => {}
        }
        self.tally_reply_outcome(i, &outcome);
        let end = match outcome {
            Outcome::Vanish => (b'P', b'R'),
            // An answer that is no refusal is a local one.
            Outcome::Answer { .. } if !self.edits.refused => (b'L', b'H'),
            _ => (b'P', b'H'),
        };
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.log.end(end.0, end.1);
        }
        self.replace_reply(i, data, response);
        self.answer_final(i, outcome);
        Err(())
    }

    /// `tcp-response content`; of a response that is rejected, the status for the log.
    fn reply_content(&self, i: u32, b: &Backend, ctx: &Context<'_>) -> Option<u16> {
        // Without a delay they have been asked before anything came.
        let blank = Context {
            response: None,
            status: 0,
            ..*ctx
        };
        let seen = if b.reply_content.delay == 0 {
            &blank
        } else {
            ctx
        };
        match rules::run_tcp(&b.reply_content.rules, 0, seen) {
            Verdict::Accept | Verdict::Wait => {
                self.store_by_response(ctx, i, b);
                None
            }
            Verdict::Reject | Verdict::Vanish => Some(seen.status),
            // Names are asked for requests alone.
            Verdict::Close | Verdict::Name(_) | Verdict::Http => None,
        }
    }

    /// `tcp-response content reject`: the client gets nothing. `told`: the status for the log.
    fn cut_reply(&mut self, i: u32, status: u16, told: u16) {
        self.untally_reply(i, status);
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.status = told;
        }
        self.tally_front(i, |t| &t.denied_responses);
        let c = &self.clients[i];
        if let Some(txn) = &c.txn {
            tally_behind(txn, &c.plan, self.id, |t| &t.denied_responses);
        }
        self.abort(i, b'P', b'D');
    }

    /// An answer of ours takes the place of the server's, of which `data` has come. Where that is all
    /// of it, the connection carries other requests.
    fn replace_reply(&mut self, i: u32, data: &[u8], response: &Response) {
        let Some(txn) = self.clients[i].txn.as_mut() else {
            return;
        };
        let u = std::mem::replace(&mut txn.up, NONE);
        let Some(up) = self.ups.get_mut(u) else {
            return;
        };
        let rest = data.get(response.head_len..).unwrap_or_default();
        let mut body = response.body.clone();
        let whole = body.skip(rest) == rest.len() && body.is_done();
        up.keep = whole && response.keep_alive && txn.request_done && !txn.close_up;
        self.let_go(u);
    }

    /// `option checkcache`
    pub(super) fn check_cookies(
        &mut self,
        i: u32,
        data: &[u8],
        response: &Response,
        fields: &[Field],
    ) -> Result<(), ()> {
        let c = &self.clients[i];
        let txn = c.txn.as_ref().ok_or(())?;
        if !txn.backend(&c.plan).is_some_and(|b| b.checkcache) {
            return Ok(());
        }
        let message = Message {
            buf: data,
            fields,
            edits: &self.edits,
        };
        if !leaks_cookie(response.status, txn.method, message) {
            return Ok(());
        }
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.log.end(b'P', b'H');
        }
        self.replace_reply(i, data, response);
        self.answer_prepared(i, 502, true);
        Err(())
    }

    /// Whether a response is looked at at all.
    fn has_reply_rules(&self, i: u32) -> bool {
        let c = &self.clients[i];
        let f = c.frontend();
        let by_backend = |b: &Backend| {
            !b.response_rules.is_empty()
                || !b.after_rules.is_empty()
                || !b.reply_content.rules.is_empty()
                || !b.stick_rules.is_empty()
        };
        c.memory.is_some()
            || !f.response_rules.is_empty()
            || !f.after_rules.is_empty()
            || c.txn
                .as_ref()
                .and_then(|t| t.backend(&c.plan))
                .is_some_and(by_backend)
    }

    /// 4xx are the client's doing, 5xx the server's (but those that say "not here").
    fn count_status(&self, i: u32, status: u16) {
        match status {
            400..=499 => self.count(i, &[Counter::HttpErrCnt, Counter::HttpErrRate], 1),
            501 | 505 => {}
            500..=599 => self.count(i, &[Counter::HttpFailCnt, Counter::HttpFailRate], 1),
            _ => {}
        }
    }
}
