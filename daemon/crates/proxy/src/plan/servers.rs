//! Servers of a section: addresses, limits and the state they start in.

use super::{Server, Target};
use crate::names::Known;
use crate::shared::{Registry, State};
use config::haproxy::model::{self, Host, Proxy, ServerAddress, ServerPort};
use std::net::SocketAddr;
use sys::tcp::Peer;

pub fn compile(proxy: &Proxy, names: &Known, registry: &mut Registry) -> Vec<Server> {
    let mut servers = Vec::with_capacity(proxy.servers.len());
    for s in &proxy.servers {
        let target = target(&s.address.value, names);
        // A name without an address yet: out of rotation, which is no reason not to start.
        let out = s.disabled || matches!(target, Target::Unresolved(_));
        let start = match (out, s.check.enabled) {
            (true, _) => State::Maintenance,
            (false, true) => State::Unknown,
            (false, false) => State::NoCheck,
        };
        let (shared, pool) = registry.server(
            &proxy.name.0,
            &s.name.0,
            &identity(proxy, s, &target),
            start,
        );
        servers.push(Server {
            name: s.name.0.clone(),
            shared,
            pool,
            target,
            source: s.source.as_ref().or(proxy.source.as_ref()).map(|a| a.value),
            weight: u32::from(s.weight.value),
            backup: s.backup,
            maxconn: s.maxconn.as_ref().map_or(0, |n| n.value),
            preamble: s.send_proxy,
            cookie: s.cookie.as_ref().map(|c| c.value.clone().into_bytes()),
            maxqueue: s.maxqueue.as_ref().map_or(0, |n| n.value),
        });
    }
    servers
}

/// What makes it the same server with the same health as before.
fn identity(proxy: &Proxy, s: &model::Server, target: &Target) -> String {
    format!(
        "{target:?} {:?} {:?} {:?} {}",
        s.check, proxy.check.value, s.source, s.disabled
    )
}

pub fn target(address: &ServerAddress, names: &Known) -> Target {
    match address {
        ServerAddress::Unix(path) => Target::Fixed(Peer::Unix(path.clone())),
        ServerAddress::Tcp { host, port } => {
            let ip = match host {
                Host::Ip(ip) => *ip,
                Host::Name(name) => match names.get(name) {
                    Some(ip) => *ip,
                    None => return Target::Unresolved(name.clone()),
                },
            };
            match port {
                ServerPort::Fixed(port) => Target::Fixed(Peer::Tcp(SocketAddr::new(ip, *port))),
                ServerPort::SameAsClient => Target::ClientPort(ip, 0),
                ServerPort::Offset(by) => Target::ClientPort(ip, *by),
            }
        }
    }
}
