//! E03: the election is played through for every set of failed checks on both nodes.

use crate::election::{Contender, Reached, next_master, reach};
use crate::finding::Findings;
use crate::node::Node;
use crate::predict::preferred;
use config::keepalived::model::Instance;
use std::collections::BTreeSet;

/// One pair of contenders and how the sets reach.
struct Game<'n> {
    nodes: &'n [Node<'n>],
    sides: [Contender; 2],
    /// Master while all is well.
    master: usize,
}

/// What a weight does to the election.
enum Influence {
    Alone,
    /// Only while the checks of this set fail as well.
    With(Vec<usize>),
    /// Only while the other node is lowered.
    OtherSick,
    Never,
}

pub fn check(nodes: &[Node<'_>], pair: [&Instance; 2], found: &mut Findings) {
    let game = Game {
        nodes,
        sides: [0, 1].map(|n| Contender::new(&nodes[n], pair[n])),
        master: preferred(nodes, pair),
    };
    for node in [0, 1] {
        if game.sides[node].base == 255 {
            continue;
        }
        clamped(&game, node, pair, found);
        more_eligible(&game, node, pair, found);
    }
    let master = game.master;
    if game.sides[master].base == 255 || game.sides[1 - master].base == 255 {
        // Weights on an owner are E13; nothing moves an owner but a FAULT.
        return;
    }
    if game.blocked(master) {
        // E04 tells it.
        return;
    }
    let mut powerless = Vec::new();
    for node in [master, 1 - master] {
        for (index, check) in game.sides[node].checks.iter().enumerate() {
            if !check.is_weighted() {
                continue;
            }
            match game.influence(node, index) {
                Influence::Alone => {}
                Influence::With(set) => weak(&game, node, index, &set, pair, found),
                Influence::OtherSick => only_then(&game, node, index, pair, found),
                Influence::Never => powerless.push((node, index)),
            }
        }
    }
    for (node, index) in powerless {
        never(&game, node, index, pair, found);
    }
}

impl Game<'_> {
    fn flags(&self) -> [bool; 2] {
        [self.sides[0].nopreempt, self.sides[1].nopreempt]
    }

    /// The backup may not preempt: no weight on the master ever hands over.
    fn blocked(&self, master: usize) -> bool {
        self.sides[1 - master].nopreempt
    }

    /// Who is master when the sums of both nodes are these and `before` was master until now.
    fn winner(&self, before: usize, node: usize, sum: i32, other: i32) -> Option<usize> {
        let mut priorities = [None, None];
        priorities[node] = Some(self.sides[node].clamp(sum));
        priorities[1 - node] = Some(self.sides[1 - node].clamp(other));
        next_master(before, priorities, self.flags())
    }

    fn influence(&self, node: usize, index: usize) -> Influence {
        let delta = self.sides[node].checks[index].delta();
        let rest = reach(&self.sides[node], Some(index));
        let well = self.sides[1 - node].well();
        let changes = |before: usize, sum: i32, other: i32| {
            self.winner(before, node, sum, other) != self.winner(before, node, sum + delta, other)
        };
        if node == self.master {
            let moving = |r: &&Reached| changes(node, r.sum, well);
            let smallest = rest.iter().filter(moving).min_by_key(|r| r.failed.len());
            match smallest {
                Some(reached) if reached.failed.is_empty() => return Influence::Alone,
                Some(reached) => return Influence::With(reached.failed.clone()),
                None => {}
            }
        }
        // Many sums are cut to one priority.
        let side = &self.sides[node];
        let cut = |r: &Reached| (side.clamp(r.sum), side.clamp(r.sum + delta), r.sum);
        let mut seen = BTreeSet::new();
        let own: Vec<i32> = rest
            .iter()
            .map(cut)
            .filter(|(before, after, _)| seen.insert((*before, *after)))
            .map(|(_, _, sum)| sum)
            .collect();
        let others: BTreeSet<i32> = reach(&self.sides[1 - node], None)
            .iter()
            .map(|r| r.sum.clamp(1, 254))
            .collect();
        let any = own.iter().any(|sum| {
            let mut others = others.iter();
            others.any(|other| changes(0, *sum, *other) || changes(1, *sum, *other))
        });
        match (any, node == self.master) {
            (false, _) => Influence::Never,
            (true, true) => Influence::OtherSick,
            // On the backup a weight counts once the master is lowered: that is its use.
            (true, false) => Influence::Alone,
        }
    }

    fn names(&self, node: usize, set: &[usize]) -> String {
        let names = set
            .iter()
            .map(|at| self.sides[node].checks[*at].name.as_str());
        names.collect::<Vec<_>>().join(" and ")
    }

    fn label(&self, node: usize) -> &str {
        &self.nodes[node].label
    }

    /// "a.conf has 140 then, b.conf 100"
    fn score(&self, node: usize, sum: i32) -> String {
        let own = self.sides[node].clamp(sum);
        let other = self.sides[1 - node].clamp(self.sides[1 - node].well());
        let equal = if own == other {
            ", and equal priorities never change the master"
        } else {
            ""
        };
        format!(
            "{} has {own} then, {} {other}{equal}",
            self.label(node),
            self.label(1 - node)
        )
    }
}

fn never(game: &Game<'_>, node: usize, index: usize, pair: [&Instance; 2], found: &mut Findings) {
    let check = &game.sides[node].checks[index];
    let lowest = reach(&game.sides[node], None)
        .into_iter()
        .min_by_key(|r| (r.sum, r.failed.len()));
    let worst = lowest.map_or_else(String::new, |lowest| {
        let set = game.names(node, &lowest.failed);
        format!("with {set} failed, {}", game.score(node, lowest.sum))
    });
    let gap = (game.sides[0].well() - game.sides[1].well()).abs();
    let message = format!(
        "weight {} of {} cannot change who is master of '{}': no set of failed checks moves it",
        check.weight, check.name, pair[node].name
    );
    found
        .error("E03", message)
        .at(node, check.span)
        .at(node, Node::place(pair[node], pair[node].priority.span))
        .at(1 - node, Node::place(pair[1 - node], pair[1 - node].priority.span))
        .why(format!("{worst}: the addresses stay on a node whose service is dead"))
        .help(format!(
            "write a weight of more than {gap} either way (e.g. {}), priorities closer together, or weight 0, so that a failure is a FAULT",
            -(gap + 10).min(253)
        ));
}

fn weak(
    game: &Game<'_>,
    node: usize,
    index: usize,
    set: &[usize],
    pair: [&Instance; 2],
    found: &mut Findings,
) {
    let check = &game.sides[node].checks[index];
    let alone = game.sides[node].well() + check.delta();
    let message = format!(
        "weight {} of {} moves '{}' only when {} has failed too",
        check.weight,
        check.name,
        pair[node].name,
        game.names(node, set)
    );
    found
        .warning("E03", message)
        .at(node, check.span)
        .why(format!("when it alone fails, {}", game.score(node, alone)))
        .help("take a larger weight, unless that is meant");
}

fn only_then(
    game: &Game<'_>,
    node: usize,
    index: usize,
    pair: [&Instance; 2],
    found: &mut Findings,
) {
    let check = &game.sides[node].checks[index];
    let all: i32 = reach(&game.sides[node], None)
        .first()
        .map_or(0, |lowest| lowest.sum);
    let message = format!(
        "weight {} of {} never moves '{}' to a healthy {}",
        check.weight,
        check.name,
        pair[node].name,
        game.label(1 - node)
    );
    found
        .error("E03", message)
        .at(node, check.span)
        .at(1 - node, Node::place(pair[1 - node], pair[1 - node].priority.span))
        .why(format!(
            "whatever fails with it, no set moves it: {}",
            game.score(node, all)
        ))
        .help("take a larger weight, priorities closer together, or weight 0, so that a failure is a FAULT");
}

/// Sums beyond 1…254 are cut, and with them a part of the weights.
fn clamped(game: &Game<'_>, node: usize, pair: [&Instance; 2], found: &mut Findings) {
    let side = &game.sides[node];
    let sums = reach(side, None);
    let files = side.checks.iter().any(|c| c.name.starts_with("file "));
    let (low, high) = (sums.first(), sums.last());
    let beyond = high
        .filter(|r| r.sum > 254)
        .or(low.filter(|r| r.sum < 1 && !files));
    let Some(reached) = beyond else { return };
    let message = format!(
        "priority {} and the weights of '{}' give {}; it stops at {}",
        side.base,
        pair[node].name,
        reached.sum,
        side.clamp(reached.sum)
    );
    found
        .warning("E03", message)
        .at(node, Node::place(pair[node], pair[node].priority.span))
        .why("a part of the weights is lost, so two different failures count alike")
        .help("choose priority and weights so that every sum lies from 1 to 254");
}

/// A failure that raises the priority makes the sick node the better one.
fn more_eligible(game: &Game<'_>, node: usize, pair: [&Instance; 2], found: &mut Findings) {
    for check in &game.sides[node].checks {
        if check.fault_when_well {
            let message = format!(
                "{} puts '{}' into FAULT while it is well",
                check.name, pair[node].name
            );
            let finding = found.error("E03", message).at(node, check.span);
            finding.why("'reverse' with weight 0 turns the check round: the node never takes part while its service runs");
            finding.help("remove 'reverse'");
            continue;
        }
        if check.delta() <= 0 {
            continue;
        }
        let message = format!(
            "a failure of {} raises the priority of {} by {}",
            check.name,
            game.label(node),
            check.delta()
        );
        found
            .warning("E03", message)
            .at(node, check.span)
            .why("the node becomes more eligible when the check fails")
            .help("remove 'reverse', unless the check tells of something good by failing");
    }
}
