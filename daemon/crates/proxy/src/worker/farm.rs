//! The servers of a backend that may be chosen now, with their shares.

use crate::plan::{Backend, Server};
use crate::shared::{STEPS, State, WARM};
use std::sync::atomic::Ordering::Relaxed;

/// The servers to choose from: those that are up, else those not yet checked, else backups.
pub(super) fn tier(b: &Backend) -> Vec<u32> {
    let cold = cold(b);
    let share = |s: &Server| match s.shared.weight() {
        0 => 0,
        // Finer grains only while they are needed.
        weight if cold => weight * s.shared.warm_steps(),
        weight => weight,
    };
    let weights = |wanted: &dyn Fn(&Server) -> bool| -> Option<Vec<u32>> {
        let list: Vec<u32> = b
            .servers
            .iter()
            .map(|s| if wanted(s) { share(s) } else { 0 })
            .collect();
        list.iter().any(|w| *w > 0).then_some(list)
    };
    let first_backup = |mut list: Vec<u32>| {
        if !b.allbackups
            && let Some(first) = list.iter().position(|w| *w > 0)
        {
            list.iter_mut().skip(first + 1).for_each(|w| *w = 0);
        }
        list
    };
    weights(&|s| !s.backup && s.shared.state().is_up())
        .or_else(|| weights(&|s| !s.backup && s.shared.state() == State::Unknown))
        .or_else(|| weights(&|s| s.backup && s.shared.state().is_up()).map(first_backup))
        .or_else(|| weights(&|s| s.backup && s.shared.state() == State::Unknown).map(first_backup))
        .unwrap_or_else(|| vec![0; b.servers.len()])
}

/// Some server warms up: shares are counted in [`STEPS`].
fn cold(b: &Backend) -> bool {
    b.servers.iter().any(|s| s.shared.warmth() < WARM)
}

/// The same in [`STEPS`], whether some server warms up or not.
pub(super) fn fine_tier(b: &Backend) -> Vec<u32> {
    let grain = if cold(b) { 1 } else { STEPS };
    let mut shares = tier(b);
    for share in &mut shares {
        *share *= grain;
    }
    shares
}

/// Shares where weights do not move while a server is up.
pub(super) fn fixed(b: &Backend, weights: &[u32]) -> Vec<u32> {
    let share = |(s, now): (&Server, &u32)| if *now == 0 { 0 } else { s.shared.weight() };
    b.servers.iter().zip(weights).map(share).collect()
}

/// Ids and how many points of the ring they get.
pub(super) fn points(b: &Backend, weights: &[u32]) -> Vec<(u32, u32)> {
    let whole = u64::from(if cold(b) { STEPS } else { 1 });
    let count = |weight: u32| {
        let points = u64::from(weight) * u64::from(::balance::ring::POINTS);
        u32::try_from(points.div_ceil(whole)).unwrap_or(u32::MAX)
    };
    let each = b.servers.iter().zip(weights);
    each.map(|(s, w)| (s.id, count(*w))).collect()
}

/// `hash-balance-factor`: whether a server has room for one more of its share of all load. What
/// may be served at once is dealt out along the servers by weight; each gets at least one place.
pub(super) fn bound<'b>(b: &'b Backend, weights: &'b [u32]) -> impl Fn(usize) -> bool + 'b {
    let load = |s: usize| u64::from(b.servers[s].shared.active.load(Relaxed));
    let sum = |part: &[u32]| part.iter().map(|w| u64::from(*w)).sum::<u64>();
    let (mut places, mut total) = (0, 1);
    if b.balance_factor != 0 {
        let all: u64 = (0..b.servers.len()).map(load).sum();
        places = ((all + 1) * u64::from(b.balance_factor)).div_ceil(100);
        total = sum(weights).max(1);
    }
    move |s| {
        let up_to = |end: usize| sum(&weights[..end]) * places / total;
        b.balance_factor == 0 || load(s) < (up_to(s + 1) - up_to(s)).max(1)
    }
}
