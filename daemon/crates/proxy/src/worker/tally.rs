//! What an exchange was, for the counters of its frontend, backend and server.

use super::Worker;
use super::answer::is_local;
use super::conn::{Txn, Wait};
use crate::plan::{Backend, Plan, Server};
use crate::rules::Outcome;
use crate::shared::{Counter, Traffic};
use std::sync::atomic::Ordering::Relaxed;

/// One more at the exchange's backend and server, as far as it has come.
pub(super) fn tally_behind(
    txn: &Txn,
    plan: &Plan,
    worker: usize,
    of: impl Fn(&Traffic) -> &Counter,
) {
    if let Some(b) = txn.backend(plan) {
        of(&b.shared.traffic[worker]).add(1);
    }
    if let Some(s) = txn.server(plan) {
        of(&s.shared.traffic[worker]).add(1);
    }
}

impl Worker {
    pub(super) fn front(&self, i: u32) -> &Traffic {
        &self.clients[i].frontend().shared.traffic[self.id]
    }

    /// One more at the client's frontend, and at its address where that is counted apart.
    pub(super) fn tally_front(&self, i: u32, of: impl Fn(&Traffic) -> &Counter) {
        of(self.front(i)).add(1);
        if let Some(own) = self.listener(i) {
            of(own).add(1);
        }
    }

    /// `option socket-stats`
    fn listener(&self, i: u32) -> Option<&Traffic> {
        let c = &self.clients[i];
        Some(&c.frontend().listener(c.bind)?[self.id])
    }

    fn back(&self, i: u32) -> Option<&Traffic> {
        let c = &self.clients[i];
        let backend = c.txn.as_ref()?.backend(&c.plan)?;
        Some(&backend.shared.traffic[self.id])
    }

    /// The end of an exchange: bytes, the class of its answer, and who broke it off.
    pub(super) fn tally(&self, i: u32, txn: &Txn) {
        let plan = &self.clients[i].plan;
        let n = &txn.log;
        let front = self.front(i);
        let back = txn.backend(plan).map(|b| &b.shared.traffic[self.id]);
        let server = txn.server(plan).map(|s| &s.shared.traffic[self.id]);
        for side in [Some(front), self.listener(i), back, server]
            .into_iter()
            .flatten()
        {
            side.bytes_in.add(n.bytes_in);
            side.bytes_out.add(n.bytes_out);
        }
        if txn.http {
            front.answered(txn.status);
            if let Some(back) = back {
                back.answered(txn.status);
            }
        }
        if let (Some(back), Some(server), Some(times)) = (back, server, self.times(txn)) {
            back.took(times);
            server.took(times);
        }
        match (n.cause, n.state) {
            (b'C', b'Q') => {}
            (b'C' | b'c', _) => tally_behind(txn, plan, self.id, |t| &t.client_aborts),
            (b'S' | b's' | b'D' | b'K' | b'U', b'D') => {
                tally_behind(txn, plan, self.id, |t| &t.server_aborts);
            }
            _ => {}
        }
    }

    /// In the queue, connecting, until the response, and in all, of an exchange that came so far.
    fn times(&self, txn: &Txn) -> Option<[u64; 4]> {
        let n = &txn.log;
        if n.connected == 0 || txn.http && n.response == 0 {
            return None;
        }
        let between = |from: u64, to: u64| to.saturating_sub(from);
        let response = if txn.http {
            between(n.connected, n.response)
        } else {
            0
        };
        Some([
            between(n.head_done.max(n.started), n.connecting),
            between(n.connecting, n.connected),
            response,
            between(n.idle_from, self.now),
        ])
    }

    /// A place at this server was taken, which balancing chose unless the request belongs to it or
    /// waited for whichever is free first.
    pub(super) fn tally_taken(&self, i: u32, s: u32) {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_deref() else { return };
        let Some(b) = txn.backend(&c.plan) else {
            return;
        };
        let server = &b.servers[s as usize];
        b.shared.active.fetch_add(1, Relaxed);
        self.tally_server_load(server);
        if txn.wait == Wait::Queue {
            return;
        }
        self.tally_load(b, 0);
        if txn.sticky.is_none() {
            self.tally_balanced(b, server);
        }
    }

    pub(super) fn tally_balanced(&self, b: &Backend, server: &Server) {
        b.shared.traffic[self.id].balanced.add(1);
        server.shared.traffic[self.id].balanced.add(1);
    }

    /// The backend has one more exchange, in the queue or at a server, or `nowhere`.
    pub(super) fn tally_load(&self, b: &Backend, nowhere: u32) {
        let shared = &b.shared;
        let all = shared.sessions() + nowhere;
        shared.traffic[self.id].most.raise(all.into());
    }

    pub(super) fn tally_server_load(&self, s: &Server) {
        let active = s.shared.active.load(Relaxed);
        s.shared.traffic[self.id].most.raise(active.into());
    }

    /// One more waits in the backend's queue, or in that of a server.
    pub(super) fn tally_queue(&self, b: &Backend, server: Option<&Server>) {
        let (queue, traffic) = match server {
            Some(s) => (s.shared.queued.load(Relaxed), &s.shared.traffic),
            None => (b.shared.queued_unbound(), &b.shared.traffic),
        };
        traffic[self.id].most_queued.raise(queue.into());
        self.tally_load(b, 0);
    }

    /// A server's answer, an interim one too.
    pub(super) fn tally_reply(&self, i: u32, status: u16) {
        let c = &self.clients[i];
        if let Some(s) = c.txn.as_ref().and_then(|txn| txn.server(&c.plan)) {
            let traffic = &s.shared.traffic[self.id];
            traffic.requests.add(1);
            traffic.answered(status);
        }
    }

    /// It is taken for none.
    pub(super) fn untally_reply(&self, i: u32, status: u16) {
        let c = &self.clients[i];
        if let Some(s) = c.txn.as_ref().and_then(|txn| txn.server(&c.plan)) {
            let traffic = &s.shared.traffic[self.id];
            traffic.requests.take_back(1);
            traffic.unanswered(status);
        }
    }

    /// Rules ended a request before it went to a server.
    pub(super) fn tally_outcome(&self, i: u32, outcome: &Outcome) {
        let refused = self.edits.refused && !self.edits.asked;
        if matches!(outcome, Outcome::Drop { unread: true }) {
            self.tally_front(i, |t| &t.denied_requests);
        } else if refused || !is_local(outcome) {
            self.tally_denied(i);
        } else if self.back(i).is_none() {
            self.front(i).intercepted.add(1);
        }
    }

    /// A request that rules refused.
    pub(super) fn tally_denied(&self, i: u32) {
        self.tally_front(i, |t| &t.denied_requests);
        if let Some(back) = self.back(i) {
            back.denied_requests.add(1);
        }
    }

    /// Rules put something else in the place of a server's response.
    pub(super) fn tally_reply_outcome(&self, i: u32, outcome: &Outcome) {
        if !self.edits.refused && matches!(outcome, Outcome::Answer { .. }) {
            return;
        }
        self.tally_front(i, |t| &t.denied_responses);
        let c = &self.clients[i];
        if let Some(txn) = &c.txn {
            tally_behind(txn, &c.plan, self.id, |t| &t.denied_responses);
        }
    }

    /// No server could be had.
    pub(super) fn tally_nobody(&self, i: u32) {
        let c = &self.clients[i];
        let Some(txn) = &c.txn else { return };
        tally_behind(txn, &c.plan, self.id, |t| &t.connection_errors);
        if let Some(b) = txn.backend(&c.plan) {
            self.tally_load(b, u32::from(txn.wait != Wait::Queue));
        }
    }
}
