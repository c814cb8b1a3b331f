//! `balance first`: fill servers in the order of their ids, so that the last ones can be switched off.

/// Servers by their ids.
#[must_use]
pub fn order(ids: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0u32..).take(ids.len()).collect();
    order.sort_by_key(|i| ids.get(*i as usize));
    order
}

/// The first in order that is usable and not full.
pub fn pick(order: &[u32], mut usable: impl FnMut(usize) -> bool) -> Option<usize> {
    order.iter().map(|i| *i as usize).find(|i| usable(*i))
}
