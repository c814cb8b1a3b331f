//! What the choice of a server looks at: hashes, `use-server`, stick tables.

use super::Worker;
use super::conn::Txn;
use super::hashing::{Head, hash_key};
use super::route::changed;
use crate::rules::context::RequestLine;
use crate::rules::sample::Sample;
use crate::rules::{self, BodySeen, Context, Message};
use config::haproxy::model::Balance;
use http1::{Method, Request};

impl Worker {
    /// What the choice of a server needs from the request.
    pub(super) fn prepare(
        &mut self,
        i: u32,
        data: &[u8],
        request: &Request,
        fields: &[http1::Field],
        txn: &mut Txn,
        body: Option<BodySeen<'_>>,
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
        let original = request.target.of(data);
        let target = self.edits.target.as_deref().unwrap_or(original);
        let header = |name: &str| {
            let mut all = message.fields();
            let found = all.find(|(n, _)| n.eq_ignore_ascii_case(name.as_bytes()));
            found.map(|(_, v)| v.to_vec())
        };
        let line = RequestLine {
            method: request.method_span.of(data),
            target: original,
            version: self.version(i, request),
        };
        let expression = |key: &Sample| {
            let base = Context {
                body,
                ..self.context(i, txn.backend)
            };
            key.value(&changed(data, fields, &self.edits, line, &base))
        };
        let head = Head {
            target,
            header: &header,
            form: match b.balance {
                Balance::UrlParam { .. } => form(request, data),
                _ => b"",
            },
        };
        txn.hash = hash_key(b, self.client_address(i), Some(head), expression);
        if b.use_servers.is_empty() && b.persist_rules.is_empty() && b.stick_rules.is_empty() {
            return;
        }
        let base = Context {
            body,
            ..self.context(i, txn.backend)
        };
        let ctx = changed(data, fields, &self.edits, line, &base);
        prefer_by_rule(&ctx, txn);
        self.prefer_by_table(i, &ctx, txn);
    }
}

/// `use-server`, `force-persist`, `ignore-persist`: of each the first whose condition holds.
pub(super) fn prefer_by_rule(ctx: &Context<'_>, txn: &mut Txn) {
    let Some(b) = txn.backend(ctx.plan) else {
        return;
    };
    let mut rules = b.use_servers.iter();
    let hit = rules.find(|(condition, _)| rules::holds(condition.as_ref(), ctx));
    txn.preferred = hit.and_then(|(_, s)| u32::try_from(*s).ok());
    let mut exceptions = b.persist_rules.iter();
    let hit = exceptions.find(|(_, condition)| condition.holds(ctx));
    txn.persistence = hit.map(|(force, _)| *force);
}

/// What has come of the body of a POST, of a chunked one its first chunk.
fn form<'a>(request: &Request, data: &'a [u8]) -> &'a [u8] {
    let body = data.get(request.head_len..).unwrap_or_default();
    if request.method != Method::Post {
        return b"";
    }
    let step = request.body.clone().step(body);
    step.map_or(b"", |step| &body[step.data])
}
