//! `balance random(N)`: the least loaded of N weighted draws.

use crate::leastconn::Load;

/// `draw` gives uniform random numbers. Draws that hit an unusable server count, too; when all
/// do, the caller's fallback decides.
pub fn pick(
    weights: &[u32],
    draws: u32,
    mut draw: impl FnMut() -> u32,
    mut load: impl FnMut(usize) -> Option<Load>,
) -> Option<usize> {
    let total: u64 = weights.iter().map(|w| u64::from(*w)).sum();
    if total == 0 {
        return None;
    }
    let mut best: Option<(usize, Load)> = None;
    for _ in 0..draws.max(1) {
        let mut at = u64::from(draw()) % total;
        let hit = weights.iter().position(|w| {
            let here = at < u64::from(*w);
            at = at.saturating_sub(u64::from(*w));
            here
        });
        let Some((i, l)) = hit.and_then(|i| Some((i, load(i)?))) else {
            continue;
        };
        let better = best.is_none_or(|(_, b)| {
            u64::from(l.connections) * u64::from(b.weight)
                < u64::from(b.connections) * u64::from(l.weight)
        });
        if better {
            best = Some((i, l));
        }
    }
    best.map(|(i, _)| i)
}
