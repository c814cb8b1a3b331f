//! Where a request goes: the rules of its frontend and backend.

use super::Worker;
use super::held::Stage;
use super::inspect::routed;
use crate::plan::{Backend, Holds, Mode};
use crate::rules::Subject;
use crate::rules::context::RequestLine;
use crate::rules::{self, BodySeen, Context, Message, Outcome, Verdict};
use http1::{Method, Request};

impl Worker {
    /// Runs the rules of the frontend and of the chosen backend.
    pub(super) fn route(
        &mut self,
        i: u32,
        data: &[u8],
        request: &Request,
        fields: &mut [http1::Field],
        body: Option<BodySeen<'_>>,
    ) -> Result<u32, Outcome> {
        if let Some(backend) = self.straight(i) {
            return Ok(backend);
        }
        let plan = self.clients[i].plan.clone();
        let f = self.clients[i].frontend;
        let frontend = &plan.frontends[f as usize];
        let random = self.draw();
        let line = RequestLine {
            method: request.method_span.of(data),
            target: request.target.of(data),
            version: self.version(i, request),
        };
        let upgraded = self.clients[i].upgraded.take();
        let mut stage = upgraded.unwrap_or(Stage::Start);
        if upgraded.is_none() && (plan.bodies || self.clients[i].memory.is_some()) {
            stage = self.clients[i].txn.as_ref().map_or(stage, |t| t.stage);
        }
        let content_from = match stage {
            Stage::Start => Some(0),
            Stage::FrontContent(from) => Some(from),
            _ => None,
        };
        if let Some(from) = content_from
            && let Some(refused) = self.before_request(i, data, fields, line, from)
        {
            return Err(self.turn_away(i, refused));
        }
        if content_from.is_some() && self.is_monitored(i, line.target) {
            return Err(self.monitored(i, data, fields, line));
        }
        let short = body.filter(|body| !body.suffices(0));
        if short.is_some() && frontend.holds && (content_from.is_some() || stage == Stage::Front) {
            return Err(self.wait_for_body(i, Stage::Front, frontend.timeouts.http_request));
        }
        let (mut backend, mut outcome) = (frontend.default_backend, Outcome::Pass);
        let mut edits = std::mem::take(&mut self.edits);
        let simple = frontend.request_rules.is_empty()
            && frontend.late_rules.is_empty()
            && frontend.use_backends.is_empty();
        match stage {
            Stage::Back(chosen) | Stage::BackContent(chosen, _) | Stage::BackRule(chosen, _) => {
                backend = Some(chosen);
            }
            _ if simple => {}
            _ => {
                let base = Context {
                    random,
                    body,
                    ..self.context(i, None)
                };
                let from = match stage {
                    Stage::FrontRule(from) => from,
                    _ => 0,
                };
                (outcome, backend) =
                    self.frontend_rules(i, data, fields, &mut edits, line, &base, from);
                if let Outcome::Body { wait, rule } = outcome {
                    outcome = self.wait_for_body(i, Stage::FrontRule(rule), wait);
                }
                outcome = self.note_stage(i, outcome, None);
            }
        }
        if let (Outcome::Pass, Some(chosen)) = (&outcome, backend) {
            let b = &plan.backends[chosen];
            if let Some(txn) = self.clients[i].txn.as_mut() {
                txn.backend = u32::try_from(chosen).ok();
            }
            let whole =
                b.holds == Holds::All || b.holds == Holds::Posts && request.method == Method::Post;
            if whole && short.is_some() {
                let wait = b.timeouts.http_request;
                outcome = self.wait_for_body(i, Stage::Back(chosen), wait);
            } else if !b.request_rules.is_empty()
                || !b.late_rules.is_empty()
                || !b.content.rules.is_empty()
            {
                let base = Context {
                    random,
                    body,
                    ..self.context(i, u32::try_from(chosen).ok())
                };
                outcome = self.backend_rules(i, b, data, fields, &mut edits, line, &base, stage);
                if let Outcome::Body { wait, rule } = outcome {
                    outcome = self.wait_for_body(i, Stage::BackRule(chosen, rule), wait);
                }
                outcome = self.note_stage(i, outcome, Some(chosen));
            }
        }
        self.edits = edits;
        match (outcome, backend.and_then(|b| u32::try_from(b).ok())) {
            (Outcome::Pass, Some(b)) if plan.backends[b as usize].mode == Mode::Http => {
                if frontend.unique_id.is_some() || plan.backends[b as usize].told_names {
                    self.name_request(i, data, fields, line);
                }
                Ok(b)
            }
            (Outcome::Pass, _) => Err(Outcome::Deny(503)),
            (other, _) => Err(other),
        }
    }

    /// The backend, where no rule has a say and nothing is remembered.
    fn straight(&self, i: u32) -> Option<u32> {
        let c = &self.clients[i];
        let f = c.frontend();
        let b = f.default_backend?;
        let backend = c.plan.backends.get(b)?;
        let plain = c.memory.is_none()
            && !c.plan.bodies
            && f.monitor_uri.is_none()
            && f.unique_id_header.is_none()
            && f.request_rules.is_empty()
            && f.late_rules.is_empty()
            && f.use_backends.is_empty()
            && f.content.rules.is_empty()
            && backend.mode == Mode::Http
            && backend.request_rules.is_empty()
            && backend.late_rules.is_empty()
            && backend.content.rules.is_empty();
        if plain { u32::try_from(b).ok() } else { None }
    }

    /// The rules go on at this stage when more of the body has come. Each stage has its own time.
    fn wait_for_body(&mut self, i: u32, stage: Stage, wait: u64) -> Outcome {
        if let Some(txn) = self.clients[i].txn.as_mut() {
            if txn.stage != stage {
                txn.held_since = None;
            }
            txn.stage = stage;
        }
        Outcome::Body { wait, rule: 0 }
    }

    #[allow(clippy::too_many_arguments)] // a message is a buffer, its fields and its edits
    /// The frontend's rules, and where `use_backend` leads when they let the request pass.
    fn frontend_rules(
        &self,
        i: u32,
        data: &[u8],
        fields: &mut [http1::Field],
        edits: &mut rules::Edits,
        line: RequestLine<'_>,
        base: &Context<'_>,
        from: usize,
    ) -> (Outcome, Option<usize>) {
        let c = &self.clients[i];
        let frontend = c.frontend();
        let view = self.seen(i);
        let base = Context {
            session: view.as_ref(),
            ..*base
        };
        let mut subject = Subject {
            buf: data,
            fields,
            edits,
            line: Some(line),
            from,
        };
        let outcome = rules::run_all(
            &frontend.request_rules,
            &frontend.late_rules,
            &mut subject,
            &base,
        );
        if !matches!(outcome, Outcome::Pass) {
            return (outcome, None);
        }
        let ctx = changed(data, fields, edits, line, &base);
        let backend = routed(&frontend.use_backends, &ctx).or(frontend.default_backend);
        (outcome, backend)
    }

    #[allow(clippy::too_many_arguments)] // a message is a buffer, its fields and its edits
    fn backend_rules(
        &self,
        i: u32,
        b: &Backend,
        data: &[u8],
        fields: &mut [http1::Field],
        edits: &mut rules::Edits,
        line: RequestLine<'_>,
        base: &Context<'_>,
        stage: Stage,
    ) -> Outcome {
        let view = self.seen(i);
        let base = Context {
            session: view.as_ref(),
            ..*base
        };
        let (mut from, mut content_from) = (0, Some(0));
        match stage {
            Stage::BackRule(_, rule) => (from, content_from) = (rule, None),
            Stage::BackContent(_, rule) => content_from = Some(rule),
            _ => {}
        }
        if let Some(from) = content_from {
            let ctx = changed(data, fields, edits, line, &base);
            if let Some(refused) = content(&b.content.rules, from, &ctx) {
                return refused;
            }
        }
        let mut subject = Subject {
            buf: data,
            fields,
            edits,
            line: Some(line),
            from,
        };
        rules::run_all(&b.request_rules, &b.late_rules, &mut subject, &base)
    }
}

/// The request as the rules so far have left it.
pub(super) fn changed<'a>(
    buf: &'a [u8],
    fields: &'a [http1::Field],
    edits: &'a rules::Edits,
    line: RequestLine<'a>,
    base: &Context<'a>,
) -> Context<'a> {
    let line = RequestLine {
        method: edits.method.as_deref().unwrap_or(line.method),
        target: edits.target.as_deref().unwrap_or(line.target),
        ..line
    };
    Context {
        line: Some(line),
        request: Some(Message { buf, fields, edits }),
        ..*base
    }
}

/// `tcp-request content` of a section in http mode: the head is there, nothing waits.
pub(super) fn content(rules: &[rules::TcpRule], from: usize, ctx: &Context<'_>) -> Option<Outcome> {
    if rules.is_empty() {
        return None;
    }
    match rules::run_tcp(rules, from, ctx) {
        Verdict::Accept | Verdict::Wait | Verdict::Http => None,
        Verdict::Name(rule) => Some(Outcome::Name {
            rule,
            content: true,
        }),
        Verdict::Reject | Verdict::Close => Some(Outcome::Drop { unread: true }),
        Verdict::Vanish => Some(Outcome::Vanish),
    }
}
