//! Weighted round robin as a prepared sequence: picking is one step, however many servers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

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
        let order = smooth(&reduce(weights));
        let next = start(order.len(), offset);
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

/// Where in a sequence of that length the part `offset` of it ends.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]
pub(crate) fn start(len: usize, offset: f64) -> usize {
    (len as f64 * offset.clamp(0.0, 0.999)) as usize
}

/// Turns as the original gives them. A server that was served at some place is due again a share
/// of the cycle later; nobody due leaves a place to the heaviest that was not served yet. Of those
/// due at the same place the one that is furthest beyond it in its own measure goes first.
pub(crate) fn smooth(weights: &[u64]) -> Vec<u32> {
    let total: u64 = weights.iter().sum();
    let mut waiting: Vec<(u64, u32)> = weights
        .iter()
        .copied()
        .zip(0u32..)
        .filter(|(weight, _)| *weight > 0)
        .collect();
    waiting.sort_by_key(|(weight, server)| (*weight, Reverse(*server)));
    let mut due: BinaryHeap<Reverse<Due>> = BinaryHeap::with_capacity(waiting.len());
    let mut order = Vec::with_capacity(usize::try_from(total).unwrap_or(0));
    for place in 0..total {
        let on_time = due.peek().is_some_and(|Reverse(first)| first.at <= place);
        let (at, rest, weight, server) = match (on_time, waiting.pop()) {
            (false, Some((weight, server))) => (place, 0, weight, server),
            (_, kept) => {
                waiting.extend(kept);
                let Some(Reverse(first)) = due.pop() else {
                    break;
                };
                (
                    first.at,
                    first.weight - first.beyond.0,
                    first.weight,
                    first.server,
                )
            }
        };
        order.push(server);
        let rest = rest + total % weight;
        due.push(Reverse(Due {
            at: at + total / weight + rest / weight,
            beyond: Reverse(weight - rest % weight),
            served: place,
            weight,
            server,
        }));
    }
    order
}

/// When a server is due; the fields in the order that decides.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: u64,
    /// How far it is beyond that place, in parts of its weight.
    beyond: Reverse<u64>,
    served: u64,
    weight: u64,
    server: u32,
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
