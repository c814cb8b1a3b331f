//! E02: one router id for two groups on a segment.

use crate::finding::Findings;
use crate::node::Node;
use crate::pairing::Pairing;
use config::keepalived::model::{Instance, Transport};

/// Within one file the parser finds it; here: between the nodes, and with further routers.
pub fn check(nodes: &[Node<'_>], pairing: &Pairing, found: &mut Findings) {
    for (a, one) in instances(nodes, 0) {
        for (b, other) in instances(nodes, 1) {
            if pairing.partner(0, a) != Some(b) && collide(one, other) {
                collision([(0, one), (1, other)], found);
            }
        }
    }
    for third in 2..nodes.len() {
        for (_, other) in instances(nodes, third) {
            let first = instances(nodes, 0).chain(instances(nodes, 1));
            let hit = first
                .map(|(_, i)| i)
                .find(|one| collide(one, other) && !is_third_node(one, other));
            let Some(one) = hit else { continue };
            let of = usize::from(
                !nodes[0]
                    .config()
                    .instances
                    .iter()
                    .any(|i| std::ptr::eq(i, one)),
            );
            collision([(of, one), (third, other)], found);
        }
    }
}

fn instances<'n>(
    nodes: &'n [Node<'_>],
    node: usize,
) -> impl Iterator<Item = (usize, &'n Instance)> {
    let all = nodes.get(node).map_or(&[][..], |n| &n.config().instances);
    all.iter().enumerate()
}

/// Unicast adverts reach their peers alone; multicast ones all of the segment. Interface names are
/// the same on hosts of one kind.
fn collide(one: &Instance, other: &Instance) -> bool {
    let channel = match (&one.transport, &other.transport) {
        (Transport::Multicast { group: x }, Transport::Multicast { group: y }) => {
            x.value == y.value
        }
        _ => false,
    };
    let same = one.vrid == other.vrid && one.is_ipv6() == other.is_ipv6();
    channel && same && one.interface == other.interface
}

/// A further router of the same group is no collision.
fn is_third_node(one: &Instance, other: &Instance) -> bool {
    !crate::pairing::addresses(one).is_disjoint(&crate::pairing::addresses(other))
}

fn collision([(a, one), (b, other)]: [(usize, &Instance); 2], found: &mut Findings) {
    let message = format!(
        "virtual_router_id {} of '{}' is that of another group, '{}', on {}",
        one.vrid.0, one.name, other.name, one.interface.value
    );
    found
        .error("E02", message)
        .at(a, one.vrid.span)
        .at(b, other.vrid.span)
        .why("each group takes the other's adverts for its own: one of them has no master, or both flap")
        .help("give each group of a segment its own id from 1 to 255, or another multicast group");
}
