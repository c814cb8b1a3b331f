//! E01: the lists of virtual addresses, which travel in every advert.

use crate::finding::Findings;
use crate::node::Node;
use crate::pairing::addresses;
use config::keepalived::model::{Instance, Vip};

pub fn check(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    for (node, other) in [(0, 1), (1, 0)] {
        advertised(nodes, pair, node, other, found);
        excluded(nodes, pair, node, other, found);
    }
    for vip in &pair[0].vips {
        let same = |other: &&Vip| other.address.value == vip.address.value;
        let twin = pair[1].vips.iter().find(same);
        let Some(twin) = twin.filter(|twin| twin.prefix != vip.prefix) else {
            continue;
        };
        let message = format!(
            "{} has prefix length {} on one node and {} on the other",
            vip.address.value, vip.prefix, twin.prefix
        );
        found
            .warning("E01", message)
            .at(0, vip.address.span)
            .at(1, twin.address.span)
            .why("the routes of the two masters differ")
            .help("write the same prefix length on both nodes; none means /32 (or /128)");
    }
}

fn advertised(
    nodes: &[Node<'_>],
    pair: [&Instance; 2],
    node: usize,
    other: usize,
    found: &mut Findings,
) {
    let listed = |vip: &&Vip| !pair[other].vips.iter().any(|o| o.address == vip.address);
    for vip in pair[node].vips.iter().filter(listed) {
        let message = format!(
            "{} is a virtual address of '{}' in {} and not in {}",
            vip.address.value, pair[node].name, nodes[node].label, nodes[other].label
        );
        let hint = if addresses(pair[other]).contains(&vip.address.value) {
            "write it in virtual_ipaddress on both nodes, or in virtual_ipaddress_excluded on both"
        } else {
            "write the same virtual_ipaddress list on both nodes"
        };
        found
            .error("E01", message)
            .at(node, vip.address.span)
            .at(other, nodes[other].keyword(pair[other], "virtual_ipaddress"))
            .why("keepalived 2.2 drops adverts whose address list differs, so both become master (tandemd takes them and raises an alarm)")
            .help(hint);
    }
}

fn excluded(
    nodes: &[Node<'_>],
    pair: [&Instance; 2],
    node: usize,
    other: usize,
    found: &mut Findings,
) {
    let known = addresses(pair[other]);
    for vip in &pair[node].vips_excluded {
        if known.contains(&vip.address.value) {
            continue;
        }
        let message = format!(
            "{} moves with '{}' in {} and does not exist in {}",
            vip.address.value, pair[node].name, nodes[node].label, nodes[other].label
        );
        found
            .warning("E01", message)
            .at(node, vip.address.span)
            .at(other, pair[other].name.span)
            .why("the address is gone while the other node is master")
            .help("write the same virtual_ipaddress_excluded list on both nodes");
    }
}
