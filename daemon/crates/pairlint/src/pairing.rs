//! Which instance of one file is which of the other: by addresses, router id, name, interface.

use crate::node::Node;
use config::keepalived::model::{Instance, InstanceName};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Indices of instances of both files that are one group, and those without a counterpart.
#[derive(Debug, Default)]
pub struct Pairing {
    pub pairs: Vec<(usize, usize)>,
    /// (node, instance)
    pub alone: Vec<(usize, usize)>,
}

impl Pairing {
    /// The counterpart of an instance of the first node.
    pub fn partner(&self, node: usize, instance: usize) -> Option<usize> {
        self.pairs.iter().find_map(|(a, b)| match node {
            0 if *a == instance => Some(*b),
            1 if *b == instance => Some(*a),
            _ => None,
        })
    }

    /// The two instances of each pair.
    pub fn instances<'n>(&self, nodes: &'n [Node<'_>]) -> impl Iterator<Item = [&'n Instance; 2]> {
        let of = |node: usize| &nodes[node].config().instances;
        self.pairs
            .iter()
            .map(move |(a, b)| [&of(0)[*a], &of(1)[*b]])
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The same by name, on the other node.
    pub fn partner_of<'n>(
        &self,
        nodes: &'n [Node<'_>],
        node: usize,
        name: &InstanceName,
    ) -> Option<&'n Instance> {
        let at = |i: &Instance| i.name.value == *name;
        let index = nodes[node].config().instances.iter().position(at)?;
        let partner = self.partner(node, index)?;
        nodes[1 - node].config().instances.get(partner)
    }
}

/// The best match first, until nothing that speaks for a match is left.
pub fn pairs(nodes: &[Node<'_>]) -> Pairing {
    let of = |node: usize| nodes.get(node).map_or(&[][..], |n| &n.config().instances);
    let (left, right) = (of(0), of(1));
    let mut scored = Vec::new();
    for (a, one) in left.iter().enumerate() {
        for (b, other) in right.iter().enumerate() {
            let score = likeness(one, other);
            if score > 1 {
                scored.push((std::cmp::Reverse(score), a, b));
            }
        }
    }
    scored.sort_unstable();
    let (mut used_a, mut used_b) = (BTreeSet::new(), BTreeSet::new());
    let mut pairing = Pairing::default();
    for (_, a, b) in scored {
        if !used_a.contains(&a) && !used_b.contains(&b) {
            used_a.insert(a);
            used_b.insert(b);
            pairing.pairs.push((a, b));
        }
    }
    pairing.pairs.sort_unstable();
    let lone_a = (0..left.len()).filter(|a| !used_a.contains(a));
    let lone_b = (0..right.len()).filter(|b| !used_b.contains(b));
    pairing.alone = lone_a
        .map(|a| (0, a))
        .chain(lone_b.map(|b| (1, b)))
        .collect();
    pairing
}

/// Two instances of different families cannot be one group.
fn likeness(one: &Instance, other: &Instance) -> u32 {
    if one.is_ipv6() != other.is_ipv6() {
        return 0;
    }
    let shared = addresses(one).intersection(&addresses(other)).count();
    u32::from(shared > 0) * 6
        + u32::from(one.vrid == other.vrid) * 3
        + u32::from(one.name == other.name) * 2
        + u32::from(one.interface == other.interface)
}

pub fn addresses(instance: &Instance) -> BTreeSet<IpAddr> {
    let all = instance.vips.iter().chain(&instance.vips_excluded);
    all.map(|vip| vip.address.value).collect()
}
