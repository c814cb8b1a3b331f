//! `balance leastconn`: the server with the fewest connections for its weight.

#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub weight: u32,
    pub connections: u32,
}

/// Compares connections/weight without division. Servers of equal load take turns: the search
/// begins behind `turn`, which moves on.
pub fn pick(
    count: usize,
    turn: &mut usize,
    mut load: impl FnMut(usize) -> Option<Load>,
) -> Option<usize> {
    let mut best: Option<(usize, Load)> = None;
    for step in 0..count {
        let i = (*turn + step) % count;
        let Some(l) = load(i).filter(|l| l.weight > 0) else {
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
    let (i, _) = best?;
    *turn = (i + 1) % count;
    Some(i)
}
