//! Numbers of sections, as HAProxy gives them.

use config::haproxy::model::Config;
use std::collections::HashSet;

/// Of each section: its `id`, or its place from 1 on, passing over numbers that are given to others.
/// The runtime sockets are a section of their own that comes first.
pub fn numbers(model: &Config) -> impl Iterator<Item = u32> {
    let given = |id: &Option<config::Spanned<u32>>| id.as_ref().map(|id| id.value);
    let used: HashSet<u32> = model.proxies.iter().filter_map(|p| given(&p.id)).collect();
    let mut next = if model.global.stats_sockets.is_empty() {
        1
    } else {
        2
    };
    model.proxies.iter().map(move |proxy| {
        let own = given(&proxy.id);
        while own.is_none() && used.contains(&next) {
            next += 1;
        }
        let number = own.unwrap_or(next);
        next += 1;
        number
    })
}
