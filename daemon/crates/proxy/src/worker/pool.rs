//! Idle connections to servers: stacks for each server and worker. The one used last is the one
//! most likely to be alive; those that carried more than one request go before the others.

use super::Worker;
use super::conn::Upstream;
use super::slab::NONE;
use crate::plan::{HttpReuse, IdleRules, PURGE_MS};
use crate::shared::take_place;
use std::sync::atomic::Ordering::Relaxed;

/// Most idle connections of a server and worker.
const MOST: usize = 4096;

/// Of one server.
#[derive(Debug, Default)]
struct Stacks {
    proven: Vec<u32>,
    once: Vec<u32>,
    /// Connections of HTTP/2, idle or not.
    trunks: Vec<u32>,
    /// Moves on when the server moves: connections from before are not used again.
    epoch: u32,
}

#[derive(Debug, Default)]
pub struct Pools(Vec<Stacks>);

impl Pools {
    fn of(&mut self, pool: usize) -> &mut Stacks {
        if self.0.len() <= pool {
            self.0.resize_with(pool + 1, Stacks::default);
        }
        &mut self.0[pool]
    }

    /// Of HTTP/2.
    pub fn trunks_of(&self, pool: usize) -> &[u32] {
        self.0.get(pool).map_or(&[], |stacks| &stacks.trunks)
    }

    pub fn trunks(&mut self, pool: usize) -> &mut Vec<u32> {
        &mut self.of(pool).trunks
    }

    pub fn epoch(&mut self, pool: usize) -> u32 {
        self.of(pool).epoch
    }
}

impl Stacks {
    fn of(&mut self, proven: bool) -> &mut Vec<u32> {
        if proven {
            &mut self.proven
        } else {
            &mut self.once
        }
    }
}

impl Worker {
    /// Takes an idle connection to the server out of its pool, for a client's first request or
    /// for a later one.
    /// `name`: where servers are asked for more than one name, that of this request.
    pub(super) fn take_idle(
        &mut self,
        pool: usize,
        (reuse, first): (HttpReuse, bool),
        name: Option<&Option<Box<str>>>,
    ) -> Option<u32> {
        let stacks = self.pools.of(pool);
        let ups = &self.ups;
        let pop = |stack: &mut Vec<u32>| match name {
            None => stack.pop(),
            Some(name) => {
                let at = stack.iter().rposition(|u| ups[*u].name == *name)?;
                Some(stack.remove(at))
            }
        };
        let u = match (reuse, first) {
            (HttpReuse::Never, _) | (HttpReuse::Safe, true) => None,
            // Only where the server has shown that it serves more than one request.
            (HttpReuse::Aggressive, true) => pop(&mut stacks.proven),
            _ => pop(&mut stacks.proven).or_else(|| pop(&mut stacks.once)),
        }?;
        self.ups[u].leave_pool();
        Some(u)
    }

    /// The exchange over a connection is over.
    pub(super) fn let_go(&mut self, u: u32) {
        let up = &self.ups[u];
        if up.keep && !up.link.is_blocked() && !up.link.ended && !up.link.hung_up {
            self.put_idle(u);
        } else {
            self.close_upstream(u);
        }
    }

    /// Puts a connection that may carry another request back.
    pub(super) fn put_idle(&mut self, u: u32) {
        let now = self.now;
        let up = &mut self.ups[u];
        up.client = NONE;
        up.idle_since = now;
        let pool = up.pool;
        if up.idle.is_some() && !up.may_rest() {
            return self.close_upstream(u);
        }
        let stacks = self.pools.of(pool);
        if stacks.epoch != up.epoch {
            return self.close_upstream(u);
        }
        if up.owner != NONE {
            let owner = up.owner;
            if let Some(c) = self.clients.get_mut(owner) {
                c.own_up = u;
                return;
            }
        }
        let stack = stacks.of(self.ups[u].reused);
        if stack.len() < MOST && self.ups[u].enter_pool() {
            stack.push(u);
        } else {
            self.close_upstream(u);
        }
    }

    /// An idle connection became readable or broken: the server ended it, or talks out of turn.
    pub(super) fn drop_idle(&mut self, u: u32) {
        let (pool, owner) = (self.ups[u].pool, self.ups[u].owner);
        if owner == NONE {
            let stack = self.pools.of(pool).of(self.ups[u].reused);
            stack.retain(|other| *other != u);
            self.ups[u].leave_pool();
        } else if let Some(c) = self.clients.get_mut(owner) {
            c.own_up = NONE;
        }
        self.close_upstream(u);
    }

    /// The server is elsewhere: closes what is idle now, and what is in use when it gets idle.
    pub(super) fn leave(&mut self, pool: usize) {
        self.pools.of(pool).epoch += 1;
        for u in self.ups.indexes() {
            // A connection that is closed may take others with it.
            let idle = |up: &Upstream| up.pool == pool && up.client == NONE;
            if !self.ups.get(u).is_some_and(idle) {
                continue;
            }
            match self.trunk_of(u) {
                Some(h) => self.retire(h),
                None => self.drop_idle(u),
            }
        }
    }

    /// Closes what has been idle for long; the oldest are at the bottom of each stack.
    pub(super) fn purge_idle(&mut self) {
        for pool in 0..self.pools.0.len() {
            self.purge_trunks(pool);
            for proven in [true, false] {
                let stack = self.pools.0[pool].of(proven);
                let (ups, now) = (&self.ups, self.now);
                let is_old = |u: &&u32| ups.get(**u).is_none_or(|up| up.is_old(now));
                let old = stack.iter().take_while(is_old).count();
                let gone: Vec<u32> = stack.drain(..old).collect();
                for u in gone {
                    self.ups[u].leave_pool();
                    self.close_upstream(u);
                }
            }
        }
    }

    pub(super) fn close_upstream(&mut self, u: u32) {
        if let Some(up) = self.ups.remove(u) {
            self.buffers.give(up.pend);
            up.link.release(&mut self.buffers);
            if up.sealed {
                self.plan.totals.sealed.give_back();
                if self.plan.max_sealed != 0 {
                    self.room_again();
                }
            }
        }
    }
}

impl Upstream {
    /// Nobody has used it for long.
    pub fn is_old(&self, now: u64) -> bool {
        let after = self.idle.as_ref().map_or(PURGE_MS, |idle| idle.purge);
        self.idle_since + after < now
    }

    /// Where requests are counted as they begin: whether the server wants to see another one.
    pub fn may_carry_more(&self) -> bool {
        let may = |idle: &IdleRules| idle.purge > 0 && self.requests <= idle.reuse;
        self.idle.as_deref().is_none_or(may)
    }

    /// Whether the server wants to see it again.
    fn may_rest(&mut self) -> bool {
        let Some(idle) = &self.idle else { return true };
        self.requests += 1;
        idle.purge > 0 && self.requests <= idle.reuse
    }

    /// False when the server has as many idle connections as it wants.
    pub fn enter_pool(&self) -> bool {
        let most = |idle: &IdleRules| match idle.most {
            0 => false,
            u32::MAX => take_place(&idle.shared.idle, 0),
            most => take_place(&idle.shared.idle, most),
        };
        self.idle.as_deref().is_none_or(most)
    }

    pub fn leave_pool(&self) {
        if let Some(idle) = &self.idle {
            idle.shared.idle.fetch_sub(1, Relaxed);
        }
    }
}
