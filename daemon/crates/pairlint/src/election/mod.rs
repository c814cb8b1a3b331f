//! Who is master for each set of failed checks: the model behind E03, E04 and E17.

mod contender;
mod sums;

pub use contender::Contender;
pub use sums::{Reached, reach};

use crate::node::Node;
use crate::pairing::Pairing;
use crate::predict::preferred;
use crate::report::{Election, Row};
use config::keepalived::model::Instance;

/// Sets are listed one by one up to this many checks on both nodes together.
const LISTED: usize = 8;

/// The priority while every check is well; `None` where even that is a FAULT.
pub fn priority_when_well(node: &Node<'_>, instance: &Instance) -> Option<u8> {
    let contender = Contender::new(node, instance);
    contender.effective(&vec![false; contender.checks.len()])
}

/// Who is master next. Equal priorities never preempt, nor does a contender with `nopreempt`.
///
/// `before` is the master until now; `priorities` are `None` in FAULT.
pub fn next_master(
    before: usize,
    priorities: [Option<u8>; 2],
    nopreempt: [bool; 2],
) -> Option<usize> {
    match priorities {
        [None, None] => None,
        [Some(_), None] => Some(0),
        [None, Some(_)] => Some(1),
        [Some(_), Some(_)] => {
            let other = 1 - before;
            let preempts = priorities[other] > priorities[before] && !nopreempt[other];
            Some(if preempts { other } else { before })
        }
    }
}

/// One table for each pair of instances.
pub fn tables(nodes: &[Node<'_>], pairing: &Pairing) -> Vec<Election> {
    let each = pairing.instances(nodes).map(|pair| {
        let sides = [
            Contender::new(&nodes[0], pair[0]),
            Contender::new(&nodes[1], pair[1]),
        ];
        let master = preferred(nodes, pair);
        let count = sides[0].checks.len() + sides[1].checks.len();
        let complete = count <= LISTED;
        let sets: Vec<u32> = if complete {
            (0..1u32 << count).collect()
        } else {
            // Nothing, and each check alone.
            std::iter::once(0)
                .chain((0..count.min(31)).map(|bit| 1 << bit))
                .collect()
        };
        let row = |set: &u32| row(&sides, master, *set, nodes);
        Election {
            instance: pair[0].name.to_string(),
            rows: sets.iter().map(row).collect(),
            complete,
        }
    });
    each.collect()
}

fn row(sides: &[Contender; 2], master: usize, set: u32, nodes: &[Node<'_>]) -> Row {
    let first = sides[0].checks.len();
    let failing = |node: usize| -> Vec<bool> {
        let offset = node * first;
        let checks = 0..sides[node].checks.len();
        checks.map(|at| set >> (offset + at) & 1 == 1).collect()
    };
    let failing = [failing(0), failing(1)];
    let names = |node: usize| -> Vec<String> {
        let checks = sides[node].checks.iter().zip(&failing[node]);
        checks
            .filter(|(_, failed)| **failed)
            .map(|(check, _)| check.name.clone())
            .collect()
    };
    let priorities = [
        sides[0].effective(&failing[0]),
        sides[1].effective(&failing[1]),
    ];
    let next = next_master(master, priorities, [sides[0].nopreempt, sides[1].nopreempt]);
    Row {
        failed: [names(0), names(1)],
        priorities,
        master: next.map(|node| nodes[node].label.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::next_master;

    #[test]
    fn the_higher_priority_wins_unless_it_may_not_preempt() {
        let no = [false, false];
        assert_eq!(next_master(0, [Some(150), Some(100)], no), Some(0));
        assert_eq!(next_master(0, [Some(90), Some(100)], no), Some(1));
        assert_eq!(
            next_master(0, [Some(90), Some(100)], [false, true]),
            Some(0)
        );
        assert_eq!(next_master(1, [Some(100), Some(100)], no), Some(1));
        assert_eq!(next_master(0, [None, Some(1)], [true, true]), Some(1));
        assert_eq!(next_master(0, [None, None], no), None);
    }
}
