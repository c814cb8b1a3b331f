//! Every history of two nodes, not some: breadth first through all that may happen, until nothing
//! new is found. Each state reached is then left in peace and must elect one master in time.
//!
//! `TANDEM_MODEL=FATES,LOSSES,DOUBLES` says how much may go wrong on one path instead of the
//! budgets below (`3,1,1` takes an hour and some memory); a run prints the states and the depth it
//! found. A broken promise prints the path.

mod model;
mod simulation;

use std::collections::{HashSet, VecDeque};

use model::{Budget, Choice, Pair, node};

/// Where a state came from.
struct Origin {
    parent: u32,
    depth: u32,
    choice: Choice,
}

/// Two things that happen without the link's help, and one with all that a link does.
const BUDGETS: [[u8; 3]; 2] = [[2, 0, 0], [1, 1, 1]];

fn budgets() -> Vec<[u8; 3]> {
    let Ok(wanted) = std::env::var("TANDEM_MODEL") else {
        return BUDGETS.to_vec();
    };
    let numbers: Vec<u8> = wanted.split(',').flat_map(str::parse).collect();
    vec![
        numbers
            .try_into()
            .expect("TANDEM_MODEL is three numbers, like 2,1,0"),
    ]
}

fn path(origins: &[Origin], mut at: u32) -> String {
    let mut choices = Vec::new();
    while at != 0 {
        let origin = &origins[at as usize];
        choices.push(format!("  {:?}", origin.choice));
        at = origin.parent;
    }
    choices.reverse();
    choices.join("\n")
}

/// Tries everything from here; the count of states found.
fn explore(name: &str, start: Pair) -> usize {
    let begun = std::time::Instant::now();
    let mut seen = HashSet::from([start.fingerprint()]);
    let mut origins = vec![Origin {
        parent: 0,
        depth: 0,
        choice: Choice::Tick,
    }];
    let mut frontier = VecDeque::from([(0u32, start)]);
    let mut steps = 0u64;
    while let Some((at, pair)) = frontier.pop_front() {
        for choice in pair.choices() {
            let mut next = pair.clone();
            let broken = next.choose(choice).err();
            steps += 1;
            if broken.is_none() && !seen.insert(next.fingerprint()) {
                continue;
            }
            let broken = broken.or_else(|| next.check_quiet().err());
            let number = u32::try_from(origins.len()).unwrap();
            let depth = origins[at as usize].depth + 1;
            origins.push(Origin {
                parent: at,
                depth,
                choice,
            });
            if let Some(broken) = broken {
                panic!("{name}: {broken}, after\n{}", path(&origins, number));
            }
            frontier.push_back((number, next));
        }
    }
    let depth = origins.last().map_or(0, |origin| origin.depth);
    eprintln!(
        "measured: {name}: {} states, {steps} steps, depth {depth}, in {:?}",
        origins.len(),
        begun.elapsed()
    );
    origins.len()
}

fn check(name: &str, priorities: [u8; 2], preempt: [bool; 2]) {
    for [fates, losses, doubles] in budgets() {
        let name = format!("{name}, {fates} fates, {losses} losses, {doubles} doubled");
        let nodes = [0, 1].map(|at| node(at, priorities[at], preempt[at]));
        let budget = Budget {
            fates,
            losses,
            doubles,
        };
        let start = Pair::new(nodes, budget).unwrap_or_else(|broken| panic!("{name}: {broken}"));
        // Fewer would mean that hardly anything was tried.
        assert!(explore(&name, start) > 10_000);
    }
}

#[test]
fn every_history_of_a_master_and_a_backup() {
    check("192 and 128", [192, 128], [true, true]);
}

#[test]
fn every_history_of_equals() {
    check("equal priorities", [128, 128], [true, true]);
}

#[test]
fn every_history_without_preemption() {
    check("no preemption", [192, 128], [false, false]);
}
