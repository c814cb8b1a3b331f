//! Servers that are given by name, as the resolver sees them.

use crate::names::{Kind, Service};
use crate::plan::{Plan, Target};
use crate::shared::{Place, ServerShared};
use config::haproxy::model::{InitAddress, Resolving};
use std::net::IpAddr;
use std::sync::Arc;

#[derive(Debug)]
pub struct Named {
    /// Places in the plan.
    pub backend: usize,
    pub server: usize,
    pub shared: Arc<ServerShared>,
    /// The name that has the address; of a service's slot the host that the slot has.
    pub name: Option<String>,
    /// The SRV record that gives the slot its host.
    pub service: Option<String>,
    /// Index of its `resolvers` section; `None`: the system's name servers.
    pub section: Option<usize>,
    /// The resolution of `name` in its section.
    pub asks: Option<usize>,
    pub wish: Resolving,
    /// The slot's entry.
    pub entry: Option<Service>,
}

/// What happened to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A slot that had none got an entry.
    Host(String),
    Address {
        from: Option<IpAddr>,
        to: IpAddr,
        /// Who told it, in haproxy's words.
        by: String,
        name: String,
    },
    Port,
    Weight(u32),
    Lost(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub backend: usize,
    pub server: usize,
    pub what: What,
}

impl Named {
    /// All of the plan, in its order.
    pub fn all(plan: &Plan, section: impl Fn(&str) -> Option<usize>) -> Vec<Self> {
        let mut all = Vec::new();
        for (backend, b) in plan.backends.iter().enumerate() {
            let Some(model) = plan.model.proxies.get(b.section) else {
                continue;
            };
            for (server, (s, m)) in b.servers.iter().zip(&model.servers).enumerate() {
                if m.disabled || !matches!(s.target, Target::Named(_)) {
                    continue;
                }
                let service = m.address.value.service().map(str::to_ascii_lowercase);
                let name = m.address.value.name().filter(|_| service.is_none());
                let resolvers = m.resolving.resolvers.as_ref();
                all.push(Self {
                    backend,
                    server,
                    shared: s.shared.clone(),
                    name: name.map(str::to_owned),
                    service,
                    section: resolvers.and_then(|name| section(&name.value)),
                    asks: None,
                    wish: m.resolving.clone(),
                    entry: None,
                });
            }
        }
        all
    }

    pub fn kind(&self) -> Kind {
        if self.wish.prefers_ipv4 {
            Kind::A
        } else {
            Kind::Aaaa
        }
    }

    /// `init-addr`: whether the system's name servers are asked, and the address that it begins
    /// with when they do not answer.
    pub fn beginning(&self) -> (bool, Option<IpAddr>) {
        let methods = self.wish.init_addr.as_ref().map(|m| m.value.as_slice());
        let mut system = false;
        for method in methods.unwrap_or(&[InitAddress::Last, InitAddress::Libc]) {
            match method {
                InitAddress::Last => {}
                InitAddress::Libc => system = true,
                InitAddress::None => break,
                InitAddress::Ip(ip) => return (system, Some(*ip)),
            }
        }
        // A name without a section of its own is followed by the system's in any case.
        (system || self.section.is_none(), None)
    }

    pub fn address(&self) -> Option<IpAddr> {
        self.shared.whereabouts.place().map(|place| place.ip)
    }

    /// Moves it there; what changed.
    pub fn settle(&self, ip: IpAddr, by: &str) -> Option<Move> {
        let port = self.entry.as_ref().map(|entry| entry.port);
        let before = self.shared.whereabouts.place();
        if !self.shared.whereabouts.set_place(Some(Place { ip, port })) {
            return None;
        }
        let what = match before {
            Some(before) if before.ip == ip => What::Port,
            before => What::Address {
                from: before.map(|b| b.ip),
                to: ip,
                by: by.to_owned(),
                name: self.name.clone().unwrap_or_default(),
            },
        };
        Some(self.moved(what))
    }

    pub fn lose(&self, reason: &'static str) -> Option<Move> {
        let changed = self.shared.whereabouts.set_place(None);
        changed.then(|| self.moved(What::Lost(reason)))
    }

    pub fn moved(&self, what: What) -> Move {
        Move {
            backend: self.backend,
            server: self.server,
            what,
        }
    }
}
