//! Where a request goes: the rules of its frontend and backend, and what the choice of a server
//! looks at.

use super::Worker;
use super::conn::Txn;
use super::hashing::hash_key;
use crate::plan::Mode;
use crate::rules::act::Subject;
use crate::rules::context::RequestLine;
use crate::rules::{self, Context, Message, Outcome};
use http1::Request;

impl Worker {
    /// Runs the rules of the frontend and of the chosen backend.
    pub(super) fn route(
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
    pub(super) fn prepare(
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
