//! `balance leastconn`: the server with the fewest connections for its weight, found in a
//! tournament tree: a change of load and a pick cost the logarithm of the number of servers.

use std::cmp::Ordering;

#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// In sixteenths, so that parts of it count.
    pub weight: u32,
    pub connections: u32,
}

impl Load {
    /// What one connection more would mean. Idle servers are all equal, whatever their weights:
    /// they take turns.
    fn cost(self) -> u64 {
        if self.connections == 0 {
            return 0;
        }
        (u64::from(self.connections) + 1) * SCALE / u64::from(self.weight.max(1))
    }
}

/// The largest weight, in sixteenths: what is less than one connection of it apart counts as equal, as in the
/// original, and takes turns.
const SCALE: u64 = 256 * 16;

/// May not be chosen.
const OUT: u64 = u64::MAX;

/// A server's place in the order: cheapest first, who came there first among equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    cost: u64,
    order: u64,
}

/// Loads as far as they are known here. Others may change them: what comes out on top is looked
/// at again, and a few leaves are refreshed with every pick.
#[derive(Debug, Clone, Default)]
pub struct LeastConn {
    leaves: Vec<Key>,
    /// Winners of the pairs below; the root is at 1, leaf i plays at `tree.len() + i`.
    tree: Vec<u32>,
    order: u64,
    sweep: usize,
}

/// Leaves looked at again with each pick.
const REFRESHED: usize = 2;

impl LeastConn {
    /// `load` says `None` for a server that may not be chosen.
    #[must_use]
    pub fn new(count: usize, load: impl Fn(usize) -> Option<Load>) -> Self {
        let size = count.next_power_of_two();
        let mut new = Self {
            leaves: Vec::with_capacity(count),
            tree: vec![0; size],
            order: count as u64,
            sweep: 0,
        };
        for i in 0..count {
            new.leaves.push(Key {
                cost: cost(load(i)),
                order: i as u64,
            });
        }
        for node in (1..size).rev() {
            new.play(node);
        }
        new
    }

    /// Takes note of a changed load.
    pub fn update(&mut self, i: usize, load: Option<Load>) {
        let new = cost(load);
        if self.leaves.get(i).is_some_and(|leaf| leaf.cost != new) {
            self.go_last(i, load);
        }
    }

    /// The same, and among equals it is the last one now.
    pub fn go_last(&mut self, i: usize, load: Option<Load>) {
        let Some(leaf) = self.leaves.get_mut(i) else {
            return;
        };
        (leaf.cost, leaf.order) = (cost(load), self.order);
        self.order += 1;
        self.replay(i);
    }

    /// The cheapest server but `avoid`.
    pub fn pick(
        &mut self,
        avoid: Option<usize>,
        load: impl Fn(usize) -> Option<Load>,
    ) -> Option<usize> {
        for _ in 0..REFRESHED.min(self.leaves.len()) {
            self.sweep = (self.sweep + 1) % self.leaves.len();
            self.update(self.sweep, load(self.sweep));
        }
        let aside = avoid.and_then(|a| Some((a, *self.leaves.get(a)?)));
        if let Some((a, key)) = aside {
            self.leaves[a] = Key { cost: OUT, ..key };
            self.replay(a);
        }
        let picked = self.settle(&load, avoid).or_else(|| {
            // Places may have become free elsewhere.
            for i in (0..self.leaves.len()).filter(|i| Some(*i) != avoid) {
                self.update(i, load(i));
            }
            self.settle(&load, avoid)
        });
        if let Some((a, key)) = aside {
            self.leaves[a] = key;
            self.replay(a);
        }
        picked
    }

    /// The winner whose load is what it is taken for.
    fn settle(
        &mut self,
        load: &impl Fn(usize) -> Option<Load>,
        avoid: Option<usize>,
    ) -> Option<usize> {
        for _ in 0..=self.leaves.len() {
            let winner = self.winner()?;
            if Some(winner) == avoid || self.leaves[winner].cost == OUT {
                return None;
            }
            let now = load(winner);
            if self.leaves[winner].cost == cost(now) {
                return Some(winner);
            }
            self.update(winner, now);
        }
        None
    }

    fn winner(&self) -> Option<usize> {
        match self.leaves.len() {
            0 => None,
            1 => Some(0),
            _ => self.tree.get(1).map(|w| *w as usize),
        }
    }

    fn replay(&mut self, i: usize) {
        let mut node = usize::midpoint(self.tree.len(), i);
        while node >= 1 {
            self.play(node);
            node /= 2;
        }
    }

    fn play(&mut self, node: usize) {
        if node == 0 || node >= self.tree.len() {
            return;
        }
        let (left, right) = (self.player(2 * node), self.player(2 * node + 1));
        let key = |i: u32| self.leaves.get(i as usize);
        self.tree[node] = match (key(left), key(right)) {
            (Some(l), Some(r)) if r.cmp(l) == Ordering::Less => right,
            (None, Some(_)) => right,
            _ => left,
        };
    }

    fn player(&self, node: usize) -> u32 {
        match node.checked_sub(self.tree.len()) {
            Some(leaf) => u32::try_from(leaf).unwrap_or(u32::MAX),
            None => self.tree[node],
        }
    }
}

fn cost(load: Option<Load>) -> u64 {
    load.filter(|l| l.weight > 0).map_or(OUT, Load::cost)
}
