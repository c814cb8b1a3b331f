//! Servers of a section: addresses, limits and the state they start in.

use super::h2::{checked_in, upgrades_in_h1};
use super::{
    Backend, CookieName, Frontend, IdleRules, Introduction, Observed, Origin, Server, Speaks,
    Target, numbers, tls,
};
use crate::rules::compile::Compiler;
use crate::shared::{Registry, ServerShared, State, Wish};
use config::haproxy::model::{self, Host, Proxy, ServerAddress, ServerPort};
use std::net::SocketAddr;
use std::sync::Arc;
use sys::tcp::Peer;

pub fn compile(
    proxy: &Proxy,
    compiler: &Compiler<'_>,
    registry: &mut Registry,
    problems: &mut Vec<String>,
) -> Vec<Server> {
    let mut servers = Vec::with_capacity(proxy.servers.len());
    for (id, s) in numbers::of_servers(proxy).zip(&proxy.servers) {
        let target = target(&s.address.value);
        let start = if s.check.enabled || s.track.is_some() {
            State::Unknown
        } else {
            State::NoCheck
        };
        let (minconn, maxconn) = limits(s);
        let wish = Wish {
            identity: identity(proxy, s),
            start,
            disabled: s.disabled,
            named: matches!(target, Target::Named(_)),
            weight: u32::from(s.weight.value),
            maxconn,
        };
        let (shared, pool) = registry.server((&proxy.name.0, &s.name.0), wish);
        let cookie = cookie(proxy, s, &target, &shared);
        let introduction = Introduction::compile(s, compiler, problems);
        let origin = Origin::compile(s, proxy);
        let personal = introduction.is_some()
            || target.follows_client()
            || origin.as_ref().is_some_and(Origin::is_per_client);
        servers.push(Server {
            name: s.name.0.clone(),
            idle: IdleRules::compile(&s.idle, &shared),
            speaks: Speaks::new(s, proxy.mode.value),
            checked_in: checked_in(s, proxy),
            upgrades_in_h1: upgrades_in_h1(s),
            id,
            shared,
            pool,
            target,
            origin,
            tls: tls::server(s, proxy, compiler, registry, problems),
            backup: s.backup,
            minconn,
            slowstart: s
                .slowstart
                .as_ref()
                .map_or(0, |d| u64::try_from(d.value.as_millis()).unwrap_or(0)),
            down_ends_sessions: s.on_marked_down.is_some(),
            up_ends_backup_sessions: s.on_marked_up_shutdown_backup,
            introduction,
            personal,
            implied: s.implied,
            observed: observed(s),
            redir: s.redir.as_ref().map(|r| r.value.clone().into_bytes()),
            non_stick: s.non_stick,
            cookie,
            maxqueue: s.maxqueue.as_ref().map_or(0, |n| n.value),
        });
    }
    servers
}

/// Its name in cookies: the one given, or one that is computed for an address.
fn cookie(
    proxy: &Proxy,
    s: &model::Server,
    target: &Target,
    shared: &Arc<ServerShared>,
) -> CookieName {
    if let Some(given) = &s.cookie {
        return CookieName::Fixed(given.value.clone().into_bytes());
    }
    let dynamic = proxy.cookie.as_ref().filter(|cookie| cookie.dynamic);
    let key = dynamic.and(proxy.dynamic_cookie_key.as_ref());
    let (Some(key), target) = (key, target) else {
        return CookieName::Nothing;
    };
    let address = match target {
        Target::Fixed(Peer::Tcp(address)) => *address,
        Target::ClientPort(ip, _) => SocketAddr::new(*ip, 0),
        Target::Named(port) => {
            return CookieName::Moving {
                key: key.value.clone(),
                shared: shared.clone(),
                port: match port {
                    ServerPort::Fixed(port) => *port,
                    _ => 0,
                },
            };
        }
        Target::Fixed(Peer::Unix(_)) | Target::Client(_) => return CookieName::Nothing,
    };
    CookieName::Fixed(crate::persist::server_name(key, address))
}

fn observed(s: &model::Server) -> Option<Observed> {
    let layer = s.observation.layer.as_ref()?.value;
    Some(Observed {
        answers: layer == model::Observe::Layer7,
        limit: s.observation.limit.value,
    })
}

/// `minconn` and `maxconn`: one without the other is both; equal ones do not move.
fn limits(s: &model::Server) -> (u32, u32) {
    let value = |n: &Option<config::Spanned<u32>>| n.as_ref().map_or(0, |n| n.value);
    match (value(&s.minconn), value(&s.maxconn)) {
        (least, 0) => (0, least),
        (least, most) if least < most => (least, most),
        (_, most) => (0, most),
    }
}

/// What makes it the same server with the same health as before.
fn identity(proxy: &Proxy, s: &model::Server) -> String {
    format!(
        "{:+?} {:+?} {:+?} {:+?} {:+?} {:+?} {:?}",
        s.address.value,
        s.check.asked(),
        proxy.check.value,
        s.source
            .as_ref()
            .or(proxy.source.as_ref())
            .map(|s| &s.value),
        s.track,
        tls::identity(s),
        s.proto.as_ref().map(|proto| proto.value),
    )
}

/// A backend without `fullconn`: a tenth of what the frontends that may use it let in together.
pub fn fill_fullconn(frontends: &[Frontend], backends: &mut [Backend], process: u32) {
    for (index, backend) in backends.iter_mut().enumerate() {
        let uses = |f: &&Frontend| {
            f.default_backend == Some(index)
                || f.use_backends
                    .iter()
                    .any(|(_, route)| route.leads_to(index))
        };
        let most = |f: &Frontend| match (f.maxconn, process) {
            (0, 0) => 2000,
            (0, process) => process,
            (own, _) => own,
        };
        if backend.fullconn == 0 {
            let all: u32 = frontends.iter().filter(uses).map(most).sum();
            backend.fullconn = (all / 10).max(1);
        }
    }
}

fn target(address: &ServerAddress) -> Target {
    match address {
        ServerAddress::Unix(path) => Target::Fixed(Peer::Unix(path.clone())),
        ServerAddress::Tcp { host, port } => match (host, port) {
            (Host::Name(_), port) => Target::Named(*port),
            (Host::Ip(ip), port) if ip.is_unspecified() => Target::Client(*port),
            (Host::Ip(ip), ServerPort::Fixed(port)) => {
                Target::Fixed(Peer::Tcp(SocketAddr::new(*ip, *port)))
            }
            (Host::Ip(ip), ServerPort::SameAsClient) => Target::ClientPort(*ip, 0),
            (Host::Ip(ip), ServerPort::Offset(by)) => Target::ClientPort(*ip, *by),
        },
    }
}
