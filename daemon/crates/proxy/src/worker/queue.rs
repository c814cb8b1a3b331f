//! Requests that wait for a place at a server: first come first served, unless rules gave some
//! another place in the line.

use super::Worker;
use super::conn::{State, Wait};
use super::select::Choice;
use crate::rules::exchange::Priority;
use std::collections::VecDeque;
use std::sync::atomic::Ordering::Relaxed;

/// A request in the line.
#[derive(Debug, Clone, Copy)]
pub struct Queued {
    /// Lower goes first: the class above, the time below.
    rank: i64,
    client: u32,
    generation: u32,
}

/// Room for the time in a rank: years in milliseconds.
const CLASS_SHIFT: u32 = 44;

fn rank(priority: Priority, now: u64) -> i64 {
    let time = i64::try_from(now).unwrap_or(0) + priority.offset;
    (priority.class << CLASS_SHIFT) + time
}

/// Behind all that go before it; with nobody's priority set, that is the end.
fn insert(queue: &mut VecDeque<Queued>, new: Queued) {
    let before = queue.iter().rev().position(|other| other.rank <= new.rank);
    queue.insert(before.map_or(0, |after| queue.len() - after), new);
}

impl Worker {
    /// Finds a server for the client's request, or a reason why not.
    pub(super) fn dispatch(&mut self, i: u32) {
        if let Some((id, follows_load)) = self.others_wait(i) {
            if follows_load {
                // More load raises the limits: the first in line may go now.
                self.enqueue(i);
                self.freed.push(id);
                return;
            }
            // A place that just became free belongs to those who wait.
            if self.freed.contains(&id) {
                self.serve_queue(id);
            }
        }
        match self.select(i) {
            Choice::Server(s) => self.assign(i, s),
            Choice::Full => self.enqueue(i),
            Choice::Nobody => self.no_server(i),
        }
    }

    /// The backend, where others wait already; and whether its limits follow the load.
    fn others_wait(&mut self, i: u32) -> Option<(usize, bool)> {
        let c = &self.clients[i];
        let b = c.txn.as_ref()?.backend(&c.plan)?;
        if b.shared.queued.load(Relaxed) == 0 {
            return None;
        }
        let (id, follows_load) = (b.shared.id, b.follows_load());
        (!self.local(id).queue.is_empty()).then_some((id, follows_load))
    }

    pub(super) fn no_server(&mut self, i: u32) {
        self.tally_nobody(i);
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.log.end(b'S', b'C');
        }
        self.answer_prepared(i, 503, true);
    }

    fn enqueue(&mut self, i: u32) {
        let c = &self.clients[i];
        let Some(b) = c.txn.as_ref().and_then(|t| t.backend(&c.plan)) else {
            return;
        };
        let (id, timeout) = (b.shared.id, b.timeouts.queue);
        // `maxqueue`: the queue is the backend's, so its room is what the servers allow together.
        let bounded = b.servers.iter().all(|s| s.maxqueue > 0);
        let room = b.servers.iter().map(|s| s.maxqueue).sum::<u32>();
        if bounded && b.shared.queued.load(Relaxed) >= room {
            return self.no_server(i);
        }
        let mut before = b.shared.queued.fetch_add(1, Relaxed);
        let meant = c.txn.as_ref().and_then(|t| t.sticky);
        let server = meant.and_then(|s| b.servers.get(s as usize));
        if let Some(server) = server {
            before = server.shared.queued.fetch_add(1, Relaxed);
            b.shared.queued_apart.fetch_add(1, Relaxed);
        }
        self.tally_queue(b, server);
        let now = self.now;
        let priority = self.with_memory(i, |memory| memory.priority);
        let new = Queued {
            rank: rank(priority.unwrap_or_default(), now),
            client: i,
            generation: self.clients.generation(i),
        };
        insert(&mut self.local(id).queue, new);
        let c = &mut self.clients[i];
        c.state = State::Waiting;
        if let Some(txn) = c.txn.as_mut() {
            txn.wait = Wait::Queue;
            txn.log.queued = now;
            txn.log.queue_position = before;
            txn.queued_for = meant;
        }
        self.set_deadline(i, timeout);
    }

    fn is_queued(&self, i: u32, generation: u32) -> bool {
        self.clients.is_current(i, generation)
            && self.clients[i].state == State::Waiting
            && self.clients[i]
                .txn
                .as_ref()
                .is_some_and(|t| t.wait == Wait::Queue)
    }

    /// To be called when a queued request stops waiting for whatever reason.
    pub(super) fn leave_queue(&mut self, i: u32) {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        if c.state == State::Waiting && txn.wait == Wait::Queue {
            txn.wait = Wait::Connect;
            let meant = txn.queued_for.take();
            if let Some(b) = txn.backend(&c.plan) {
                b.shared.queued.fetch_sub(1, Relaxed);
                if let Some(server) = meant.and_then(|s| b.servers.get(s as usize)) {
                    server.shared.queued.fetch_sub(1, Relaxed);
                    b.shared.queued_apart.fetch_sub(1, Relaxed);
                }
            }
        }
    }

    /// Gives free places to those who wait.
    pub(super) fn serve_freed(&mut self) {
        while let Some(id) = self.freed.pop() {
            self.serve_queue(id);
        }
    }

    pub(super) fn serve_queue(&mut self, id: usize) {
        let mut queue = std::mem::take(&mut self.local(id).queue);
        let mut kept = std::collections::VecDeque::new();
        let mut blocked = 0;
        while let Some(next) = queue.pop_front() {
            let i = next.client;
            if !self.is_queued(i, next.generation) {
                continue;
            }
            match self.select(i) {
                Choice::Server(s) => {
                    self.leave_queue(i);
                    self.assign(i, s);
                }
                Choice::Full => {
                    kept.push_back(next);
                    // Hashed requests wait for different servers: look a little further.
                    blocked += 1;
                    if blocked == 8 {
                        break;
                    }
                }
                Choice::Nobody => {
                    self.leave_queue(i);
                    self.no_server(i);
                }
            }
        }
        kept.append(&mut queue);
        let local = self.local(id);
        for new in std::mem::take(&mut local.queue) {
            insert(&mut kept, new);
        }
        local.queue = kept;
    }

    /// Gives the place at the server back and wakes those who wait for it.
    pub(super) fn release_place(&mut self, i: u32) {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        if !std::mem::take(&mut txn.placed) {
            return;
        }
        let (Some(b), Some(s)) = (txn.backend(&c.plan), txn.server(&c.plan)) else {
            return;
        };
        s.shared.active.fetch_sub(1, Relaxed);
        b.shared.active.fetch_sub(1, Relaxed);
        let (id, serial) = (b.shared.id, c.plan.serial);
        if let (Some(local), Some(server)) = (self.locals.get_mut(id), txn.server) {
            local.released(serial, b, server as usize);
        }
        let waiting = b.shared.queued.load(Relaxed) as usize;
        if waiting > 0 {
            self.freed.push(id);
            if self.local(id).queue.len() < waiting {
                self.nudge_peers();
            }
        }
    }

    pub(super) fn nudge_peers(&self) {
        for (id, peer) in self.peers.iter().enumerate() {
            if id != self.id {
                peer.nudge();
            }
        }
    }
}
