//! `set-src`, `set-dst` and their ports: addresses in the place of the connection's own.

use super::context::Context;
use super::sample::Sample;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Half of an address, to be put in the place of the old one.
#[derive(Clone, Copy)]
pub enum Half {
    Host(IpAddr),
    Port(u16),
}

pub fn host(sample: &Sample, ctx: &Context<'_>) -> Option<Half> {
    Some(Half::Host(sample.value(ctx)?.ip()?))
}

pub fn port(sample: &Sample, ctx: &Context<'_>) -> Option<Half> {
    let port = sample.value(ctx)?.int()?;
    Some(Half::Port(u16::try_from(port).ok()?))
}

pub fn source(ctx: &Context<'_>, half: Option<Half>) {
    if let Some(half) = half {
        let new = joined(half, ctx.client());
        ctx.remember(|memory| memory.source.set(new, ctx.session_phase));
    }
}

pub fn destination(ctx: &Context<'_>, half: Option<Half>) {
    if let Some(half) = half {
        let new = joined(half, ctx.local());
        ctx.remember(|memory| memory.destination.set(new, ctx.session_phase));
    }
}

/// What is known of the old one stays; nothing of it is known of a unix socket.
fn joined(half: Half, old: Option<SocketAddr>) -> SocketAddr {
    let nowhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
    let old = old.unwrap_or(nowhere);
    match half {
        Half::Host(ip) => SocketAddr::new(ip, old.port()),
        Half::Port(port) => SocketAddr::new(old.ip(), port),
    }
}
