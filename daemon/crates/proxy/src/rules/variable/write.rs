//! What stands for a variable in a line.

use super::measures::{interval, write_count, write_date};
use super::text::{ip, missing, number, port, text};
use super::{Timer, Variable};
use crate::plan::{Frontend, Server, Target};
use crate::rules::context::Context;
use crate::rules::format::Flags;
use std::net::SocketAddr;
use sys::tcp::Peer;
use tls::session::Session;
use trafficlog::{Clock, Endpoint};

impl Variable {
    pub fn write(self, ctx: &Context<'_>, clock: &mut Clock, flags: Flags, out: &mut Vec<u8>) {
        use Variable as V;
        match self {
            V::ClientIp => ip(end(ctx.client(), || listens(ctx)), flags, out),
            V::ClientPort => port(end(ctx.client(), || listens(ctx)), flags, out),
            V::FrontendIp => ip(end(ctx.local(), || listens(ctx)), flags, out),
            V::FrontendPort => port(end(ctx.local(), || listens(ctx)), flags, out),
            V::BackendIp => ip(end(near_server(ctx), || is_local(ctx)), flags, out),
            V::BackendPort => port(end(near_server(ctx), || is_local(ctx)), flags, out),
            V::ServerIp => ip(end(far_server(ctx), || is_local(ctx)), flags, out),
            V::ServerPort => port(end(far_server(ctx), || is_local(ctx)), flags, out),
            V::Frontend => text(frontend(ctx).as_bytes(), flags, out),
            V::FrontendTransport => {
                let sealed = if ctx.is_sealed() { "~" } else { "" };
                let name = format!("{}{sealed}", frontend(ctx));
                text(name.as_bytes(), flags, out);
            }
            V::Backend => text(backend(ctx).as_bytes(), flags, out),
            V::Server => text(ctx.server.unwrap_or("<NOSRV>").as_bytes(), flags, out),
            V::Hostname => text(rustix::system::uname().nodename().to_bytes(), flags, out),
            V::Pid => number(u64::from(std::process::id()), flags, 4, out),
            V::Counter => number(ctx.number, flags, 4, out),
            V::UniqueId => {
                // Before the request goes on it has an id only where somebody asked for it.
                let early = ctx.line.is_some();
                let known = ctx.remember(|memory| memory.unique_id.clone()).flatten();
                let id = if early {
                    known
                } else {
                    crate::rules::unique_id(ctx)
                };
                if !early || id.is_some() {
                    missing(id.as_deref().filter(|id| !id.is_empty()), flags, out);
                }
            }
            V::TlsCipher => {
                let suite = ctx
                    .tls
                    .and_then(|tls| tls.common().negotiated_cipher_suite());
                missing(suite.map(|s| tls::suite_name(s).as_bytes()), flags, out);
            }
            V::TlsVersion => {
                let version = ctx.tls.and_then(Session::version);
                missing(version.map(str::as_bytes), flags, out);
            }
            V::Status if ctx.status > 0 => number(u64::from(ctx.status), Flags::default(), 1, out),
            V::Status => {
                let status = ctx.session.map_or(-1, |s| s.status);
                out.extend_from_slice(status.to_string().as_bytes());
            }
            V::BytesRead => {
                mark_early(ctx, out);
                number(ctx.session.map_or(0, |s| s.notes.bytes_out), flags, 1, out);
            }
            V::BytesUploaded => number(ctx.session.map_or(0, |s| s.notes.bytes_in), flags, 1, out),
            V::Method | V::Uri | V::Path | V::PathOnly | V::Query | V::Version | V::RequestLine => {
                self.write_line(ctx, flags, out);
            }
            V::Termination | V::TerminationCookies => self.write_state(ctx, flags, out),
            V::RequestCookie
            | V::ResponseCookie
            | V::RequestHeaders
            | V::ResponseHeaders
            | V::RequestHeaderList
            | V::ResponseHeaderList => self.write_captures(ctx, flags, out),
            V::Count(count) => write_count(count, ctx, out),
            V::Timer(timer) => {
                if matches!(timer, Timer::Active | Timer::Total | Timer::User) {
                    mark_early(ctx, out);
                }
                match ctx.session.and_then(|s| interval(timer, s, ctx.now)) {
                    Some(ms) => number(ms, Flags::default(), 1, out),
                    None if matches!(timer, Timer::Active | Timer::Total) => out.push(b'0'),
                    None => out.extend_from_slice(b"-1"),
                }
            }
            V::Date(date) => write_date(date, ctx, clock, flags, out),
        }
    }
}

/// `option logasap`: what goes on to grow has a plus before it.
fn mark_early(ctx: &Context<'_>, out: &mut Vec<u8>) {
    let early = |f: &Frontend| f.log.early;
    if ctx.plan.frontends.get(ctx.frontend).is_some_and(early) {
        out.push(b'+');
    }
}

fn frontend<'a>(ctx: &Context<'a>) -> &'a str {
    let frontend = ctx.plan.frontends.get(ctx.frontend);
    frontend.map_or("", |f| &f.name)
}

fn backend<'a>(ctx: &Context<'a>) -> &'a str {
    let backend = ctx
        .backend
        .and_then(|b| ctx.plan.backends.get(b))
        .map(|b| b.name.as_str());
    let frontend = ctx
        .plan
        .frontends
        .get(ctx.frontend)
        .map(|f| f.name.as_str());
    backend.or(frontend).unwrap_or("")
}

/// Our own end of the connection to the server.
fn near_server(ctx: &Context<'_>) -> Option<SocketAddr> {
    sys::tcp::local_address(ctx.server_socket?).ok()
}

/// An address of TCP, else a unix socket by its number.
fn end(address: Option<SocketAddr>, number: impl FnOnce() -> Option<u64>) -> Option<Endpoint> {
    let unix = || number().map(Endpoint::Unix);
    address.map(Endpoint::Tcp).or_else(unix)
}

/// The number of the line that the client came in by.
fn listens(ctx: &Context<'_>) -> Option<u64> {
    let frontend = ctx.plan.frontends.get(ctx.frontend)?;
    frontend.bind_number(ctx.bind).map(u64::from)
}

/// Sockets of servers on this machine have no number.
fn is_local(ctx: &Context<'_>) -> Option<u64> {
    matches!(&server(ctx)?.target, Target::Fixed(Peer::Unix(_))).then_some(0)
}

fn server<'a>(ctx: &Context<'a>) -> Option<&'a Server> {
    let b = ctx.plan.backends.get(ctx.backend?)?;
    let mut servers = b.servers.iter();
    servers.find(|s| Some(s.name.as_str()) == ctx.server)
}

/// The address that was to be reached, whether or not the connection came about.
fn far_server(ctx: &Context<'_>) -> Option<SocketAddr> {
    match &server(ctx)?.target {
        Target::Fixed(Peer::Tcp(address)) => Some(*address),
        _ => sys::tcp::peer_address(ctx.server_socket?).ok(),
    }
}
