//! `hash-type map-based` and `static-rr`: a table of servers by weight, indexed by hash or walked.

use crate::rotation::{reduce, smooth};

#[derive(Debug, Clone, Default)]
pub struct WeightMap {
    table: Vec<u32>,
    next: usize,
}

/// Steps that filling the table in turns may take; larger farms are spread by sorting.
const STEPS: u64 = 1 << 24;

impl WeightMap {
    /// Usable servers with their weights; 0 takes one out. Any change moves most keys, which is
    /// why the manual recommends this type for stable farms only. `offset` in 0..1 says where
    /// turns begin, so that several workers do not start on the same server.
    #[must_use]
    pub fn new(weights: &[u32], offset: f64) -> Self {
        let reduced = reduce(weights);
        let total: u64 = reduced.iter().sum();
        let table = if total.saturating_mul(reduced.len() as u64) <= STEPS {
            in_turns(&reduced, total)
        } else {
            smooth(&reduced)
        };
        let next = crate::rotation::start(table.len(), offset);
        Self { table, next }
    }

    /// Turns go on where those of the table before it were.
    #[must_use]
    pub fn after(mut self, before: &Self) -> Self {
        if !before.table.is_empty() && !self.table.is_empty() {
            self.next = before.next % self.table.len();
        }
        self
    }

    #[must_use]
    pub fn pick(&self, hash: u32) -> Option<usize> {
        let len = u32::try_from(self.table.len()).ok().filter(|n| *n > 0)?;
        self.table.get((hash % len) as usize).map(|s| *s as usize)
    }

    /// The next server in turn that `usable` accepts.
    pub fn turn(&mut self, mut usable: impl FnMut(usize) -> bool) -> Option<usize> {
        for _ in 0..self.table.len() {
            let server = *self.table.get(self.next)? as usize;
            self.next = (self.next + 1) % self.table.len();
            if usable(server) {
                return Some(server);
            }
        }
        None
    }
}

/// Every server earns its weight in each turn. Who could pay most turns takes it and pays for one,
/// of equals the first.
fn in_turns(weights: &[u64], total: u64) -> Vec<u32> {
    let pay = i64::try_from(total).unwrap_or(i64::MAX);
    let earn: Vec<i64> = weights
        .iter()
        .map(|w| i64::try_from(*w).unwrap_or(0))
        .collect();
    let mut purses = vec![0i64; earn.len()];
    let mut table = Vec::with_capacity(usize::try_from(total).unwrap_or(0));
    for _ in 0..total {
        let mut richest = None;
        for (server, purse) in purses.iter_mut().enumerate().filter(|(s, _)| earn[*s] > 0) {
            *purse += earn[server];
            let turns = purse.div_euclid(pay);
            if richest.is_none_or(|(_, most)| turns > most) {
                richest = Some((server, turns));
            }
        }
        if let Some((server, _)) = richest {
            purses[server] -= pay;
            table.push(u32::try_from(server).unwrap_or(u32::MAX));
        }
    }
    table
}
