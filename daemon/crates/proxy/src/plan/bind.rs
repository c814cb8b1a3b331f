//! Limits on what comes in: of an address, and of rates.

use crate::shared::Registry;
use config::haproxy::model::{Global, Proxy};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

/// `maxconn` of a `bind` line, which counts for each of its addresses.
#[derive(Debug)]
pub struct BindLimit {
    pub most: u32,
    /// Connections now; outlives configurations.
    pub active: Arc<AtomicU32>,
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

pub fn limits(proxy: &Proxy, registry: &mut Registry) -> Vec<Option<Arc<BindLimit>>> {
    let mut of = |bind: &config::haproxy::model::Bind, address: &str| {
        let most = bind.maxconn.as_ref()?.value;
        Some(Arc::new(BindLimit {
            most,
            active: registry.bind(&proxy.name.0, address),
        }))
    };
    proxy
        .listen_addresses()
        .map(|(_, bind, address)| of(bind, &address.value.to_string()))
        .collect()
}

/// What connections to this address begin with.
pub fn greeting(bind: &config::haproxy::model::Bind) -> (Option<Greeting>, u32) {
    let magic = bind.netscaler_magic.as_ref().map(|n| n.value);
    let greeting = match magic {
        Some(_) => Some(Greeting::Netscaler),
        None => bind.accept_proxy.then_some(Greeting::Proxy),
    };
    (greeting, magic.unwrap_or(0))
}
