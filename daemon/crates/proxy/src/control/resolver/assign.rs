//! From what is known of names to addresses of servers.

use super::live::Live;
use super::named::{Move, Named, What};
use crate::names::choice::{self, Wish};
use crate::names::{Failure, Kind, Knowledge};
use std::net::IpAddr;

/// haproxy's words for the reasons.
fn reason(failure: Failure) -> &'static str {
    match failure {
        Failure::Nx => "DNS NX status",
        Failure::Refused => "DNS refused status",
        Failure::Timeout => "DNS timeout status",
        Failure::Other => "unspecified DNS error",
    }
}

/// The resolution's round is over: gives addresses to those who wait for this name.
pub fn addresses(live: &mut Live, section: usize, resolution: usize, all: &[Named]) -> Vec<Move> {
    let mut moves = Vec::new();
    let Some(known) = live.section.get(resolution) else {
        return moves;
    };
    let (knowledge, found) = (known.knowledge, known.addresses());
    let asks = |n: &Named| n.section == Some(section) && n.asks == Some(resolution);
    for at in 0..all.len() {
        let one = &all[at];
        if !asks(one) {
            continue;
        }
        let moved = match knowledge {
            Knowledge::Asking => None,
            Knowledge::Lost(failure) => one.lose(reason(failure)),
            Knowledge::Good => match choose(one, &found, &others(all, at)) {
                Some(ip) if moves.is_empty() => one.settle(ip, &live.teller(resolution)),
                Some(ip) => one.settle(ip, "DNS cache"),
                None => one.lose("No IP for server "),
            },
        };
        moves.extend(moved);
    }
    let told = |m: &Move| matches!(m.what, What::Address { .. });
    if moves.iter().any(told) {
        live.section.updated(resolution);
    }
    moves
}

/// Addresses of the other servers of the backend that have the same name. Slots of a service may
/// share a host: their ports differ.
fn others(all: &[Named], at: usize) -> Vec<IpAddr> {
    let one = &all[at];
    let shares = |(other, n): &(usize, &Named)| {
        *other != at && n.backend == one.backend && n.name == one.name && n.asks == one.asks
    };
    if one.service.is_some() {
        return Vec::new();
    }
    let rest = all.iter().enumerate().filter(shares);
    rest.filter_map(|(_, n)| n.address()).collect()
}

fn choose(one: &Named, found: &[IpAddr], taken: &[IpAddr]) -> Option<IpAddr> {
    let wish = Wish {
        prefers_ipv4: one.wish.prefers_ipv4,
        near: &|ip| one.wish.networks.iter().any(|net| net.contains(ip)),
        allow_duplicates: one.wish.allow_dup_ip,
    };
    choice::address(found, one.address(), taken, wish)
}

/// The service's round is over: its entries get slots, and the slots their hosts.
pub fn services(
    live: &mut Live,
    section: usize,
    resolution: usize,
    all: &mut [Named],
    now: u64,
) -> Vec<Move> {
    let Some(known) = live.section.get(resolution) else {
        return Vec::new();
    };
    if known.knowledge == Knowledge::Asking {
        return Vec::new();
    }
    let (service, found) = (known.question.name.clone(), known.services());
    let mut backends: Vec<usize> = Vec::new();
    let slot = |n: &Named| n.section == Some(section) && n.service.as_deref() == Some(&service);
    for n in all.iter().filter(|n| slot(n)) {
        if backends.last() != Some(&n.backend) {
            backends.push(n.backend);
        }
    }
    let mut moves = Vec::new();
    for backend in backends {
        let mut members: Vec<&mut Named> = all
            .iter_mut()
            .filter(|n| n.backend == backend && slot(n))
            .collect();
        let mut slots: Vec<_> = members.iter().map(|n| n.entry.clone()).collect();
        choice::slots(&found, &mut slots);
        for (n, entry) in members.iter_mut().zip(slots) {
            moves.extend(fill(live, n, entry, now));
        }
    }
    moves
}

/// Gives the slot its entry; what changed.
fn fill(
    live: &mut Live,
    n: &mut Named,
    entry: Option<crate::names::Service>,
    now: u64,
) -> Vec<Move> {
    let mut moves = Vec::new();
    let Some(entry) = entry else {
        (n.entry, n.name, n.asks) = (None, None, None);
        moves.extend(n.lose("entry removed from SRV record"));
        return moves;
    };
    if n.name.as_ref() != Some(&entry.target) {
        // Another host: the address of the one before is not this one's.
        if n.name.replace(entry.target.clone()).is_some() {
            moves.extend(n.lose("entry removed from SRV record"));
        }
        moves.push(n.moved(What::Host(entry.target.clone())));
    }
    let weight = choice::weight(entry.weight);
    if !n.wish.ignore_weight && n.shared.weight() != weight {
        moves.push(n.moved(What::Weight(weight)));
    }
    let told = entry.address;
    n.entry = Some(entry);
    let name = n.name.clone().unwrap_or_default();
    if let Some(ip) = told {
        n.asks = None;
        moves.extend(n.settle(ip, "DNS additional record"));
    } else {
        n.asks = Some(live.section.want(&name, n.kind(), now));
        moves.extend(at_once(live, n));
    }
    moves
}

/// The name may be known already.
pub fn at_once(live: &Live, n: &Named) -> Option<Move> {
    let known = live.section.get(n.asks?)?;
    if known.knowledge != Knowledge::Good {
        // A new port of a host that is where it was.
        return n.settle(n.address()?, "DNS cache");
    }
    let found = known.addresses();
    n.settle(choose(n, &found, &[])?, "DNS cache")
}

/// Whether it is a service that was asked for.
pub fn is_service(live: &Live, resolution: usize) -> bool {
    live.section
        .get(resolution)
        .is_some_and(|known| known.question.kind == Kind::Srv)
}
