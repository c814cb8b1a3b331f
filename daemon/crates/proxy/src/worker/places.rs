//! Places of connections, which are limited in number: of the process, of a frontend, of an address,
//! and those that speak TLS.

use super::Worker;
use super::conn::Client;
use crate::plan::{Frontend, Plan};
use crate::shared::take_place;
use std::sync::atomic::Ordering::Relaxed;

/// All that one more connection of a client needs, or none.
pub fn take(plan: &Plan, f: &Frontend, bind: u32) -> bool {
    let totals = &plan.totals;
    if !take_place(&totals.connections, plan.maxconn) {
        return false;
    }
    if !take_place(&f.shared.active, f.maxconn) {
        totals.connections.fetch_sub(1, Relaxed);
        return false;
    }
    let place = f.place(bind);
    let own = place.is_none_or(|p| take_place(&p.shared.active, p.most));
    if own && (!f.seals(bind) || take_place(&totals.sealed.now, plan.max_sealed)) {
        return true;
    }
    if let Some(place) = place.filter(|_| own) {
        place.shared.active.fetch_sub(1, Relaxed);
    }
    f.shared.active.fetch_sub(1, Relaxed);
    totals.connections.fetch_sub(1, Relaxed);
    false
}

/// What [`take`] took.
pub fn give_back(plan: &Plan, f: &Frontend, bind: u32) {
    if f.seals(bind) {
        plan.totals.sealed.give_back();
    }
    let place = f.place(bind);
    if let Some(place) = place {
        place.shared.active.fetch_sub(1, Relaxed);
    }
    f.shared.active.fetch_sub(1, Relaxed);
    plan.totals.connections.fetch_sub(1, Relaxed);
}

impl Worker {
    /// Listeners that rest look whether there is room again, those of the other workers too.
    pub(super) fn room_again(&mut self) {
        let others_rest = self.plan.totals.resting.load(Relaxed) > u32::from(self.resting);
        self.end_rest();
        if others_rest {
            self.nudge_peers();
        }
    }
}

impl Frontend {
    /// TLS is spoken at this address.
    pub fn seals(&self, bind: u32) -> bool {
        let acceptor = self.acceptors.get(bind as usize);
        acceptor.is_some_and(Option::is_some)
    }
}

impl Client {
    /// What was taken when it came, whatever its address says by now.
    pub(super) fn give_places_back(&self) {
        if self.sealed {
            self.plan.totals.sealed.give_back();
        }
        if let Some(place) = &self.place {
            place.shared.active.fetch_sub(1, Relaxed);
        }
        self.frontend().shared.active.fetch_sub(1, Relaxed);
        self.plan.totals.connections.fetch_sub(1, Relaxed);
    }
}
