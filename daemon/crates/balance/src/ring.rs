//! `hash-type consistent`: points on a ring, so that a lost server moves only its own keys.

use crate::hash::avalanche;

/// Points for one unit of weight.
const POINTS: u32 = 16;

#[derive(Debug, Clone, Default)]
pub struct Ring(Vec<(u32, u32)>);

impl Ring {
    /// `ids` are stable identities (not indexes): the points of a server stay where they are when
    /// others come and go.
    #[must_use]
    pub fn new(servers: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut points = Vec::new();
        for ((id, weight), index) in servers.into_iter().zip(0u32..) {
            for k in 0..weight * POINTS {
                points.push((
                    avalanche(id.wrapping_mul(0x9e37_79b9) ^ avalanche(k)),
                    index,
                ));
            }
        }
        points.sort_unstable();
        Self(points)
    }

    /// The first server at or behind the hash that `usable` accepts.
    pub fn pick(&self, hash: u32, mut usable: impl FnMut(usize) -> bool) -> Option<usize> {
        let from = self.0.partition_point(|(point, _)| *point < hash);
        let (behind, before) = (self.0.get(from..)?, self.0.get(..from)?);
        behind
            .iter()
            .chain(before)
            .map(|(_, s)| *s as usize)
            .find(|s| usable(*s))
    }
}
