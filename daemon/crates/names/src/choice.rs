//! Which address of a name a server gets, and which entry of a service which slot.

use super::reply::Service;
use std::net::IpAddr;

/// What a server wants of its address.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    pub prefers_ipv4: bool,
    /// Lies in one of the networks that are to be taken first.
    pub near: &'a dyn Fn(IpAddr) -> bool,
    /// Other servers of the name may have the same one.
    pub allow_duplicates: bool,
}

/// The best address: the present one when none is better. `taken`: those of the other servers that
/// share the name.
pub fn address(
    found: &[IpAddr],
    present: Option<IpAddr>,
    taken: &[IpAddr],
    wish: Wish<'_>,
) -> Option<IpAddr> {
    let score = |ip: &IpAddr| {
        (
            (wish.near)(*ip),
            ip.is_ipv4() == wish.prefers_ipv4,
            // Where it may be shared, one that nobody has is still the better one.
            !taken.contains(ip),
            Some(*ip) == present,
        )
    };
    let free = |ip: &&IpAddr| wish.allow_duplicates || !taken.contains(*ip);
    let mut best: Option<&IpAddr> = None;
    for ip in found.iter().filter(free) {
        if best.is_none_or(|known| score(ip) > score(known)) {
            best = Some(ip);
        }
    }
    best.copied()
}

/// Gives each entry a slot and takes slots from entries that are gone: an entry that has one keeps
/// it, a new one gets the first that is free. Entries are the same when host and port are.
pub fn slots(found: &[Service], slots: &mut [Option<Service>]) {
    let same = |a: &Service, b: &Service| (&a.target, a.port) == (&b.target, b.port);
    for slot in slots.iter_mut() {
        let still = slot
            .as_ref()
            .and_then(|s| found.iter().find(|f| same(f, s)));
        *slot = still.cloned();
    }
    for new in found {
        if slots.iter().flatten().any(|known| same(known, new)) {
            continue;
        }
        if let Some(free) = slots.iter_mut().find(|slot| slot.is_none()) {
            *free = Some(new.clone());
        }
    }
}

/// A server's weight, 0 to 256, from an entry's, 0 to 65535: what is not 0 never becomes 0.
pub fn weight(of_entry: u16) -> u32 {
    u32::from(of_entry).div_ceil(256)
}
