//! What happens around the rules over a request: counters and captures before them, its name behind
//! them, and the answer to those who only ask whether somebody is there.

use super::Worker;
use super::route::{changed, content};
use crate::rules::context::RequestLine;
use crate::rules::memory::Memory;
use crate::rules::{self, Context, Message, Outcome};
use crate::shared::table::Counter;
use http1::Request;

impl Worker {
    /// Captures, `tcp-request content` from this rule on, and counters: all that comes before the
    /// rules of HTTP.
    pub(super) fn before_request(
        &self,
        i: u32,
        data: &[u8],
        fields: &[http1::Field],
        line: RequestLine<'_>,
        from: usize,
    ) -> Option<Outcome> {
        let c = &self.clients[i];
        let frontend = c.frontend();
        if c.memory.is_none() && frontend.content.rules.is_empty() {
            return None;
        }
        let message = Message {
            buf: data,
            fields,
            edits: &self.edits,
        };
        if c.memory.is_some() && from == 0 {
            self.capture_request(i, message);
        }
        let view = self.seen(i);
        let ctx = Context {
            line: Some(line),
            request: Some(message),
            session: view.as_ref(),
            ..self.context(i, None)
        };
        let refused = content(&frontend.content.rules, from, &ctx);
        if let Some(Outcome::Name { .. }) = refused {
            return refused;
        }
        self.count(i, &[Counter::HttpReqCnt, Counter::HttpReqRate], 1);
        refused
    }

    /// The request is not looked at any further: as haproxy tells it, there was none. Unless rules
    /// only wait for a name.
    pub(super) fn turn_away(&mut self, i: u32, refused: Outcome) -> Outcome {
        if matches!(refused, Outcome::Name { .. }) {
            return self.note_stage(i, refused, None);
        }
        self.front(i).requests.take_back(1);
        self.with_memory(i, Memory::forget_captures);
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.log.turned_away = true;
            txn.log.line.clear();
            txn.log.head_done = 0;
        }
        self.note_stage(i, refused, None)
    }

    /// The name that servers are told, by `unique-id-header` or before the request.
    pub(super) fn name_request(
        &mut self,
        i: u32,
        data: &[u8],
        fields: &[http1::Field],
        line: RequestLine<'_>,
    ) {
        let plan = self.clients[i].plan.clone();
        let frontend = &plan.frontends[self.clients[i].frontend as usize];
        let edits = std::mem::take(&mut self.edits);
        let base = self.context(i, None);
        let ctx = changed(data, fields, &edits, line, &base);
        let id = rules::unique_id(&ctx);
        self.edits = edits;
        if let (Some(name), Some(id)) = (&frontend.unique_id_header, id) {
            self.edits.add(name, &id);
        }
    }

    /// The name of a request that goes nowhere, where rules over its answer may ask for it or there is no
    /// answer. Otherwise it is made for the log, when nothing is left of the request.
    pub(super) fn name_refused(
        &mut self,
        i: u32,
        data: &[u8],
        request: &Request,
        fields: &[http1::Field],
        outcome: &Outcome,
    ) {
        let c = &self.clients[i];
        let f = c.frontend();
        let answered = !matches!(outcome, Outcome::Drop { .. });
        let backend = c.txn.as_ref().and_then(|txn| txn.backend(&c.plan));
        let unasked = answered
            && f.after_rules.is_empty()
            && backend.is_none_or(|b| b.after_rules.is_empty());
        if c.memory.is_none() || f.unique_id.is_none() || unasked {
            return;
        }
        let line = RequestLine {
            method: request.method_span.of(data),
            target: request.target.of(data),
            version: self.version(i, request),
        };
        self.name_request(i, data, fields, line);
    }

    /// Whether this is `monitor-uri`: a path is one in an absolute-form request, too.
    pub(super) fn is_monitored(&self, i: u32, target: &[u8]) -> bool {
        let uri = self.clients[i].frontend().monitor_uri.as_deref();
        uri.is_some_and(|uri| match uri {
            [b'/', ..] => uri == http1::target::path_and_query(target),
            _ => uri == target,
        })
    }

    /// `monitor-uri`: well, unless a condition of `monitor fail` holds. It is not logged.
    pub(super) fn monitored(
        &mut self,
        i: u32,
        data: &[u8],
        fields: &[http1::Field],
        line: RequestLine<'_>,
    ) -> Outcome {
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.log.logged = true;
        }
        let frontend = self.clients[i].frontend();
        let base = self.context(i, None);
        let ctx = changed(data, fields, &self.edits, line, &base);
        let fails = frontend
            .monitor_fail
            .iter()
            .any(|condition| condition.holds(&ctx));
        rules::act::prepared(&frontend.answers, if fails { 503 } else { 200 })
    }
}
