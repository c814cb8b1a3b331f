//! Listening sockets and the lines that they come from.

use crate::worker::Grant;
use config::haproxy::model::{Bind, Config, Proxy};
use std::sync::Arc;

/// The line that a listening socket comes from.
pub fn bind_of<'m>(model: &'m Config, grant: &Grant) -> Option<&'m Bind> {
    if grant.frontend.is_empty() {
        let mut all = model.global.runtime_addresses();
        let (_, socket, _) = all.find(|(index, ..)| *index == grant.index)?;
        return Some(&socket.bind);
    }
    let front = |p: &&Proxy| p.kind.is_frontend() && p.name.0 == grant.frontend;
    let proxy = model.proxies.iter().find(front)?;
    let mut all = proxy.listen_addresses();
    all.find(|(index, ..)| *index == grant.index)
        .map(|(_, bind, _)| bind)
}

/// The sockets of frontends that were not shut.
pub fn open(grants: &[Grant], shut: &[(String, bool)]) -> Vec<Grant> {
    let is_open = |g: &&Grant| !shut.iter().any(|(name, _)| *name == g.frontend);
    grants.iter().filter(is_open).cloned().collect()
}

/// The frontend's own.
pub fn of_frontend<'g>(
    grants: &'g [Grant],
    name: &str,
) -> impl Iterator<Item = &'g Arc<std::os::fd::OwnedFd>> {
    let name = name.to_owned();
    grants
        .iter()
        .filter(move |g| g.frontend == name)
        .map(|g| &g.fd)
}
