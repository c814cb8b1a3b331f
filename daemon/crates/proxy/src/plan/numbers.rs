//! Numbers of sections, of the addresses that a section listens at, and of its servers, as HAProxy
//! gives them.

use config::haproxy::model::{Config, Proxy};
use std::collections::HashSet;

/// Of each section. The runtime sockets are a section of their own that comes first.
pub fn of_sections(model: &Config) -> impl Iterator<Item = u32> {
    let runtime = !model.global.stats_sockets.is_empty();
    let ids = model.proxies.iter().map(|proxy| &proxy.id);
    numbered(ids, 1 + u32::from(runtime))
}

/// Of each address.
pub fn of_listeners(proxy: &Proxy) -> impl Iterator<Item = u32> {
    let binds = proxy.listen_addresses();
    numbered(binds.map(|(_, bind, _)| &bind.id), 1)
}

/// Of each server.
pub fn of_servers(proxy: &Proxy) -> impl Iterator<Item = u32> {
    numbered(proxy.servers.iter().map(|server| &server.id), 1)
}

/// Its `id`, or its place from `first` on, passing over numbers that are given to others.
fn numbered<'m>(
    ids: impl Iterator<Item = &'m Option<config::Spanned<u32>>>,
    first: u32,
) -> impl Iterator<Item = u32> {
    let given = ids.map(|id| id.as_ref().map(|id| id.value));
    let given: Vec<Option<u32>> = given.collect();
    let used: HashSet<u32> = given.iter().copied().flatten().collect();
    let mut next = first;
    given.into_iter().map(move |own| {
        while own.is_none() && used.contains(&next) {
            next += 1;
        }
        let number = own.unwrap_or(next);
        next += 1;
        number
    })
}
