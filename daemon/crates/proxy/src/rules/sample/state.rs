//! Fetches about frontends, backends and servers.

use super::{Arguments, Get};
use crate::plan::{Backend, Frontend, Server};
use crate::rules::context::Context;
use crate::rules::value::Value;
use config::haproxy::model::Bind;
use std::sync::atomic::Ordering::Relaxed;

pub fn get(name: &str) -> Option<Get> {
    backends(name)
        .or_else(|| servers(name))
        .or_else(|| frontends(name))
}

#[allow(clippy::unnecessary_wraps)] // the form that fetches have
fn int(n: u64) -> Option<Value<'static>> {
    Some(Value::Int(i64::try_from(n).unwrap_or(i64::MAX)))
}

fn frontends(name: &str) -> Option<Get> {
    Some(match name {
        "fe_conn" => |a, c| int(frontend(a, c)?.shared.active.load(Relaxed).into()),
        "fe_sess_rate" => |a, c| int(frontend(a, c)?.shared.session_rate.read(c.now)),
        "fe_req_rate" => |a, c| int(frontend(a, c)?.shared.request_rate.read(c.now)),
        "fe_name" => |_, c| {
            Some(Value::bytes(
                c.plan.frontends.get(c.frontend)?.name.as_bytes(),
            ))
        },
        "fe_id" => |_, c| {
            let section = c.plan.frontends.get(c.frontend)?.section;
            int(c.plan.section_number(section).into())
        },
        "fe_defbe" => |_, c| {
            let default = c.plan.frontends.get(c.frontend)?.default_backend?;
            Some(Value::bytes(c.plan.backends.get(default)?.name.as_bytes()))
        },
        "fe_client_timeout" => |_, c| int(c.plan.frontends.get(c.frontend)?.timeouts.client),
        "so_id" => |_, c| {
            let frontend = c.plan.frontends.get(c.frontend)?;
            int(frontend.bind_number(c.bind)?.into())
        },
        "so_name" => |_, c| Some(Value::bytes(listener(c)?.1.name.as_ref()?.value.as_bytes())),
        _ => return None,
    })
}

/// The line and address that the client came in by.
fn listener<'a>(ctx: &Context<'a>) -> Option<(u32, &'a Bind)> {
    let section = ctx.plan.frontends.get(ctx.frontend)?.section;
    let mut all = ctx.plan.model.proxies.get(section)?.listen_addresses();
    let (index, bind, _) = all.nth(ctx.bind)?;
    Some((index, bind))
}

fn backends(name: &str) -> Option<Get> {
    Some(match name {
        "nbsrv" => |a, c| int(backend(a, c)?.usable().count() as u64),
        "be_conn" => |a, c| int(backend(a, c)?.shared.active.load(Relaxed).into()),
        "be_sess_rate" => |a, c| int(backend(a, c)?.shared.session_rate.read(c.now)),
        "be_conn_free" | "connslots" => |a, c| {
            let b = backend(a, c)?;
            // A server without a limit has room without an end.
            if b.usable().any(|s| s.shared.maxconn() == 0) {
                return Some(Value::Int(-1));
            }
            let room = |s: &Server| {
                s.shared
                    .maxconn()
                    .saturating_sub(s.shared.active.load(Relaxed))
            };
            int(b.usable().map(|s| u64::from(room(s))).sum())
        },
        "queue" => |a, c| int(backend(a, c)?.shared.queued.load(Relaxed).into()),
        "avg_queue" => |a, c| {
            let b = backend(a, c)?;
            let queued = u64::from(b.shared.queued.load(Relaxed));
            int(queued.div_ceil(b.usable().count().max(1) as u64))
        },
        "be_name" => |_, c| Some(Value::bytes(chosen(c)?.0.as_bytes())),
        "be_id" => |_, c| int(c.plan.section_number(chosen(c)?.1).into()),
        "be_server_timeout" => |_, c| int(c.plan.backends.get(c.backend?)?.timeouts.server),
        "be_tunnel_timeout" => |_, c| {
            int(c
                .plan
                .backends
                .get(c.backend?)?
                .timeouts
                .tunnel
                .unwrap_or(0))
        },
        "cur_server_timeout" => |_, c| {
            let own = c.remember(|memory| memory.own.server).flatten();
            int(own.unwrap_or(c.plan.backends.get(c.backend?)?.timeouts.server))
        },
        "cur_tunnel_timeout" => |_, c| {
            let own = c.remember(|memory| memory.own.tunnel).flatten();
            let tunnel = c.plan.backends.get(c.backend?)?.timeouts.tunnel;
            int(own.or(tunnel).unwrap_or(0))
        },
        _ => return None,
    })
}

/// Name and number of the section that the request is in: its frontend's until it has a backend.
fn chosen<'a>(c: &Context<'a>) -> Option<(&'a str, usize)> {
    if let Some(b) = c.backend.and_then(|b| c.plan.backends.get(b)) {
        return Some((&b.name, b.section));
    }
    let f = c
        .plan
        .frontends
        .get(c.frontend)
        .filter(|_| !c.session_phase)?;
    Some((&f.name, f.section))
}

fn servers(name: &str) -> Option<Get> {
    Some(match name {
        "srv_name" => |_, c| Some(Value::bytes(c.server?.as_bytes())),
        "srv_id" => |_, c| {
            let b = c.plan.backends.get(c.backend?)?;
            let mut all = b.servers.iter();
            let server = all.find(|s| Some(s.name.as_str()) == c.server)?;
            int(server.id.into())
        },
        "srv_is_up" => |a, c| Some(Value::Bool(server(a, c)?.shared.state().is_up())),
        "srv_conn" => |a, c| int(server(a, c)?.shared.active.load(Relaxed).into()),
        "srv_conn_free" => |a, c| {
            let s = server(a, c)?;
            if s.shared.maxconn() == 0 {
                return Some(Value::Int(-1));
            }
            int(s
                .shared
                .maxconn()
                .saturating_sub(s.shared.active.load(Relaxed))
                .into())
        },
        "srv_queue" => |a, c| int(server(a, c)?.shared.queued.load(Relaxed).into()),
        "srv_sess_rate" => |a, c| int(server(a, c)?.shared.session_rate.read(c.now)),
        "srv_weight" | "srv_uweight" => |a, c| int(server(a, c)?.shared.weight().into()),
        "srv_iweight" => |a, c| int(server(a, c)?.shared.initial_weight().into()),
        _ => return None,
    })
}

fn frontend<'a>(arguments: &Arguments, ctx: &Context<'a>) -> Option<&'a Frontend> {
    let index = match arguments.name() {
        Some(name) => ctx.plan.frontend_index(name)?,
        None => ctx.frontend,
    };
    ctx.plan.frontends.get(index)
}

fn backend<'a>(arguments: &Arguments, ctx: &Context<'a>) -> Option<&'a Backend> {
    backend_named(arguments.name(), ctx)
}

pub fn backend_named<'a>(name: Option<&str>, ctx: &Context<'a>) -> Option<&'a Backend> {
    if let Some(name) = name {
        return ctx.plan.backends.iter().find(|b| b.name == name);
    }
    let default = ctx.plan.frontends.get(ctx.frontend)?.default_backend;
    ctx.plan.backends.get(ctx.backend.or(default)?)
}

fn server<'a>(arguments: &Arguments, ctx: &Context<'a>) -> Option<&'a Server> {
    server_named(arguments.name()?, ctx)
}

/// `BACKEND/SERVER` or a server of the current backend.
pub fn server_named<'a>(name: &str, ctx: &Context<'a>) -> Option<&'a Server> {
    let (backend, server) = match name.split_once('/') {
        Some((backend, server)) => (Some(backend), server),
        None => (None, name),
    };
    let b = backend_named(backend, ctx)?;
    b.servers.iter().find(|s| s.name == server)
}
