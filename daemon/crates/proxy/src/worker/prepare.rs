//! What the choice of a server looks at: hashes, `use-server`, stick tables.

use super::Worker;
use super::conn::Txn;
use super::hashing::{Head, hash_key};
use super::route::changed;
use crate::plan::{Backend, Route, Server};
use crate::rules::context::RequestLine;
use crate::rules::sample::Sample;
use crate::rules::{self, BodySeen, Context, Message};
use config::haproxy::model::Balance;
use http1::{Method, Request};
use std::net::{Ipv4Addr, SocketAddr};
use sys::tcp::Peer;

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

/// `force-persist`, `ignore-persist`: the first whose condition holds. `use-server`: the first whose
/// condition holds and whose server may serve.
pub(super) fn prefer_by_rule(ctx: &Context<'_>, txn: &mut Txn) {
    let Some(b) = txn.backend(ctx.plan) else {
        return;
    };
    let mut exceptions = b.persist_rules.iter();
    let hit = exceptions.find(|(_, condition)| condition.holds(ctx));
    txn.persistence = hit.map(|(force, _)| *force);
    let forced = b.persist || txn.persistence == Some(true);
    let mut hits = b
        .use_servers
        .iter()
        .filter(|(condition, _)| rules::holds(condition.as_ref(), ctx))
        .map_while(|(_, route)| server_of(b, route, ctx));
    let hit = hits.find(|s| forced || b.servers[*s].shared.state().keeps());
    txn.preferred = hit.and_then(|s| u32::try_from(s).ok());
}

/// A computed name of no server ends the search.
fn server_of(b: &Backend, route: &Route, ctx: &Context<'_>) -> Option<usize> {
    match route {
        Route::Fixed(server) => Some(*server),
        Route::Computed(format) => {
            let name = format.text(ctx);
            b.servers
                .iter()
                .position(|s| s.name.as_bytes() == &name[..])
        }
    }
}

/// `persist rdp-cookie`: the server that an earlier session had, by the address that it gave its
/// client in a routing token (MS-RDPBCGR 3.2.5.3.1: `IP.PORT.0000`, as numbers in the order of x86).
pub(super) fn prefer_by_rdp_cookie(ctx: &Context<'_>, txn: &mut Txn) {
    let Some(b) = txn.backend(ctx.plan) else {
        return;
    };
    let Some(cookie) = b
        .rdp_cookie
        .as_ref()
        .filter(|_| txn.persistence != Some(false))
    else {
        return;
    };
    let Some(value) = cookie.value(ctx) else {
        return;
    };
    let Some(meant) = routing_token(&value.text()) else {
        return;
    };
    let is_it = |s: &Server| matches!(s.peer(|| None), Some(Peer::Tcp(at)) if at == meant);
    let server = b.servers.iter().position(is_it);
    txn.sticky = server.and_then(|s| u32::try_from(s).ok());
}

fn routing_token(token: &[u8]) -> Option<SocketAddr> {
    let mut numbers = std::str::from_utf8(token).ok()?.splitn(3, '.');
    let ip: u32 = numbers.next()?.parse().ok()?;
    let port: u16 = numbers.next()?.parse().ok()?;
    numbers.next()?;
    let ip = Ipv4Addr::from(ip.swap_bytes());
    Some(SocketAddr::from((ip, port.swap_bytes())))
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
