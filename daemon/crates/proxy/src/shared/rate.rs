//! Events per second, counted by all workers.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Second (upper half) and count (lower half), of the present and of the last second with events.
#[derive(Debug, Default)]
pub struct SecondRate {
    current: AtomicU64,
    last: AtomicU64,
}

const COUNT: u64 = 0xffff_ffff;

impl SecondRate {
    /// Counts one. Two workers that turn to a new second at once may lose one of theirs.
    pub fn add(&self, now_ms: u64) {
        let second = now_ms / 1000;
        let current = self.current.load(Relaxed);
        if current >> 32 == second & COUNT {
            self.current.fetch_add(1, Relaxed);
            return;
        }
        self.last.store(current, Relaxed);
        self.current.store(second << 32 | 1, Relaxed);
    }

    /// Events of the last 1000 ms, as far as whole seconds tell.
    pub fn read(&self, now_ms: u64) -> u64 {
        let second = (now_ms / 1000) & COUNT;
        let (current, last) = (self.current.load(Relaxed), self.last.load(Relaxed));
        let left = 1000 - now_ms % 1000;
        if current >> 32 == second {
            let adjacent = last >> 32 == second.wrapping_sub(1) & COUNT;
            let before = if adjacent {
                (last & COUNT) * left / 1000
            } else {
                0
            };
            return (current & COUNT) + before;
        }
        if current >> 32 == second.wrapping_sub(1) & COUNT {
            return (current & COUNT) * left / 1000;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_second_counts() {
        let rate = SecondRate::default();
        for now in [5_000, 5_100, 5_999] {
            rate.add(now);
        }
        assert_eq!(rate.read(5_999), 3);
        assert_eq!(rate.read(6_500), 1);
        rate.add(6_500);
        assert_eq!(rate.read(6_500), 2);
        assert_eq!(rate.read(8_000), 0);
    }
}
