//! E05: who is master after a common start. E13: priority 255.

use crate::election::{Contender, priority_when_well};
use crate::finding::Findings;
use crate::node::Node;
use config::Span;
use config::keepalived::model::{InitialState, Instance};

pub fn check(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    states(nodes, pair, found);
    owners(nodes, pair, found);
}

fn priority_span(instance: &Instance) -> Span {
    Node::place(instance, instance.priority.span)
}

fn states(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    let [a, b] = pair;
    let well = [0, 1].map(|n| priority_when_well(&nodes[n], pair[n]));
    if well[0] == well[1] && well[0].is_some_and(|priority| priority < 255) {
        let message = format!(
            "both nodes have priority {} in '{}'",
            well[0].unwrap_or_default(),
            a.name
        );
        found
            .warning("E05", message)
            .at(0, priority_span(a))
            .at(1, priority_span(b))
            .why("the order of start decides who is master, and an equal priority never preempts")
            .help("give the node that is to be master the higher one, e.g. 254 and 253");
    }
    let masters = [0, 1].map(|n| pair[n].state.value == InitialState::Master);
    if masters == [true, true] {
        found
            .warning(
                "E05",
                format!("'{}' starts as MASTER on both nodes", a.name),
            )
            .at(0, Node::place(a, a.state.span))
            .at(1, Node::place(b, b.state.span))
            .why("state says nothing about who wins; it clears nopreempt and preempt_delay on both")
            .help("write 'state BACKUP' on both nodes and let the priority decide");
    }
    for node in [0, 1] {
        let other = 1 - node;
        if masters[node] && !masters[other] && well[node] < well[other] {
            let message = format!(
                "'{}' starts as MASTER in {}, but {} has the higher priority",
                pair[node].name, nodes[node].label, nodes[other].label
            );
            found
                .warning("E05", message)
                .at(node, Node::place(pair[node], pair[node].state.span))
                .at(other, priority_span(pair[other]))
                .why("the priority decides: the other node is master as soon as both are up")
                .help("give this node the higher priority, or write 'state BACKUP' here");
        }
    }
}

fn owners(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    if pair[0].is_owner() && pair[1].is_owner() {
        found
            .error("E13", format!("both nodes have priority 255 in '{}'", pair[0].name))
            .at(0, priority_span(pair[0]))
            .at(1, priority_span(pair[1]))
            .why("255 means that the host owns the addresses, which only one can: both become master at once")
            .help("write e.g. 254 and 253");
    }
    for node in [0, 1] {
        let instance = pair[node];
        if !instance.is_owner() {
            continue;
        }
        if !owns(&nodes[node], instance) {
            let implied = instance.priority.span == instance.name.span;
            let how = if implied {
                " ('state MASTER' without a priority)"
            } else {
                ""
            };
            let message = format!(
                "'{}' has priority 255{how} without owning its addresses",
                instance.name
            );
            found
                .warning("E13", message)
                .at(node, priority_span(instance))
                .why("an owner becomes master at once, ignores nopreempt and every weight; it may only be the host whose own address this is")
                .help("write 254 or less");
        }
        let contender = Contender::new(&nodes[node], instance);
        for check in contender.checks.iter().filter(|check| check.is_weighted()) {
            let message = format!(
                "weight {} of {} does nothing at priority 255",
                check.weight, check.name
            );
            found
                .error("E13", message)
                .at(node, check.span)
                .at(node, priority_span(instance))
                .why("an owner's priority never changes")
                .help("write a priority of 254 or less, or weight 0, so that a failure is a FAULT");
        }
    }
}

/// The host's own address is among the virtual ones.
fn owns(node: &Node<'_>, instance: &Instance) -> bool {
    let own = node.source(instance);
    let fixed = &node.config().static_addresses;
    instance
        .vips
        .iter()
        .any(|vip| own == Some(vip.address.value) || fixed.iter().any(|f| f.address == vip.address))
}
