//! E07: where virtual addresses lie, and that no address is used for two things.

use crate::facts::same_network;
use crate::finding::Findings;
use crate::node::Node;
use crate::pairing::Pairing;
use config::keepalived::model::{Instance, Transport, Vip};
use std::net::IpAddr;

pub fn single(index: usize, node: &Node<'_>, found: &mut Findings) {
    for instance in &node.config().instances {
        for vip in instance.vips.iter().chain(&instance.vips_excluded) {
            edge(index, vip, found);
            subnet(index, node, instance, vip, found);
        }
    }
}

/// First and last address of a network are no hosts.
fn edge(index: usize, vip: &Vip, found: &mut Findings) {
    let IpAddr::V4(ip) = vip.address.value else {
        return;
    };
    if vip.prefix > 30 {
        return;
    }
    let hosts = u32::MAX.checked_shr(u32::from(vip.prefix)).unwrap_or(0);
    let host = ip.to_bits() & hosts;
    if host != 0 && host != hosts {
        return;
    }
    let which = if host == 0 { "network" } else { "broadcast" };
    found
        .error(
            "E07",
            format!("{ip}/{} is the {which} address of its network", vip.prefix),
        )
        .at(index, vip.address.span)
        .why("no host answers for it")
        .help("write a host address, or /32");
}

fn subnet(index: usize, node: &Node<'_>, instance: &Instance, vip: &Vip, found: &mut Findings) {
    let ip = vip.address.value;
    if let IpAddr::V6(v6) = ip
        && v6.is_unicast_link_local()
    {
        return;
    }
    let interface = vip.interface.as_ref().unwrap_or(&instance.interface);
    if let Some(all) = &node.facts.addresses {
        if node.facts.first_address(&interface.value, ip.is_ipv6()) == Some(ip) {
            // The host's own: another finding, or an owner.
            return;
        }
        // The address itself is there while the node is master: it proves nothing.
        let own: Vec<_> = all
            .iter()
            .filter(|a| {
                a.interface == interface.value && a.ip != ip && a.ip.is_ipv6() == ip.is_ipv6()
            })
            .collect();
        if own.iter().any(|a| same_network(a.ip, ip, a.prefix)) {
            return;
        }
        let has: Vec<String> = own
            .iter()
            .map(|a| format!("{}/{}", a.ip, a.prefix))
            .collect();
        let has = if has.is_empty() {
            "no address".to_owned()
        } else {
            has.join(", ")
        };
        found
            .error("E07", format!("{ip} is in no network of {} on {}", node.label, interface.value))
            .at(index, vip.address.span)
            .why(format!("it has {has} there, so neighbours do not look for the address on this segment"))
            .help("write an address of a connected network, or give the interface an address of this one");
        return;
    }
    let Some(source) = instance.source.map(|source| source.value) else {
        return;
    };
    let full = if ip.is_ipv6() { 128 } else { 32 };
    if source.is_ipv6() == ip.is_ipv6()
        && vip.prefix < full
        && !same_network(source, ip, vip.prefix)
    {
        found
            .warning("E07", format!("{ip}/{} is not in the network of {source}", vip.prefix))
            .at(index, vip.address.span)
            .why("the node's own address lies elsewhere; neighbours may not look for the address on this segment")
            .help("write an address of a connected network; give --addresses to have it looked up");
    }
}

pub fn both(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    for node in [0, 1] {
        let other = 1 - node;
        let owner = |n: usize| pair[n].is_owner();
        let taken = [
            (nodes[node].source(pair[node]), node),
            (nodes[other].source(pair[other]), other),
        ];
        for vip in pair[node].vips.iter().chain(&pair[node].vips_excluded) {
            let hit = taken
                .iter()
                .find(|(source, n)| *source == Some(vip.address.value) && !owner(*n));
            let of_peer = is_peer(pair[other], vip.address.value);
            if hit.is_none() && !of_peer {
                continue;
            }
            let whose = hit.map_or(node, |(_, n)| *n);
            let message = format!(
                "virtual address {} is the own address of {}",
                vip.address.value, nodes[whose].label
            );
            found
                .error("E07", message)
                .at(node, vip.address.span)
                .why("it would be on two hosts as soon as the other one is master")
                .help("write an address that no host has");
        }
    }
}

/// The other node sends its adverts there, so it is a host's own address.
fn is_peer(instance: &Instance, ip: IpAddr) -> bool {
    // The parser tells when peer and virtual address stand in one file.
    let own = instance.vips.iter().any(|vip| vip.address.value == ip);
    match &instance.transport {
        Transport::Unicast { peers, .. } => !own && peers.iter().any(|p| p.address.value == ip),
        Transport::Multicast { .. } => false,
    }
}

/// One address in two groups that are not counterparts.
pub fn foreign(nodes: &[Node<'_>], pairing: &Pairing, found: &mut Findings) {
    let of = |node: usize| nodes.get(node).map_or(&[][..], |n| &n.config().instances);
    for (a, one) in of(0).iter().enumerate() {
        for (b, other) in of(1).iter().enumerate() {
            if pairing.partner(0, a) == Some(b) {
                continue;
            }
            for vip in one.vips.iter().chain(&one.vips_excluded) {
                let twin = other.vips.iter().chain(&other.vips_excluded);
                let Some(twin) = twin.into_iter().find(|t| t.address == vip.address) else {
                    continue;
                };
                let message = format!(
                    "{} is in group '{}' here and in group '{}' there",
                    vip.address.value, one.name, other.name
                );
                found
                    .error("E07", message)
                    .at(0, vip.address.span)
                    .at(1, twin.address.span)
                    .why("two groups elect their masters apart, so both nodes may hold the address")
                    .help("give the address to one group");
            }
        }
    }
}
