//! What a `peers` section asks for.

use super::shared::Shared;
use crate::plan::{Origin, Plan};
use crate::shared::table::Table;
use crate::worker::Grant;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

#[derive(Debug)]
pub struct Group {
    pub name: String,
    pub local: Arc<str>,
    /// Where this host listens, for who asks.
    pub own_address: String,
    /// The others.
    pub members: Vec<Member>,
    pub tables: Vec<Shared>,
    pub listeners: Vec<Listener>,
}

#[derive(Debug)]
pub struct Member {
    pub name: String,
    /// Where it is called.
    pub address: Option<SocketAddr>,
    pub origin: Option<Origin>,
}

#[derive(Debug, Clone)]
pub struct Listener {
    pub fd: Arc<OwnedFd>,
    pub cookie: u64,
}

impl Group {
    /// Whether sessions of the one can go on as those of the other.
    pub fn goes_on(&self, before: &Self) -> bool {
        let members = |group: &Self| -> Vec<_> {
            let all = group.members.iter();
            all.map(|m| (m.name.clone(), m.address)).collect()
        };
        let tables = || self.tables.iter().zip(&before.tables);
        self.local == before.local
            && members(self) == members(before)
            && self.tables.len() == before.tables.len()
            && tables().all(|(now, then)| now.same_as(then))
    }
}

/// The sections that share something, with the sockets they listen on.
pub fn groups(
    plan: &Plan,
    table: impl Fn(&str) -> Option<Arc<Table>>,
    grants: &[Grant],
) -> Vec<Group> {
    let active = plan.model.peers.iter().filter(|peers| peers.is_active());
    let group = |peers: &config::haproxy::model::Peers| {
        let mut tables = Vec::new();
        let mut add = |name: &str, known_as: String| {
            if let Some(table) = table(name) {
                let (id, sticks) = (tables.len() as u64 + 1, plan.sticks(name));
                let servers = plan.servers_by(name);
                tables.push(Shared::new(table, known_as, id, sticks, &servers));
            }
        };
        for shared in &peers.tables {
            add(&peers.table_name(shared), format!("/{}", shared.name));
        }
        for proxy in plan.model.proxies.iter().filter(|proxy| !proxy.disabled) {
            let by = proxy.stick_table.as_ref().and_then(|t| t.peers.as_ref());
            if by.is_some_and(|by| by.value == peers.name.value) {
                add(&proxy.name.0, proxy.name.0.clone());
            }
        }
        let members = peers.others().map(|peer| Member {
            name: peer.name.value.clone(),
            address: peer.address.as_ref().map(|address| address.value),
            origin: Origin::of_peer(peer),
        });
        let place = peers.place();
        let own = grants.iter().filter(|grant| grant.frontend == place);
        let bound = peers.bind.as_ref().and_then(|bind| bind.addresses.first());
        Group {
            name: peers.name.value.clone(),
            local: peers.local.as_str().into(),
            own_address: bound.map_or_else(String::new, |address| address.value.to_string()),
            members: members.collect(),
            tables,
            listeners: own
                .map(|grant| Listener {
                    fd: grant.fd.clone(),
                    cookie: grant.cookie,
                })
                .collect(),
        }
    };
    active.map(group).collect()
}
