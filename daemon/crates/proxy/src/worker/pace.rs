//! How fast connections are let in: `rate-limit sessions`, `maxconnrate`, `maxsessrate`, `maxsslrate`. Where a
//! limit is reached the listener rests, and connections wait in the kernel's queue.

use super::Worker;
use super::chores::NEVER;
use crate::plan::{Frontend, Plan};
use std::sync::atomic::Ordering::Relaxed;

/// Longest rest before the rate is looked at again.
const REST_MS: u64 = 50;

/// Whether the limit is reached; 0 is none.
fn reached(limit: u32, rate: impl FnOnce() -> u64) -> bool {
    limit != 0 && rate() >= u64::from(limit)
}

/// A limit that is reached.
fn exhausted(plan: &Plan, (f, bind): (&Frontend, u32), now: u64) -> Option<u32> {
    let (own, all) = (f.session_limit, plan.pace);
    if reached(own, || f.shared.session_rate.read(now)) {
        return Some(own);
    }
    if reached(all.connections, || plan.totals.connection_rate.read(now)) {
        return Some(all.connections);
    }
    if reached(all.sessions, || plan.totals.session_rate.read(now)) {
        return Some(all.sessions);
    }
    let sealed = || plan.totals.sealed.client_rate.read(now);
    (f.seals(bind) && reached(all.sealed, sealed)).then_some(all.sealed)
}

impl Worker {
    /// Whether connections come faster than they may; then the listener rests for a while.
    pub(super) fn too_fast(&mut self, l: u32) -> bool {
        let Some(listener) = self.listeners.get(l) else {
            return true;
        };
        let f = &listener.plan.frontends[listener.frontend as usize];
        if !f.paced {
            return false;
        }
        let Some(limit) = exhausted(&listener.plan, (f, listener.bind), self.now) else {
            return false;
        };
        let until = self.now + (1000 / u64::from(limit)).clamp(1, REST_MS);
        self.rest(l);
        self.chores.pause = self.chores.pause.min(until);
        true
    }

    /// One more connection, for the rates that are limited.
    pub(super) fn count_connection(&self, plan: &Plan, f: &Frontend, bind: u32) {
        if f.seals(bind) {
            plan.totals.sealed.clients.fetch_add(1, Relaxed);
            if plan.pace.sealed != 0 {
                plan.totals.sealed.client_rate.add(self.now);
            }
        }
        if plan.rates || f.session_limit != 0 {
            f.shared.session_rate.add(self.now);
        }
        if plan.pace.connections != 0 {
            plan.totals.connection_rate.add(self.now);
        }
    }

    /// The rest that a rate asked for is over.
    pub(super) fn end_pause(&mut self) {
        if self.now >= self.chores.pause {
            self.chores.pause = NEVER;
            self.end_rest();
        }
    }
}
