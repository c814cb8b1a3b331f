//! `balance first`: fill servers in the order of their ids, so that the last ones can be switched off.

/// The first in order that is usable and not full.
pub fn pick(count: usize, mut usable: impl FnMut(usize) -> bool) -> Option<usize> {
    (0..count).find(|i| usable(*i))
}
