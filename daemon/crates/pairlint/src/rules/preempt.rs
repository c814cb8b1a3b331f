//! E04: `nopreempt` and `preempt_delay` that do nothing, or too much.

use crate::election::{Contender, next_master, reach};
use crate::finding::Findings;
use crate::node::Node;
use crate::predict::preferred;
use config::keepalived::model::Instance;

pub fn check(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    let master = preferred(nodes, pair);
    let backup = 1 - master;
    if pair[backup].nopreempt {
        blocked(nodes, pair, master, found);
    }
    if pair[backup].nopreempt && !pair[master].nopreempt && !equal(nodes, pair) {
        let message = format!(
            "nopreempt stands only on {}, which has the lower priority of '{}'",
            nodes[backup].label, pair[backup].name
        );
        found
            .warning("E04", message)
            .at(backup, nodes[backup].keyword(pair[backup], "nopreempt"))
            .at(master, Node::place(pair[master], pair[master].priority.span))
            .why(format!(
                "it is {} that must not take the addresses back when it returns, and there nothing forbids it",
                nodes[master].label
            ))
            .help(format!("write nopreempt (and state BACKUP) in {}, or remove it here", nodes[master].label));
    }
    let delay = &pair[backup].preempt_delay;
    if !delay.value.is_zero() && !equal(nodes, pair) && pair[master].preempt_delay.value.is_zero() {
        let message = format!(
            "preempt_delay stands only on {}, which never takes '{}' back from a healthy master",
            nodes[backup].label, pair[backup].name
        );
        found
            .warning("E04", message)
            .at(backup, delay.span)
            .why("the node with the higher priority is the one that returns and preempts")
            .help(format!("write preempt_delay in {}", nodes[master].label));
    }
}

fn equal(nodes: &[Node<'_>], pair: [&Instance; 2]) -> bool {
    let well = |n: usize| crate::election::priority_when_well(&nodes[n], pair[n]);
    well(0) == well(1)
}

/// Weights that would move the addresses, if the backup might take them.
fn blocked(nodes: &[Node<'_>], pair: [&Instance; 2], master: usize, found: &mut Findings) {
    let backup = 1 - master;
    let sick = Contender::new(&nodes[master], pair[master]);
    let well = Contender::new(&nodes[backup], pair[backup]);
    let mut priorities = [None, None];
    priorities[backup] = Some(well.clamp(well.well()));
    let sums = reach(&sick, None);
    let moves = sums.iter().filter(|reached| {
        priorities[master] = Some(sick.clamp(reached.sum));
        next_master(master, priorities, [false, false]) == Some(backup)
    });
    let Some(reached) = moves.min_by_key(|reached| reached.failed.len()) else {
        return;
    };
    let names = reached
        .failed
        .iter()
        .map(|at| sick.checks[*at].name.as_str());
    let set = names.collect::<Vec<_>>().join(" and ");
    let first = reached.failed.first().map(|at| &sick.checks[*at]);
    let message = format!(
        "nopreempt in {} keeps '{}' on a node whose checks fail",
        nodes[backup].label, pair[backup].name
    );
    let finding = found.error("E04", message);
    finding.at(backup, nodes[backup].keyword(pair[backup], "nopreempt"));
    if let Some(check) = first {
        finding.at(master, check.span);
    }
    finding
        .why(format!(
            "with {set} failed {} has {} against {}, but a backup with nopreempt accepts a master of lower priority: no set of failed checks moves the addresses",
            nodes[master].label,
            sick.clamp(reached.sum),
            well.clamp(well.well())
        ))
        .help("write weight 0, so that a failure is a FAULT, or remove nopreempt from this node");
}
