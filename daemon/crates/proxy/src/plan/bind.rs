//! Limits on what comes in: of an address, and of rates.

use crate::shared::{BindShared, Registry};
use config::haproxy::model::{Bind, Global, Proxy};
use std::sync::Arc;

/// An address of which something is counted: its line has a `maxconn`, which counts for each of its
/// addresses, or its section has `option socket-stats`.
#[derive(Debug)]
pub struct BindPlace {
    /// 0 = no limit.
    pub most: u32,
    /// It has a line of its own in the statistics.
    pub counted: bool,
    pub shared: Arc<BindShared>,
}

/// The header that a connection begins with, before anything that its client sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    /// `accept-proxy`
    Proxy,
    /// `accept-netscaler-cip`
    Netscaler,
}

/// `maxconnrate`, `maxsessrate` and `maxsslrate`: of the whole process, in a second; 0 = no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pace {
    pub connections: u32,
    pub sessions: u32,
    pub sealed: u32,
}

impl Pace {
    pub fn new(global: &Global) -> Self {
        let limit = |n: &Option<config::Spanned<u32>>| n.as_ref().map_or(0, |n| n.value);
        Self {
            connections: limit(&global.connection_rate),
            sessions: limit(&global.session_rate),
            sealed: limit(&global.tls_rate),
        }
    }
}

pub fn places(proxy: &Proxy, registry: &mut Registry) -> Vec<Option<Arc<BindPlace>>> {
    let counted = proxy.options.socket_stats;
    let limited = |bind: &Bind| bind.maxconn.is_some();
    if !counted && !proxy.binds.iter().any(limited) {
        return Vec::new();
    }
    let mut of = |bind: &Bind, address: String| {
        // The same address may be taken on several interfaces.
        let interface = bind.interface.as_ref();
        let key = interface.map_or_else(|| address.clone(), |i| format!("{address}%{}", i.value));
        (counted || limited(bind)).then(|| {
            Arc::new(BindPlace {
                most: bind.maxconn.as_ref().map_or(0, |most| most.value),
                counted,
                shared: registry.bind(&proxy.name.0, &key),
            })
        })
    };
    proxy
        .listen_addresses()
        .map(|(_, bind, address)| of(bind, address.value.to_string()))
        .collect()
}

/// What connections to this address begin with.
pub fn greeting(bind: &Bind) -> (Option<Greeting>, u32) {
    let magic = bind.netscaler_magic.as_ref().map(|n| n.value);
    let greeting = match magic {
        Some(_) => Some(Greeting::Netscaler),
        None => bind.accept_proxy.then_some(Greeting::Proxy),
    };
    (greeting, magic.unwrap_or(0))
}
