//! Which lines a target gets when it is not to get all: `sample`, and a limit of lines a second.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// `sample 1,3-4:5`: of every five lines the first, the third and the fourth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// First and last number, from 1.
    ranges: Vec<(u32, u32)>,
    size: u32,
    /// Lines of the present round so far.
    count: u32,
}

impl Sample {
    pub fn new(ranges: Vec<(u32, u32)>, size: u32) -> Self {
        Self {
            ranges,
            size: size.max(1),
            count: 0,
        }
    }

    /// Whether the next line is for this target.
    pub fn takes(&mut self) -> bool {
        self.count = self.count % self.size + 1;
        let count = self.count;
        self.ranges
            .iter()
            .any(|(low, high)| (*low..=*high).contains(&count))
    }
}

/// What became of the lines of a target, over all threads.
#[derive(Debug, Default)]
pub struct Figures {
    pub sent: AtomicU64,
    /// Lines lost because the target did not take them (full, gone).
    pub dropped: AtomicU64,
    /// Lines left out because there were too many in a second.
    pub limited: AtomicU64,
    /// The second that is counted, and the lines in it: the low half.
    window: AtomicU64,
}

/// What is to be done with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    Yes,
    /// The first of a new second; so many were left out in the one before.
    AfterLimit(u64),
    No,
}

const LINES: u64 = 0xffff_ffff;

impl Figures {
    /// Asks for a line in this second, of which `limit` are let through by all threads together.
    pub fn admit(&self, second: u64, limit: u32) -> Admission {
        let start = (second & LINES) << 32;
        let mut seen = self.window.load(Relaxed);
        loop {
            // A thread whose clock was read a moment ago counts in the second that has begun.
            let same = seen >> 32 >= start >> 32 && seen & LINES > 0;
            let next = if same {
                seen.saturating_add(u64::from(seen & LINES < LINES))
            } else {
                start + 1
            };
            match self
                .window
                .compare_exchange_weak(seen, next, Relaxed, Relaxed)
            {
                Ok(_) if same => {
                    let over = next & LINES > u64::from(limit);
                    if over {
                        self.limited.fetch_add(1, Relaxed);
                    }
                    return if over { Admission::No } else { Admission::Yes };
                }
                Ok(_) => {
                    let left_out = (seen & LINES).saturating_sub(u64::from(limit));
                    return match left_out {
                        0 => Admission::Yes,
                        count => Admission::AfterLimit(count),
                    };
                }
                Err(now) => seen = now,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_share_lines_out() {
        let taken = |ranges: &[(u32, u32)], size| -> Vec<u32> {
            let mut sample = Sample::new(ranges.to_vec(), size);
            (1..=10).filter(|_| sample.takes()).collect()
        };
        assert_eq!(taken(&[(1, 1)], 2), [1, 3, 5, 7, 9]);
        assert_eq!(taken(&[(2, 2)], 2), [2, 4, 6, 8, 10]);
        assert_eq!(taken(&[(1, 1), (3, 4)], 5), [1, 3, 4, 6, 8, 9]);
    }

    #[test]
    fn a_limit_holds_in_each_second_and_what_was_left_out_is_known() {
        use Admission::{AfterLimit, No, Yes};
        let figures = Figures::default();
        let admitted = |second, count: u32| -> Vec<Admission> {
            (0..count).map(|_| figures.admit(second, 2)).collect()
        };
        assert_eq!(admitted(7, 5), [Yes, Yes, No, No, No]);
        assert_eq!(admitted(8, 3), [AfterLimit(3), Yes, No]);
        assert_eq!(admitted(7, 1), [No], "a clock that was read late");
        assert_eq!(admitted(10, 2), [AfterLimit(2), Yes]);
        assert_eq!(admitted(12, 1), [Yes]);
        assert_eq!(figures.limited.load(Relaxed), 5);
    }
}
