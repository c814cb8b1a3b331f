//! `hash-type consistent`: points on a ring, so that a lost server moves only its own keys.

use crate::hash::avalanche;

/// Points for one unit of weight.
pub const POINTS: u32 = 16;

/// Points between the ids of two servers: what the largest weight has.
const RANGE: u32 = 256 * POINTS;

#[derive(Debug, Clone, Default)]
pub struct Ring {
    points: Vec<(u32, u32)>,
    next: usize,
}

impl Ring {
    /// The id of each server and how many points it gets. Ids are identities, not indexes: the
    /// points of a server stay where they are when others come and go.
    #[must_use]
    pub fn new(servers: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut points = Vec::new();
        for ((id, count), index) in servers.into_iter().zip(0u32..) {
            let first = id.wrapping_mul(RANGE);
            points.extend((0..count).map(|k| (avalanche(first.wrapping_add(k)), index)));
        }
        points.sort_unstable();
        Self { points, next: 0 }
    }

    /// The server whose point is closest to the hash; from there on the first that is `usable`.
    pub fn pick(&self, hash: u32, mut usable: impl FnMut(usize) -> bool) -> Option<usize> {
        let count = self.points.len();
        let above = self.points.partition_point(|(point, _)| *point < hash);
        let next = if above == count { 0 } else { above };
        let before = next.checked_sub(1).or(count.checked_sub(1))?;
        let up = self.points.get(next)?.0.wrapping_sub(hash);
        let down = hash.wrapping_sub(self.points.get(before)?.0);
        let from = if down <= up { before } else { next };
        let (ahead, behind) = (self.points.get(from..)?, self.points.get(..from)?);
        ahead
            .iter()
            .chain(behind)
            .map(|(_, s)| *s as usize)
            .find(|s| usable(*s))
    }

    /// Without a key: the servers along the ring, one point after the other.
    pub fn turn(&mut self, mut usable: impl FnMut(usize) -> bool) -> Option<usize> {
        for _ in 0..self.points.len() {
            let server = self.points.get(self.next)?.1 as usize;
            self.next = (self.next + 1) % self.points.len();
            if usable(server) {
                return Some(server);
            }
        }
        None
    }
}
