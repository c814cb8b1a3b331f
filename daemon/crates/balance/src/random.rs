//! `balance random(N)`: the least loaded of N weighted draws.

use crate::leastconn::Load;

/// Sums of the weights up to each server: a draw is a search, however many servers there are.
#[derive(Debug, Clone, Default)]
pub struct Lots(Vec<u64>);

impl Lots {
    #[must_use]
    pub fn new(weights: &[u32]) -> Self {
        let add = |sum: &mut u64, weight: &u32| {
            *sum += u64::from(*weight);
            Some(*sum)
        };
        Self(weights.iter().scan(0, add).collect())
    }

    /// `draw` gives uniform random numbers. Draws that hit an unusable server count, too; when
    /// all do, the caller's fallback decides.
    pub fn pick(
        &self,
        draws: u32,
        mut draw: impl FnMut() -> u32,
        mut load: impl FnMut(usize) -> Option<Load>,
    ) -> Option<usize> {
        let total = self.0.last().copied().filter(|total| *total > 0)?;
        let mut best: Option<(usize, Load)> = None;
        for _ in 0..draws.max(1) {
            let at = u64::from(draw()) % total;
            let hit = self.0.partition_point(|sum| *sum <= at);
            let Some(l) = load(hit) else { continue };
            let better = best.is_none_or(|(_, b)| {
                u64::from(l.connections) * u64::from(b.weight)
                    < u64::from(b.connections) * u64::from(l.weight)
            });
            if better {
                best = Some((hit, l));
            }
        }
        best.map(|(i, _)| i)
    }
}
