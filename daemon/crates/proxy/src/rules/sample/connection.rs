//! Fetches about the client's connection, constants, variables, time and chance.

use super::{Arguments, Get, server_named};
use crate::preamble::Told;
use crate::rules::context::Context;
use crate::rules::memory::Scope;
use crate::rules::value::Value;
use std::net::IpAddr;
use std::sync::atomic::Ordering::Relaxed;
use sys::tcp::Peer;
use sys::tcp_info::{TcpInfo, tcp_info};

fn port(address: Option<std::net::SocketAddr>) -> Option<Value<'static>> {
    address.map(|a| Value::Int(i64::from(a.port())))
}

fn ip(address: Option<std::net::SocketAddr>) -> Option<Value<'static>> {
    address.map(|a| Value::Ip(a.ip().to_canonical()))
}

/// The client's own address, whatever `set-src` says.
fn peer(ctx: &Context<'_>) -> Option<std::net::SocketAddr> {
    ctx.socket
        .and_then(|socket| sys::tcp::peer_address(socket).ok())
        .or(ctx.from)
}

/// What the kernel measured on the client's connection.
fn measured(ctx: &Context<'_>, of: fn(&TcpInfo) -> u32) -> Option<i64> {
    let info = tcp_info(ctx.socket?).ok()?;
    Some(of(&info).into())
}

/// Of a connection on which nothing went wrong.
const SUCCESS: &[u8] = b"Success";

/// What went wrong before the first request.
fn fault(ctx: &Context<'_>) -> Option<(i64, &'static str)> {
    ctx.remember(|memory| memory.fault)?
}

/// The address of the server; once both sides have closed, the kernel does not tell it any more.
fn reached(ctx: &Context<'_>) -> Option<std::net::SocketAddr> {
    let told = sys::tcp::peer_address(ctx.server_socket?).ok();
    told.or_else(
        || match server_named(ctx.server?, ctx)?.peer(|| ctx.local())? {
            Peer::Tcp(address) => Some(address),
            Peer::Unix(_) => None,
        },
    )
}

/// Nothing is kept of a connection to a server that failed.
fn connected(ctx: &Context<'_>) -> Option<()> {
    let session = ctx.session.filter(|s| s.notes.connected > 0);
    (session.is_some() || ctx.response.is_some()).then_some(())
}

/// What the header of the PROXY protocol said besides addresses.
fn told(ctx: &Context<'_>, of: fn(&Told) -> Option<Vec<u8>>) -> Option<Value<'static>> {
    ctx.remember(|memory| memory.told.as_ref().and_then(of))?
        .map(Value::owned)
}

/// Milliseconds unless `us` is asked for.
fn in_unit(us: i64, a: &Arguments) -> Value<'static> {
    Value::Int(if a.text(0) == b"us" { us } else { us / 1000 })
}

/// Whether an address is one of this machine: it can be bound.
fn is_local(ip: IpAddr) -> bool {
    ip.is_loopback() || std::net::UdpSocket::bind((ip, 0)).is_ok()
}

pub fn get(name: &str) -> Option<Get> {
    Some(match name {
        "always_true" => |_, _| Some(Value::Bool(true)),
        "always_false" => |_, _| Some(Value::Bool(false)),
        "int" => |a, _| Some(Value::Int(a.int(0))),
        "bool" => |a, _| Some(Value::Bool(a.int(0) != 0)),
        "str" | "bin" | "meth" => |a, _| Some(Value::bytes(a.text(0))),
        "ipv4" | "ipv6" => |a, _| Some(Value::Ip(a.name()?.parse().ok()?)),
        "src" => |_, c| ip(c.client()),
        "src_port" => |_, c| port(c.client()),
        "src_is_local" => |_, c| Some(Value::Bool(is_local(c.client()?.ip().to_canonical()))),
        "dst" => |_, c| ip(c.local()),
        "dst_port" => |_, c| port(c.local()),
        "dst_is_local" => |_, c| Some(Value::Bool(is_local(c.local()?.ip().to_canonical()))),
        "fc_dst_is_local" => {
            |_, c| Some(Value::Bool(is_local(c.connected_to()?.ip().to_canonical())))
        }
        "dst_conn" => |_, c| {
            let frontend = c.plan.frontends.get(c.frontend)?;
            Some(Value::Int(i64::from(frontend.shared.active.load(Relaxed))))
        },
        "fc_src" => |_, c| ip(peer(c)),
        "fc_src_port" => |_, c| port(peer(c)),
        "fc_src_is_local" => |_, c| Some(Value::Bool(is_local(peer(c)?.ip().to_canonical()))),
        "fc_rtt" => |a, c| measured(c, |info| info.rtt).map(|us| in_unit(us, a)),
        "fc_rttvar" => |a, c| measured(c, |info| info.rttvar).map(|us| in_unit(us, a)),
        "fc_unacked" => |_, c| measured(c, |info| info.unacked).map(Value::Int),
        "fc_sacked" => |_, c| measured(c, |info| info.sacked).map(Value::Int),
        "fc_retrans" => |_, c| measured(c, |info| info.retrans).map(Value::Int),
        "fc_fackets" => |_, c| measured(c, |info| info.fackets).map(Value::Int),
        "fc_lost" => |_, c| measured(c, |info| info.lost).map(Value::Int),
        "fc_reordering" => |_, c| measured(c, |info| info.reordering).map(Value::Int),
        "fc_dst" => |_, c| ip(c.connected_to()),
        "fc_dst_port" => |_, c| port(c.connected_to()),
        "fc_http_major" => |_, c| {
            let now = c.line.map(|line| line.version.major());
            Some(Value::Int(now.or_else(|| version_noted(c))?))
        },
        "bc_http_major" => |_, c| c.response.map(|_| Value::Int(1)),
        "bc_dst" => |_, c| ip(reached(c)),
        "bc_dst_port" => |_, c| port(reached(c)),
        "bc_src" => |_, c| ip(sys::tcp::local_address(c.server_socket?).ok()),
        "bc_src_port" => |_, c| port(sys::tcp::local_address(c.server_socket?).ok()),
        "bc_err" => |_, c| connected(c).map(|()| Value::Int(0)),
        "bc_err_str" => |_, c| connected(c).map(|()| Value::bytes(SUCCESS)),
        "fc_err" => |_, c| Some(Value::Int(fault(c).map_or(0, |(number, _)| number))),
        "fc_err_str" => |_, c| {
            let text = fault(c).map_or(SUCCESS, |(_, words)| words.as_bytes());
            Some(Value::bytes(text))
        },
        "fc_rcvd_proxy" => |_, c| Some(Value::Bool(c.remember(|m| m.told.is_some())?)),
        "fc_pp_authority" => |_, c| told(c, |told| told.authority.clone()),
        "fc_pp_unique_id" => |_, c| told(c, |told| told.unique_id.clone()),
        "prio_class" => |_, c| c.remember(|m| Value::Int(m.priority.class)),
        "prio_offset" => |_, c| c.remember(|m| Value::Int(m.priority.offset)),
        "stopping" => |_, c| Some(Value::Bool(c.plan.totals.stopping.load(Relaxed))),
        "var" => |a, c| {
            let variable = a.variable.as_ref()?;
            if variable.scope == Scope::Process {
                return c.plan.variables.get(&variable.name);
            }
            c.remember(|memory| memory.get(variable))?
        },
        "rand" => |a, c| {
            let range = a.numbers.first().and_then(|n| u32::try_from(*n).ok());
            Some(Value::Int(i64::from(
                range.filter(|r| *r > 0).map_or(c.random, |r| c.random % r),
            )))
        },
        "uuid" => |_, c| Some(Value::owned(uuid(c))),
        "date" => |a, _| Some(Value::Int(unix_us() / 1_000_000 + a.int(0))),
        "date_us" => |_, _| Some(Value::Int(unix_us() % 1_000_000)),
        "hostname" => |_, _| {
            Some(Value::owned(
                rustix::system::uname().nodename().to_bytes().to_vec(),
            ))
        },
        "nbproc" | "proc" => |_, _| Some(Value::Int(1)),
        "thread" => |_, c| Some(Value::count(c.worker)),
        _ => return None,
    })
}

fn unix_us() -> i64 {
    i64::try_from(sys::epoll::unix_us()).unwrap_or(0)
}

/// RFC 9562 §5.4, from the worker's generator: to tell requests apart, not to keep secrets.
fn uuid(ctx: &Context<'_>) -> Vec<u8> {
    let mut seed = ctx.random;
    let mut word = || {
        seed = balance::hash::avalanche(seed.wrapping_add(0x9e37_79b9));
        seed
    };
    let now = u32::try_from(sys::epoll::unix_us() & 0xffff_ffff).unwrap_or(0);
    let (a, b, c, d) = (word() ^ now, word(), word(), word());
    format!(
        "{a:08x}-{:04x}-4{:03x}-{:04x}-{c:08x}{:04x}",
        b >> 16,
        b & 0xfff,
        0x8000 | d >> 16 & 0x3fff,
        d & 0xffff
    )
    .into_bytes()
}

/// The version of a request that is only remembered for its log line.
fn version_noted(c: &Context<'_>) -> Option<i64> {
    let line = &c.session.filter(|session| session.http)?.notes.line;
    (!line.is_empty()).then(|| if line.ends_with(b" HTTP/2.0") { 2 } else { 1 })
}
