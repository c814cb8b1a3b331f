//! E15: sync groups whose members pull to different nodes.

use crate::election::{Contender, priority_when_well};
use crate::finding::Findings;
use crate::node::Node;
use crate::pairing::Pairing;
use config::Span;
use config::keepalived::model::{Instance, SyncGroup};

pub fn single(index: usize, node: &Node<'_>, found: &mut Findings) {
    for instance in &node.config().instances {
        let Some(group) = node.group(instance) else {
            continue;
        };
        for check in Contender::new(node, instance).dropped {
            let message = format!(
                "weight {} of {} does nothing: '{}' is in the sync group '{}'",
                check.weight, check.name, instance.name, group.name
            );
            found
                .error("E15", message)
                .at(index, check.span)
                .at(index, group.name.span)
                .why("keepalived leaves weighted checks of members out, as they would pull the group apart: the check never moves anything")
                .help("write weight 0, so that a failure is a FAULT of the whole group, or add 'sync_group_tracking_weight' to the group");
        }
    }
}

struct Member<'n> {
    instance: &'n Instance,
    partner: &'n Instance,
    /// 0 or 1; none when equal.
    preferred: Option<usize>,
}

pub fn both(nodes: &[Node<'_>], pairing: &Pairing, found: &mut Findings) {
    for group in &nodes[0].config().sync_groups {
        let members = members(nodes, pairing, group);
        crossed(group, &members, found);
        other_group(nodes, group, &members, found);
    }
    let Some(second) = nodes.get(1) else { return };
    for group in &second.config().sync_groups {
        let known = |member: &config::Spanned<_>| {
            let partner = pairing.partner_of(nodes, 1, &member.value);
            partner.is_some_and(|p| nodes[0].group(p).is_some())
        };
        let synced = group.members.iter().any(known);
        let paired = group
            .members
            .iter()
            .find_map(|m| pairing.partner_of(nodes, 1, &m.value));
        if let (false, Some(partner)) = (synced, paired) {
            lonely(
                nodes,
                (1, group.name.span, &group.name.0),
                (0, partner),
                found,
            );
        }
    }
}

fn members<'n>(nodes: &'n [Node<'_>], pairing: &Pairing, group: &SyncGroup) -> Vec<Member<'n>> {
    let all = group.members.iter().filter_map(|name| {
        let instance = nodes[0].config().instance(&name.value)?;
        let partner = pairing.partner_of(nodes, 0, &name.value)?;
        let (a, b) = (
            priority_when_well(&nodes[0], instance),
            priority_when_well(&nodes[1], partner),
        );
        Some(Member {
            instance,
            partner,
            preferred: (a != b).then_some(usize::from(b > a)),
        })
    });
    all.collect()
}

fn crossed(group: &SyncGroup, members: &[Member<'_>], found: &mut Findings) {
    let mut sides = members.iter().filter(|m| m.preferred.is_some());
    let Some(first) = sides.next() else { return };
    let Some(second) = sides.find(|m| m.preferred != first.preferred) else {
        return;
    };
    let message = format!(
        "the members '{}' and '{}' of the sync group '{}' prefer different nodes",
        first.instance.name, second.instance.name, group.name
    );
    let priority = |i: &Instance| Node::place(i, i.priority.span);
    found
        .error("E15", message)
        .at(0, priority(first.instance))
        .at(1, priority(first.partner))
        .at(0, priority(second.instance))
        .at(1, priority(second.partner))
        .why("a group is master only where every member wants to be: each node pulls it to itself, and it is master nowhere for long")
        .help("give all members of a node the same priority");
}

/// The counterparts must be in one group as well.
fn other_group(
    nodes: &[Node<'_>],
    group: &SyncGroup,
    members: &[Member<'_>],
    found: &mut Findings,
) {
    let group_of = |m: &Member<'_>| nodes[1].group(m.partner).map(|g| g.name.span);
    let first: Option<Option<Span>> = members.first().map(group_of);
    let Some(first) = first else { return };
    for member in members {
        if group_of(member).is_none() {
            lonely(
                nodes,
                (0, group.name.span, &group.name.0),
                (1, member.partner),
                found,
            );
            return;
        }
        if group_of(member) != first {
            let message = format!(
                "the members of '{}' are in two sync groups in {}",
                group.name, nodes[1].label
            );
            found
                .error("E15", message)
                .at(0, group.name.span)
                .at(1, member.partner.name.span)
                .why("they move together on one node and apart on the other")
                .help("write the same groups on both nodes");
            return;
        }
    }
}

fn lonely(
    nodes: &[Node<'_>],
    (node, span, group): (usize, Span, &str),
    (other, instance): (usize, &Instance),
    found: &mut Findings,
) {
    let message = format!(
        "'{}' moves with the sync group '{group}' in {} and on its own in {}",
        instance.name, nodes[node].label, nodes[other].label
    );
    found
        .error("E15", message)
        .at(node, span)
        .at(other, instance.name.span)
        .why("the other node may become master of a part of the group alone")
        .help("write the same vrrp_sync_group on both nodes");
}
