//! The lines that a backend's requests wait in: one for whichever server is free first, and one for
//! each server that some belong to.

use crate::rules::exchange::Priority;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

/// Lower goes first: the class above, the time below; then who came first.
type Rank = (i64, u64);

/// A request in a line.
#[derive(Debug, Clone, Copy)]
struct Queued {
    rank: Rank,
    client: u32,
    generation: u32,
}

/// The first of a line: its rank, the line, the client and its generation.
pub type Head = (Rank, Line, u32, u32);

/// Which line: that of a server, by the address of its state, or the one for any.
pub type Line = Option<usize>;

/// Room for the time in a rank: years in milliseconds.
const CLASS_SHIFT: u32 = 44;

fn rank(priority: Priority, now: u64) -> i64 {
    let time = i64::try_from(now).unwrap_or(0) + priority.offset;
    (priority.class << CLASS_SHIFT) + time
}

/// Only lines with somebody in them are kept.
#[derive(Debug, Default)]
pub struct Lines {
    all: BTreeMap<Line, VecDeque<Queued>>,
    came: u64,
}

impl Lines {
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many wait here.
    pub fn len(&self) -> usize {
        self.all.values().map(VecDeque::len).sum()
    }

    /// Behind all that go before it; with nobody's priority set, that is the end.
    pub fn join(&mut self, line: Line, priority: Priority, now: u64, who: (u32, u32)) {
        self.came += 1;
        let rank = (rank(priority, now), self.came);
        self.put_back((rank, line, who.0, who.1));
    }

    /// Who was taken out stands where it stood.
    pub fn put_back(&mut self, (rank, line, client, generation): Head) {
        let queue = self.all.entry(line).or_default();
        let before = queue.iter().rev().position(|other| other.rank < rank);
        let new = Queued {
            rank,
            client,
            generation,
        };
        queue.insert(before.map_or(0, |after| queue.len() - after), new);
    }

    /// Those who stand first, each in its line: whose turn it is comes out first.
    pub fn heads(&self) -> BinaryHeap<Reverse<Head>> {
        let lines = self.all.keys();
        lines.filter_map(|line| self.head(*line)).collect()
    }

    pub fn head(&self, line: Line) -> Option<Reverse<Head>> {
        let first = self.all.get(&line)?.front()?;
        Some(Reverse((first.rank, line, first.client, first.generation)))
    }

    /// Takes it out; false when it does not stand first any more.
    pub fn take(&mut self, (rank, line, ..): Head) -> bool {
        let Some(queue) = self.all.get_mut(&line) else {
            return false;
        };
        if queue.front().is_none_or(|first| first.rank != rank) {
            return false;
        }
        queue.pop_front();
        if queue.is_empty() {
            self.all.remove(&line);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_first_goes_first_over_all_lines_unless_priorities_say_otherwise() {
        let mut lines = Lines::default();
        let class = |class| Priority { class, offset: 0 };
        let offset = |offset| Priority { class: 0, offset };
        lines.join(None, class(0), 100, (1, 0));
        lines.join(Some(7), class(0), 100, (2, 0));
        lines.join(None, class(0), 100, (3, 0));
        lines.join(None, class(-1), 101, (4, 0));
        lines.join(Some(7), offset(-50), 102, (5, 0));
        lines.join(None, offset(50), 103, (6, 0));
        lines.join(Some(9), class(1), 104, (7, 0));
        let mut order = Vec::new();
        let mut heads = lines.heads();
        while let Some(Reverse(head)) = heads.pop() {
            assert!(lines.take(head) && !lines.take(head));
            lines.put_back(head);
            assert!(lines.take(head));
            order.push(head.2);
            heads.extend(lines.head(head.1));
        }
        assert_eq!(order, [4, 5, 1, 2, 3, 6, 7]);
        assert!(lines.is_empty());
    }

    #[test]
    fn a_line_that_cannot_move_holds_up_no_other() {
        let mut lines = Lines::default();
        for (line, client) in [(Some(1), 1), (None, 2), (Some(1), 3), (Some(2), 4)] {
            lines.join(line, Priority::default(), 0, (client, 0));
        }
        let heads = lines.heads().into_sorted_vec();
        let clients: Vec<u32> = heads.iter().rev().map(|Reverse(head)| head.2).collect();
        assert_eq!(clients, [1, 2, 4]);
        assert_eq!(lines.len(), 4);
    }
}
