//! `hash-type map-based`: a table of servers by weight, indexed by hash.

use crate::rotation::reduce;

#[derive(Debug, Clone, Default)]
pub struct WeightMap(Vec<u32>);

impl WeightMap {
    /// Usable servers with their weights; 0 takes one out. Any change moves most keys, which is
    /// why the manual recommends this type for stable farms only.
    #[must_use]
    pub fn new(weights: &[u32]) -> Self {
        let weights = reduce(weights);
        let repeat = |(server, weight): (u32, &u64)| {
            std::iter::repeat_n(server, usize::try_from(*weight).unwrap_or(0))
        };
        Self((0u32..).zip(&weights).flat_map(repeat).collect())
    }

    #[must_use]
    pub fn pick(&self, hash: u32) -> Option<usize> {
        let len = u32::try_from(self.0.len()).ok().filter(|n| *n > 0)?;
        self.0.get((hash % len) as usize).map(|s| *s as usize)
    }
}
