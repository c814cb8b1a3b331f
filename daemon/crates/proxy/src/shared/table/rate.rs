//! Events in a sliding period: whole counts of the present and the last window, and of the last
//! one the part that the period still covers.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub(super) start: u64,
    pub(super) current: u64,
    pub(super) last: u64,
}

impl Rate {
    pub fn add(&mut self, n: u64, now: u64, period: u64) {
        self.turn(now, period);
        self.current += n;
    }

    /// As if so many had come just now.
    pub fn set(&mut self, n: u64, now: u64, period: u64) {
        self.turn(now, period);
        (self.current, self.last) = (n, 0);
        self.start = now;
    }

    pub fn read(&self, now: u64, period: u64) -> u64 {
        let mut at = *self;
        at.turn(now, period);
        let left = period - now.saturating_sub(at.start).min(period);
        at.current + at.last * left / period.max(1)
    }

    fn turn(&mut self, now: u64, period: u64) {
        let age = now.saturating_sub(self.start);
        if age < period {
            return;
        }
        self.last = if age < 2 * period { self.current } else { 0 };
        self.current = 0;
        self.start = if age < 2 * period {
            self.start + period
        } else {
            now
        };
    }
}
