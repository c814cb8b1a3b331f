//! E01: what both nodes must have alike, or each drops the other's adverts.

use crate::finding::Findings;
use crate::node::Node;
use crate::pairing::Pairing;
use config::Span;
use config::keepalived::model::{AuthKind, Instance, Transport, Version};

const DUAL: &str =
    "each node drops the other's adverts, so both become master and hold the addresses";

/// Instances that only one of the files has.
pub fn lonely(nodes: &[Node<'_>], pairing: &Pairing, found: &mut Findings) {
    for (node, index) in &pairing.alone {
        let instance = &nodes[*node].config().instances[*index];
        let other = &nodes[1 - node].label;
        let message = format!("'{}' has no counterpart in {other}", instance.name);
        found
            .warning("E01", message)
            .at(*node, instance.name.span)
            .why("no other node takes its addresses over")
            .help(format!(
                "add an instance with virtual_router_id {} and the same addresses to {other}, if it is one of the pair",
                instance.vrid.0
            ));
    }
    let both = nodes.iter().enumerate().take(2);
    let (empty, filled): (Vec<_>, Vec<_>) =
        both.partition(|(_, n)| n.config().instances.is_empty());
    for (index, node) in &empty {
        found
            .error("E01", format!("{} has no vrrp_instance", node.label))
            .at(*index, Span::default())
            .why("there is nothing that the other node could take over")
            .help("give the keepalived.conf files of the two nodes of one pair");
    }
    if pairing.pairs.is_empty() && filled.len() == 2 {
        let labels = format!("{} and {}", nodes[0].label, nodes[1].label);
        let finding = found.error("E01", format!("{labels} share no VRRP group"));
        for (index, node) in &filled {
            finding.at(*index, node.config().instances[0].name.span);
        }
        finding
            .why("no instance of one has the router id, an address or the name of one of the other")
            .help("give the two files of one pair");
    }
}

pub fn check(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    router_id(pair, found);
    version(pair, found);
    interval(pair, found);
    authentication(nodes, pair, found);
    transport(nodes, pair, found);
    super::lists::check(nodes, pair, found);
    checksum(nodes, pair, found);
}

fn router_id([a, b]: [&Instance; 2], found: &mut Findings) {
    if a.vrid == b.vrid {
        return;
    }
    let message = format!(
        "'{}' has virtual_router_id {} on one node and {} on the other",
        a.name, a.vrid.0, b.vrid.0
    );
    found
        .error("E01", message)
        .at(0, a.vrid.span)
        .at(1, b.vrid.span)
        .why(DUAL)
        .help("write the same number on both nodes");
}

fn number(version: Version) -> u8 {
    match version {
        Version::V2 => 2,
        Version::V3 => 3,
    }
}

fn version([a, b]: [&Instance; 2], found: &mut Findings) {
    if a.version.value == b.version.value {
        return;
    }
    let message = format!(
        "'{}' speaks version {} on one node and {} on the other",
        a.name,
        number(a.version.value),
        number(b.version.value)
    );
    found
        .error("E01", message)
        .at(0, Node::place(a, a.version.span))
        .at(1, Node::place(b, b.version.span))
        .why(DUAL)
        .help("write the same 'version' (or vrrp_version in global_defs) on both nodes; 2 is the default");
}

fn interval([a, b]: [&Instance; 2], found: &mut Findings) {
    if a.advert_int.value == b.advert_int.value {
        return;
    }
    let seconds = |i: &Instance| i.advert_int.value.as_secs_f64();
    let message = format!(
        "'{}' has advert_int {} on one node and {} on the other",
        a.name,
        seconds(a),
        seconds(b)
    );
    let both_three = a.version.value == Version::V3 && b.version.value == Version::V3;
    let finding = if both_three {
        found.warning("E01", message)
    } else {
        found.error("E01", message)
    };
    finding
        .at(0, Node::place(a, a.advert_int.span))
        .at(1, Node::place(b, b.advert_int.span))
        .help("write the same advert_int on both nodes; 1 is the default")
        .why(if both_three {
            "a version 3 backup follows the master's interval, so the failover time changes with the master"
        } else {
            "version 2 drops adverts of another interval: both become master"
        });
}

fn authentication(nodes: &[Node<'_>], [a, b]: [&Instance; 2], found: &mut Findings) {
    if a.version.value == Version::V3 && b.version.value == Version::V3 {
        return;
    }
    let name = |kind: AuthKind| match kind {
        AuthKind::Pass => "PASS",
        AuthKind::Ah => "AH",
    };
    match (&a.auth, &b.auth) {
        (Some(x), Some(y)) if x.kind.value != y.kind.value => {
            let message = format!(
                "'{}' authenticates by {} on one node and by {} on the other",
                a.name,
                name(x.kind.value),
                name(y.kind.value)
            );
            let finding = found.error("E01", message);
            finding.at(0, x.kind.span).at(1, y.kind.span);
            finding
                .why(DUAL)
                .help("write the same auth_type on both nodes");
        }
        (Some(x), Some(y)) if x.password.value != y.password.value => {
            let message = format!("the passwords of '{}' differ", a.name);
            let finding = found.error("E01", message);
            finding.at(0, x.password.span).at(1, y.password.span);
            finding
                .why(DUAL)
                .help("write the same auth_pass on both nodes; mind comment characters and the first 8 bytes");
        }
        (Some(x), None) => one_sided(nodes, [a, b], 0, x.kind.span, found),
        (None, Some(y)) => one_sided(nodes, [a, b], 1, y.kind.span, found),
        _ => {}
    }
}

fn one_sided(
    nodes: &[Node<'_>],
    pair: [&Instance; 2],
    with: usize,
    span: Span,
    found: &mut Findings,
) {
    let other = 1 - with;
    let message = format!(
        "'{}' is authenticated in {} alone",
        pair[with].name, nodes[with].label
    );
    found
        .error("E01", message)
        .at(with, span)
        .at(other, pair[other].name.span)
        .why(DUAL)
        .help(format!(
            "write the same authentication block in {}, or remove it from both",
            nodes[other].label
        ));
}

fn transport(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    let [a, b] = pair;
    match (&a.transport, &b.transport) {
        (Transport::Multicast { group: x }, Transport::Multicast { group: y })
            if x.value != y.value =>
        {
            let message = format!(
                "'{}' is advertised to {} by one node and to {} by the other",
                a.name, x.value, y.value
            );
            found
                .error("E01", message)
                .at(0, Node::place(a, x.span))
                .at(1, Node::place(b, y.span))
                .why("neither node hears the other, so both become master")
                .help("write the same vrrp_mcast_group4/6 or mcast_dst_ip on both nodes");
        }
        (Transport::Multicast { .. }, Transport::Unicast { .. }) => mixed(nodes, pair, 1, found),
        (Transport::Unicast { .. }, Transport::Multicast { .. }) => mixed(nodes, pair, 0, found),
        _ => {}
    }
}

fn mixed(nodes: &[Node<'_>], pair: [&Instance; 2], unicast: usize, found: &mut Findings) {
    let other = 1 - unicast;
    let message = format!(
        "'{}' speaks to single peers in {} and to a multicast group in {}",
        pair[0].name, nodes[unicast].label, nodes[other].label
    );
    found
        .error("E01", message)
        .at(
            unicast,
            nodes[unicast].keyword(pair[unicast], "unicast_peer"),
        )
        .at(other, pair[other].name.span)
        .why(DUAL)
        .help("write unicast_peer with the other node's address on both nodes, or on none");
}

fn checksum(nodes: &[Node<'_>], [a, b]: [&Instance; 2], found: &mut Findings) {
    let three = a.version.value == Version::V3 && !a.is_ipv6();
    if a.v3_checksum_as_v2 == b.v3_checksum_as_v2 || !three {
        return;
    }
    let message = format!("the adverts of '{}' have different checksums", a.name);
    found
        .error("E01", message)
        .at(0, nodes[0].keyword(a, "v3_checksum_as_v2"))
        .at(1, nodes[1].keyword(b, "v3_checksum_as_v2"))
        .why("keepalived drops the other form: both become master")
        .help("write v3_checksum_as_v2 on both nodes or on none");
}
