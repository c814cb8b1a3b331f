//! The sockets that a configuration asks for.

use std::collections::HashSet;
use std::net::IpAddr;

use config::haproxy::model::{Bind, Ipv6Mode, ListenAddress, Proxy};
use config::{Span, Spanned, haproxy};
use ipc::ListenerGrant;
use sys::listener::{ListenOptions, Whose};

/// Connections that may wait to be accepted unless the configuration says otherwise.
const DEFAULT_BACKLOG: u32 = 4096;

/// What makes two binds the same socket.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub address: ListenAddress,
    pub interface: Option<String>,
    pub v6: Ipv6Mode,
}

/// The same but for the interface, which an open socket can change.
pub(super) type Place = (ListenAddress, Ipv6Mode);

impl Key {
    pub fn place(&self) -> Place {
        (self.address.clone(), self.v6)
    }
}

/// A bind line's address as the configuration wants it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub grant: ListenerGrant,
    pub key: Key,
    pub bind: Bind,
    pub backlog: i32,
    pub span: Span,
}

pub(super) fn wanted(config: &haproxy::Config) -> Vec<Wanted> {
    let enabled = config.frontends().filter(|proxy| !proxy.disabled);
    let mut all: Vec<Wanted> = enabled.flat_map(wanted_of).collect();
    all.extend(runtime_sockets(config));
    all.extend(peers_sockets(config));
    all
}

fn wanted_of(proxy: &Proxy) -> Vec<Wanted> {
    let all = proxy.listen_addresses();
    all.map(|(index, bind, address)| {
        let grant = ListenerGrant {
            proxy: proxy.name.value.0.clone(),
            address: address.value.to_string(),
            index,
        };
        Wanted::new(grant, bind.clone(), address, proxy.backlog.as_ref())
    })
    .collect()
}

/// `stats socket`: without a mode nobody but its owner may speak to the proxy.
fn runtime_sockets(config: &haproxy::Config) -> impl Iterator<Item = Wanted> {
    let all = config.global.runtime_addresses();
    all.map(|(index, socket, address)| {
        let grant = ListenerGrant {
            proxy: String::new(),
            address: address.value.to_string(),
            index,
        };
        let mut bind = socket.bind.clone();
        bind.unix_mode
            .get_or_insert(Spanned::new(0o600, address.span));
        Wanted::new(grant, bind, address, None)
    })
}

/// Where other hosts that share stick tables call this one.
fn peers_sockets(config: &haproxy::Config) -> impl Iterator<Item = Wanted> {
    config.peers.iter().flat_map(|peers| {
        peers.listen_addresses().map(|(index, bind, address)| {
            let grant = ListenerGrant {
                proxy: peers.place(),
                address: address.value.to_string(),
                index,
            };
            Wanted::new(grant, bind.clone(), address, None)
        })
    })
}

impl Wanted {
    fn new(
        grant: ListenerGrant,
        bind: Bind,
        address: &Spanned<ListenAddress>,
        backlog: Option<&Spanned<u32>>,
    ) -> Self {
        let backlog = bind.backlog.as_ref().or(backlog);
        let backlog = backlog.map_or(DEFAULT_BACKLOG, |backlog| backlog.value);
        Self {
            grant,
            key: Key {
                address: address.value.clone(),
                interface: bind.interface.as_ref().map(|name| name.value.clone()),
                v6: bind.ipv6,
            },
            bind,
            backlog: i32::try_from(backlog).unwrap_or(i32::MAX),
            span: address.span,
        }
    }
}

/// How an address of TCP is to be open.
pub(super) fn options(wanted: &Wanted, vips: &HashSet<IpAddr>) -> Option<ListenOptions> {
    let bind = &wanted.bind;
    let ListenAddress::Tcp(address) = &wanted.key.address else {
        return None;
    };
    Some(ListenOptions {
        address: *address,
        backlog: wanted.backlog,
        // A virtual address is bound on both hosts, held by one.
        whose: if bind.transparent {
            Whose::Foreign
        } else if vips.contains(&address.ip()) {
            Whose::Free
        } else {
            Whose::Ours
        },
        v6_only: match bind.ipv6 {
            Ipv6Mode::System => None,
            Ipv6Mode::V6Only => Some(true),
            Ipv6Mode::V4V6 => Some(false),
        },
        interface: wanted.key.interface.clone(),
        defer_accept: bind.defer_accept,
        fast_open: bind.tcp_fast_open,
        max_segment: bind.mss.as_ref().map(|mss| mss.value),
        user_timeout: bind.tcp_user_timeout.as_ref().map(|t| t.value),
    })
}
