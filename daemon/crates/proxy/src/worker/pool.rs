//! Idle connections to servers: one stack for each server and worker. The one used last is the
//! one most likely to be alive.

use super::Worker;
use super::slab::NONE;

/// How long a connection may be idle before it is closed.
const IDLE_MS: u64 = 5_000;
const MOST: usize = 4096;

#[derive(Debug, Default)]
pub struct Pools(Vec<Vec<u32>>);

impl Pools {
    fn of(&mut self, pool: usize) -> &mut Vec<u32> {
        if self.0.len() <= pool {
            self.0.resize_with(pool + 1, Vec::new);
        }
        &mut self.0[pool]
    }
}

impl Worker {
    /// Takes an idle connection to the server out of its pool.
    pub(super) fn take_idle(&mut self, pool: usize) -> Option<u32> {
        self.pools.of(pool).pop()
    }

    /// Puts a connection that may carry another request back.
    pub(super) fn put_idle(&mut self, u: u32) {
        let now = self.now;
        let up = &mut self.ups[u];
        up.client = NONE;
        up.idle_since = now;
        let pool = up.pool;
        if up.owner != NONE {
            let owner = up.owner;
            if let Some(c) = self.clients.get_mut(owner) {
                c.own_up = u;
                return;
            }
        }
        let stack = self.pools.of(pool);
        if stack.len() < MOST {
            stack.push(u);
        } else {
            self.close_upstream(u);
        }
    }

    /// An idle connection became readable or broken: the server ended it, or talks out of turn.
    pub(super) fn drop_idle(&mut self, u: u32) {
        let (pool, owner) = (self.ups[u].pool, self.ups[u].owner);
        if owner == NONE {
            self.pools.of(pool).retain(|other| *other != u);
        } else if let Some(c) = self.clients.get_mut(owner) {
            c.own_up = NONE;
        }
        self.close_upstream(u);
    }

    /// Closes what has been idle for long; the oldest are at the bottom of each stack.
    pub(super) fn purge_idle(&mut self) {
        let now = self.now;
        for pool in 0..self.pools.0.len() {
            let stack = &self.pools.0[pool];
            let old = stack
                .iter()
                .take_while(|u| {
                    self.ups
                        .get(**u)
                        .is_none_or(|up| up.idle_since + IDLE_MS < now)
                })
                .count();
            let gone: Vec<u32> = self.pools.0[pool].drain(..old).collect();
            for u in gone {
                self.close_upstream(u);
            }
        }
    }

    pub(super) fn close_upstream(&mut self, u: u32) {
        if let Some(mut up) = self.ups.remove(u) {
            self.buffers.give(up.pend);
            up.link.release(&mut self.buffers);
        }
    }
}
