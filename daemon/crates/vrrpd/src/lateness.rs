//! How late the process was given a processor, as a histogram.

use vrrp::Micros;

/// Upper bounds in microseconds; what is later than the last counts in a bucket of its own.
pub const BOUNDS: [Micros; 12] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 1_000_000,
];

#[derive(Debug, Clone, Default)]
pub struct Lateness {
    /// One for each bound, and one above them.
    buckets: [u64; BOUNDS.len() + 1],
    pub max: Micros,
    pub sum: Micros,
    pub count: u64,
}

impl Lateness {
    pub fn note(&mut self, late: Micros) {
        let bucket = BOUNDS.partition_point(|bound| *bound < late);
        self.buckets[bucket] += 1;
        self.max = self.max.max(late);
        self.sum += late;
        self.count += 1;
    }

    /// Each bound with the number of wake-ups that were no later.
    pub fn cumulative(&self) -> impl Iterator<Item = (Micros, u64)> + '_ {
        let running = self.buckets.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        BOUNDS.into_iter().zip(running)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wake_up_falls_into_one_bucket() {
        let mut lateness = Lateness::default();
        for late in [0, 50, 51, 900, 2_000_000] {
            lateness.note(late);
        }
        let seen: Vec<(Micros, u64)> = lateness.cumulative().collect();
        assert_eq!(seen[..2], [(50, 2), (100, 3)]);
        assert_eq!(seen[4], (1_000, 4));
        assert_eq!(seen[11], (1_000_000, 4));
        assert_eq!((lateness.max, lateness.count), (2_000_000, 5));
    }
}
