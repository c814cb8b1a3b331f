//! The same phases for the same seed.

use std::time::Duration;

/// SplitMix64: small, and good enough to spread events over an advert interval.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A stream of its own for each round of each pair.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(seed ^ stream.wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    pub fn below(&mut self, limit: Duration) -> Duration {
        let limit = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX).max(1);
        Duration::from_nanos(self.next() % limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_repeat_with_the_seed_and_stay_below_the_limit() {
        let draw = |seed| -> Vec<Duration> {
            let mut random = Random::new(seed, 3);
            (0..100)
                .map(|_| random.below(Duration::from_millis(10)))
                .collect()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert!(
            draw(7)
                .iter()
                .all(|phase| *phase < Duration::from_millis(10))
        );
        assert!(
            draw(7)
                .iter()
                .any(|phase| *phase > Duration::from_millis(8))
        );
    }
}
