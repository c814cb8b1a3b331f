//! E08: unicast peers that do not name each other.

use crate::finding::Findings;
use crate::node::Node;
use config::Span;
use config::keepalived::model::{Instance, Transport, UnicastPeer};
use std::net::IpAddr;

pub fn check(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    let (Some(a), Some(b)) = (peers(pair[0]), peers(pair[1])) else {
        return;
    };
    let lists = [a, b];
    copied(nodes, pair, lists, found);
    for node in [0, 1] {
        let other = 1 - node;
        own_address(node, &nodes[node], pair[node], lists[node], found);
        excluded(node, pair[node], lists[node], found);
        let Some(source) = nodes[other].source(pair[other]) else {
            continue;
        };
        if lists[node].is_empty() || lists[node].iter().any(|p| p.address.value == source) {
            continue;
        }
        let message = format!(
            "{} does not send to {source}, the address of {} in '{}'",
            nodes[node].label, nodes[other].label, pair[node].name
        );
        let span = pair[other].source.map(|source| source.span);
        found
            .error("E08", message)
            .at(node, list_span(lists[node], pair[node]))
            .at(other, span.unwrap_or(pair[other].name.span))
            .why("the other node never hears this one, and takes its adverts for a stranger's: both become master")
            .help(format!("write {source} into unicast_peer of {}", nodes[node].label));
    }
}

fn peers(instance: &Instance) -> Option<&[UnicastPeer]> {
    match &instance.transport {
        Transport::Unicast { peers, .. } => Some(peers),
        Transport::Multicast { .. } => None,
    }
}

fn list_span(peers: &[UnicastPeer], instance: &Instance) -> Span {
    peers.first().map_or(instance.name.span, |p| p.address.span)
}

fn addresses(peers: &[UnicastPeer]) -> Vec<IpAddr> {
    let mut all: Vec<IpAddr> = peers.iter().map(|p| p.address.value).collect();
    all.sort();
    all.dedup();
    all
}

/// A file that was copied: both nodes send to one and the same address.
fn copied(
    nodes: &[Node<'_>],
    pair: [&Instance; 2],
    lists: [&[UnicastPeer]; 2],
    found: &mut Findings,
) {
    let known = [0, 1].iter().any(|n| nodes[*n].source(pair[*n]).is_some());
    let (a, b) = (addresses(lists[0]), addresses(lists[1]));
    if known || a != b || a.len() != 1 {
        return;
    }
    found
        .error(
            "E08",
            format!("both nodes send '{}' to {}", pair[0].name, a[0]),
        )
        .at(0, list_span(lists[0], pair[0]))
        .at(1, list_span(lists[1], pair[1]))
        .why("one of them sends to itself, so the other never hears it")
        .help("write on each node the other one's address");
}

fn own_address(
    index: usize,
    node: &Node<'_>,
    instance: &Instance,
    peers: &[UnicastPeer],
    found: &mut Findings,
) {
    let known = node.facts.addresses.as_deref().unwrap_or_default();
    for peer in peers {
        let ip = peer.address.value;
        let is_source = instance.source.is_some_and(|source| source.value == ip);
        let vip = |ip: IpAddr| {
            let mut all = instance.vips.iter().chain(&instance.vips_excluded);
            all.any(|vip| vip.address.value == ip)
        };
        // The parser tells what the file itself shows.
        if is_source || vip(ip) || !known.iter().any(|a| a.ip == ip) {
            continue;
        }
        found
            .error("E08", format!("the peer {ip} is {} itself", node.label))
            .at(index, peer.address.span)
            .why("it sends its adverts to itself, and the other node hears nothing")
            .help("write the other node's address");
    }
}

fn excluded(index: usize, instance: &Instance, peers: &[UnicastPeer], found: &mut Findings) {
    for peer in peers {
        let mut excluded = instance.vips_excluded.iter();
        if !excluded.any(|vip| vip.address.value == peer.address.value) {
            continue;
        }
        let message = format!(
            "the peer {} is a virtual address, which moves between the nodes",
            peer.address.value
        );
        found
            .error("E08", message)
            .at(index, peer.address.span)
            .why("its holder sends adverts to itself")
            .help("write the other node's own address");
    }
}
