//! Weighted round robin as a prepared sequence: picking is one step, however many servers.

/// A sequence in which each server comes up in proportion to its weight, spread evenly. It is
/// rebuilt when weights or states change, which is rare beside picks.
#[derive(Debug, Clone, Default)]
pub struct Rotation {
    order: Vec<u32>,
    next: usize,
}

/// Longest sequence; beyond it weights lose precision rather than memory growing.
const LONGEST: u64 = 1 << 16;

impl Rotation {
    /// Weight 0 takes a server out. `offset` in 0..1 says where in the sequence to begin, so that
    /// several workers do not start on the same server.
    #[must_use]
    pub fn new(weights: &[u32], offset: f64) -> Self {
        let order = smooth(weights);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss
        )]
        let next = (order.len() as f64 * offset.clamp(0.0, 0.999)) as usize;
        Self { order, next }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The next server that `usable` accepts.
    pub fn pick(&mut self, mut usable: impl FnMut(usize) -> bool) -> Option<usize> {
        for _ in 0..self.order.len() {
            let server = *self.order.get(self.next)? as usize;
            self.next = if self.next + 1 == self.order.len() {
                0
            } else {
                self.next + 1
            };
            if usable(server) {
                return Some(server);
            }
        }
        None
    }
}

/// The k-th turn of a server with weight w belongs at (2k + 1) / 2w of the cycle; sorting all
/// turns by that place spreads each server as evenly as can be.
fn smooth(weights: &[u32]) -> Vec<u32> {
    let weights = reduce(weights);
    let mut turns: Vec<(u64, u64, u32)> = Vec::new();
    for (server, weight) in (0u32..).zip(&weights) {
        turns.extend((0..*weight).map(|k| (2 * k + 1, *weight, server)));
    }
    turns.sort_by(|(a, wa, sa), (b, wb, sb)| {
        (a * wb).cmp(&(b * wa)).then(wb.cmp(wa)).then(sa.cmp(sb))
    });
    turns.into_iter().map(|(_, _, server)| server).collect()
}

/// Divides by the greatest common divisor, then scales down what would still be too long.
pub(crate) fn reduce(weights: &[u32]) -> Vec<u64> {
    let gcd = weights
        .iter()
        .fold(0u64, |g, w| gcd(g, u64::from(*w)))
        .max(1);
    let mut reduced: Vec<u64> = weights.iter().map(|w| u64::from(*w) / gcd).collect();
    let total: u64 = reduced.iter().sum();
    if total > LONGEST {
        for w in &mut reduced {
            *w = if *w == 0 {
                0
            } else {
                (*w * LONGEST / total).max(1)
            };
        }
    }
    reduced
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
