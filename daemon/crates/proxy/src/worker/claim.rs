//! Places at servers that are chosen already.

use super::Worker;
use super::select::{Choice, demand};
use crate::shared::take_place;
use std::sync::atomic::Ordering::Relaxed;

impl Worker {
    /// Takes a place at a given server, for another try.
    pub(super) fn select_same(&mut self, i: u32) -> Choice {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_ref() else {
            return Choice::Nobody;
        };
        let (Some(b), Some(s), Some(index)) =
            (txn.backend(&c.plan), txn.server(&c.plan), txn.server)
        else {
            return Choice::Nobody;
        };
        if !s.shared.state().keeps() {
            return Choice::Nobody;
        }
        if !take_place(&s.shared.active, s.limit(b, demand(b))) {
            return Choice::Full;
        }
        b.shared.active.fetch_add(1, Relaxed);
        self.tally_load(b, 0);
        self.tally_server_load(s);
        Choice::Server(index)
    }

    /// Takes a place at the server that the request waits for, whatever its state: it waits for no
    /// other.
    pub(super) fn take_awaited(&mut self, i: u32, s: u32) -> bool {
        let c = &self.clients[i];
        let Some(b) = c.txn.as_ref().and_then(|txn| txn.backend(&c.plan)) else {
            return false;
        };
        let server = &b.servers[s as usize];
        let free = take_place(&server.shared.active, server.limit(b, demand(b)));
        if free {
            self.tally_taken(i, s);
            if let Some(local) = self.locals.get_mut(b.shared.id) {
                local.moved(c.plan.serial, b, s as usize);
            }
        }
        free
    }
}
