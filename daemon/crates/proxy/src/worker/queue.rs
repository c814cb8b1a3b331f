//! Requests that wait for a place at a server: first come first served, unless rules gave some
//! another place in the line.

use super::Worker;
use super::conn::{State, Wait};
use super::lines::Line;
use super::select::Choice;
use super::tally::tally_behind;
use crate::plan::Backend;
use crate::shared::leaving::identity;
use std::cmp::Reverse;
use std::sync::atomic::Ordering::Relaxed;

impl Worker {
    /// Finds a server for the client's request, or a reason why not.
    pub(super) fn dispatch(&mut self, i: u32) {
        self.let_others_go_first(i);
        match self.select(i) {
            Choice::Server(s) => self.assign(i, s),
            Choice::Full => self.enqueue(i, None),
            Choice::Bound(s) => self.enqueue(i, Some(s)),
            Choice::Nobody => self.no_server(i),
        }
    }

    /// A place that just became free belongs to those who wait.
    fn let_others_go_first(&mut self, i: u32) {
        let c = &self.clients[i];
        let Some(b) = c.txn.as_ref().and_then(|txn| txn.backend(&c.plan)) else {
            return;
        };
        if b.shared.queued.load(Relaxed) == 0 {
            return;
        }
        let (id, shared) = (b.shared.id, b.shared.clone());
        if b.follows_load() {
            // More load raises the limits: the first in line may go now.
            shared.queued.fetch_add(1, Relaxed);
            self.serve_queue(id);
            shared.queued.fetch_sub(1, Relaxed);
        } else if self.freed.contains(&id) {
            self.serve_queue(id);
        }
    }

    pub(super) fn no_server(&mut self, i: u32) {
        self.tally_nobody(i);
        self.note_end(i, b'S', b'C');
        self.answer_prepared(i, 503, true);
    }

    /// `meant`: the server that the request belongs to.
    fn enqueue(&mut self, i: u32, meant: Option<u32>) {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_ref() else { return };
        let Some(b) = txn.backend(&c.plan) else {
            return;
        };
        let server = meant.and_then(|s| b.servers.get(s as usize));
        if let Some(server) = server.filter(|_| txn.sticky.is_none()) {
            self.tally_balanced(b, server);
        }
        if server.is_some_and(|s| !s.has_room_in_line()) {
            return self.finds_no_room(i, meant);
        }
        b.shared.queued.fetch_add(1, Relaxed);
        let (left, line): (_, Line) = match server {
            Some(server) => {
                server.shared.queued.fetch_add(1, Relaxed);
                b.shared.queued_apart.fetch_add(1, Relaxed);
                (&server.shared.dequeued, Some(identity(&server.shared)))
            }
            None => (&b.shared.dequeued, None),
        };
        let after = left.load(Relaxed);
        let drained = server.map_or(0, |server| server.shared.drained.load(Relaxed));
        self.tally_queue(b, server);
        let (id, timeout, now) = (b.shared.id, b.timeouts.queue, self.now);
        if let (Some(local), Some(s)) = (self.locals.get_mut(id), meant) {
            local.moved(c.plan.serial, b, s as usize);
        }
        let priority = self.with_memory(i, |memory| memory.priority);
        let who = (i, self.clients.generation(i));
        let lines = &mut self.local(id).lines;
        lines.join(line, priority.unwrap_or_default(), now, who);
        let c = &mut self.clients[i];
        c.state = State::Waiting;
        if let Some(txn) = c.txn.as_mut() {
            txn.wait = Wait::Queue;
            (txn.log.queued, txn.log.queued_after) = (now, after);
            txn.server = meant;
            txn.queued_for = meant;
            txn.drained_before = drained;
        }
        self.set_deadline(i, timeout);
    }

    /// `maxqueue`: a request that persistence brought here goes elsewhere where that is allowed.
    fn finds_no_room(&mut self, i: u32, meant: Option<u32>) {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        let may_leave = txn.sticky.is_some() && txn.persistence != Some(true);
        txn.server = meant;
        if may_leave && txn.backend(&c.plan).is_some_and(|b| b.redispatch.is_some()) {
            return self.go_elsewhere(i);
        }
        self.tally_nobody(i);
        self.note_end(i, b'S', b'Q');
        self.answer_prepared(i, 503, true);
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
        self.step_out(i, false);
    }

    /// `called`: it was its turn, which those behind it are told.
    fn step_out(&mut self, i: u32, called: bool) {
        let now = self.now;
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        if c.state != State::Waiting || txn.wait != Wait::Queue {
            return;
        }
        txn.wait = Wait::Connect;
        if txn.log.connecting == 0 {
            txn.log.connecting = now;
        }
        let (meant, after) = (txn.queued_for.take(), txn.log.queued_after);
        let Some(b) = txn.backend(&c.plan) else {
            return;
        };
        b.shared.queued.fetch_sub(1, Relaxed);
        let (left, place) = match meant.and_then(|s| b.servers.get(s as usize)) {
            Some(server) => {
                server.shared.queued.fetch_sub(1, Relaxed);
                b.shared.queued_apart.fetch_sub(1, Relaxed);
                (&server.shared.dequeued, &mut txn.log.server_queue)
            }
            None => (&b.shared.dequeued, &mut txn.log.backend_queue),
        };
        let before = if called {
            left.fetch_add(1, Relaxed)
        } else {
            left.load(Relaxed)
        };
        *place += before.wrapping_sub(after).wrapping_add(1);
    }

    /// Gives free places to those who wait.
    pub(super) fn serve_freed(&mut self) {
        while let Some(id) = self.freed.pop() {
            self.serve_queue(id);
        }
    }

    /// Who stands first in a line goes, or that line waits on.
    pub(super) fn serve_queue(&mut self, id: usize) {
        // Who goes elsewhere comes by here again.
        if std::mem::replace(&mut self.local(id).serving, true) {
            return;
        }
        let mut heads = self.local(id).lines.heads();
        while let Some(Reverse(head)) = heads.pop() {
            let (_, line, i, generation) = head;
            let there = self.local(id).lines.take(head);
            if there && self.is_queued(i, generation) && !self.stops_waiting(i) {
                self.local(id).lines.put_back(head);
                continue;
            }
            heads.extend(self.local(id).lines.head(line));
        }
        self.local(id).serving = false;
    }

    /// Whether there is a place for it, or reason to look for one elsewhere.
    fn stops_waiting(&mut self, i: u32) -> bool {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_ref() else {
            return true;
        };
        let Some(s) = txn.queued_for else {
            let Choice::Server(s) = self.select(i) else {
                return false;
            };
            self.step_out(i, true);
            self.assign(i, s);
            return true;
        };
        let before = txn.drained_before;
        let left = |b| is_left(b, s, before);
        if txn.backend(&c.plan).is_some_and(left) && txn.persistence != Some(true) {
            self.go_elsewhere(i);
            return true;
        }
        if !self.take_awaited(i, s) {
            return false;
        }
        self.step_out(i, true);
        self.assign(i, s);
        true
    }

    /// The server that it belongs to is out, or has no room for it.
    fn go_elsewhere(&mut self, i: u32) {
        let c = &self.clients[i];
        if let Some(txn) = c.txn.as_ref() {
            tally_behind(txn, &c.plan, self.id, |t| &t.redispatches);
        }
        self.leave_queue(i);
        let c = &mut self.clients[i];
        if let Some(txn) = c.txn.as_mut() {
            txn.log.redispatched = true;
            (txn.sticky, txn.preferred, txn.server) = (None, None, None);
        }
        self.dispatch(i);
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
            local.moved(serial, b, server as usize);
        }
        let waiting = b.shared.queued.load(Relaxed) as usize;
        if waiting > 0 {
            self.freed.push(id);
            if self.local(id).lines.len() < waiting {
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

/// Whether a request that waits for this server looks for another one: it went, or began to drain
/// since. Who comes to one that drains waits.
fn is_left(b: &Backend, s: u32, drained_before: u32) -> bool {
    let server = &b.servers[s as usize].shared;
    let drained = server.drained.load(Relaxed) != drained_before;
    b.sends_on() && (drained || !server.state().keeps())
}
