//! The end of exchanges and of connections.

use super::Worker;
use super::conn::{Reply, State, Txn, Wait};
use super::link::Read;
use super::slab::NONE;
use super::tally::tally_behind;
use crate::shared::ServerShared;
use crate::shared::table::Counter;
use std::sync::Arc;

/// How long a client may take to read our last answer while we throw away what it sends.
const LINGER_MS: u64 = 2_000;

impl Worker {
    /// The response is on its way whole: log, give everything back, go on with the next request.
    pub(super) fn finish(&mut self, i: u32) {
        self.release_place(i);
        let Some(txn) = self.clients[i].txn.take() else {
            return;
        };
        self.log(i, &txn);
        let u = txn.up;
        if u != NONE {
            self.let_go(u);
        }
        let keep =
            txn.keep && txn.request_done && txn.reply != Reply::Head || txn.up == NONE && txn.keep;
        self.settle(i, &txn);
        self.recycle(txn);
        if !self.leavers.is_empty() {
            self.left(i, false);
        }
        let now = self.now;
        let c = &mut self.clients[i];
        if c.link.is_stream() {
            c.link.shut_down(&mut self.buffers);
            return self.close_client(i);
        }
        if !keep || c.link.ended {
            c.state = State::Closing;
            return self.wind_up(i);
        }
        c.state = State::Head;
        c.idle_from = now;
        let wait = c.frontend().timeouts.http_keep_alive;
        let next = !c.pend.is_empty() || c.link.readable;
        self.set_deadline(i, wait);
        if next {
            self.resume_later(i);
        }
    }

    /// What the exchange was for the counters, and the end of what was remembered for it.
    fn settle(&self, i: u32, txn: &Txn) {
        self.tally(i, txn);
        if self.clients[i].memory.is_none() {
            return;
        }
        let (n, now) = (&txn.log, self.now);
        self.count(i, &[Counter::BytesInCnt, Counter::BytesInRate], n.bytes_in);
        self.count(
            i,
            &[Counter::BytesOutCnt, Counter::BytesOutRate],
            n.bytes_out,
        );
        self.with_memory(i, |memory| memory.end_exchange(now));
    }

    pub(super) fn recycle(&mut self, mut txn: Box<Txn>) {
        self.buffers.give(std::mem::take(&mut txn.request));
        let mut line = std::mem::take(&mut txn.log.line);
        line.clear();
        *txn = Txn::default();
        txn.log.line = line;
        if self.txns.len() < 1024 {
            self.txns.push(txn);
        }
    }

    /// The response cannot be completed: the client learns it by the end of its connection.
    pub(super) fn abort(&mut self, i: u32, cause: u8, state: u8) {
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.log.end(cause, state);
        }
        self.abandon(i, cause);
        self.clients[i].link.cut();
        self.close_client(i);
    }

    /// A server that is left in the middle learns it by a reset: an end would look like the whole of
    /// what was to come. In tcp mode only a client that broke off leaves something unfinished.
    pub(super) fn abandon(&mut self, i: u32, cause: u8) {
        let Some(txn) = self.clients[i].txn.as_ref() else {
            return;
        };
        if let Some(up) = self.ups.get_mut(txn.up)
            && (txn.http || cause == b'C')
        {
            up.link.break_off();
        }
    }

    /// The server is out (`D`), or a better one is back (`U`): its sessions end now.
    pub(super) fn end_sessions(&mut self, server: &Arc<ServerShared>, cause: u8) {
        for i in self.clients.indexes() {
            let Some(c) = self.clients.get(i) else {
                continue;
            };
            let Some(txn) = c.txn.as_ref() else { continue };
            let its = txn
                .server(&c.plan)
                .is_some_and(|s| Arc::ptr_eq(&s.shared, server));
            if !its || !txn.placed {
                continue;
            }
            if txn.http && txn.reply == Reply::Head {
                tally_behind(txn, &c.plan, self.id, |t| &t.response_errors);
                self.drop_upstream(i);
                self.release_place(i);
                self.note_end(i, cause, b'H');
                self.answer_prepared(i, 502, true);
            } else {
                let state = if txn.http { b'D' } else { b'-' };
                self.abort(i, cause, state);
            }
        }
    }

    /// The client is not there any more.
    pub(super) fn client_gone(&mut self, i: u32) {
        self.note_client_gone(i);
        self.abandon(i, b'C');
        self.close_client(i);
    }

    /// A client that waits has said its last, which `option abortonclose` takes for an end.
    pub(super) fn client_gives_up(&mut self, i: u32) {
        let c = &self.clients[i];
        let waits = c.state == State::Waiting;
        if waits && c.txn.as_ref().is_some_and(|txn| txn.wait == Wait::Queue) {
            return self.client_gone(i);
        }
        self.note_client_gone(i);
        self.answer_prepared(i, 400, false);
    }

    fn note_client_gone(&mut self, i: u32) {
        let c = &mut self.clients[i];
        if let Some(txn) = c.txn.as_mut() {
            let state = match (c.state, txn.reply) {
                (State::Waiting, _) if matches!(txn.wait, Wait::Name(_)) => b'R',
                (State::Waiting, _) if txn.wait == Wait::Queue => b'Q',
                (State::Waiting, _) => b'C',
                (State::Inspect, _) => b'R',
                (_, Reply::Head) if !txn.request_done => b'D',
                (_, Reply::Head) => b'H',
                _ => b'D',
            };
            txn.log.end(b'C', state);
        }
    }

    /// Last bytes out, then the end.
    pub(super) fn wind_up(&mut self, i: u32) {
        let c = &mut self.clients[i];
        if c.state == State::Closing {
            if c.link.is_blocked() {
                let wait = c.frontend().timeouts.client;
                return self.set_deadline(i, wait);
            }
            let unread = c.link.readable || !c.pend.is_empty();
            if c.link.ended || !unread && !c.first {
                return self.close_client(i);
            }
            c.link.shut_down(&mut self.buffers);
            c.state = State::Linger;
            let pend = std::mem::take(&mut c.pend);
            self.buffers.give(pend);
            self.set_deadline(i, LINGER_MS);
            // The scratch buffer may be in use further up.
            return self.resume_later(i);
        }
        let mut rx = std::mem::take(&mut self.rx);
        for _ in 0..super::request::ROUNDS {
            match self.clients[i].link.read(&mut rx, &mut self.buffers) {
                Read::Data(_) => {}
                Read::Blocked => break,
                Read::End | Read::Broken => {
                    self.close_client(i);
                    break;
                }
            }
        }
        self.rx = rx;
    }

    pub(super) fn close_client(&mut self, i: u32) {
        self.end_carrier(i);
        self.end_owned(i);
        self.leave_queue(i);
        self.release_place(i);
        if let Some(txn) = self.clients[i].txn.take() {
            // The line may tell of the connection to the server.
            self.log(i, &txn);
            if txn.up != NONE {
                self.close_upstream(txn.up);
            }
            self.settle(i, &txn);
            self.recycle(txn);
        }
        let own = std::mem::replace(&mut self.clients[i].own_up, NONE);
        if own != NONE {
            self.close_upstream(own);
        }
        let now = self.now;
        self.return_memory(i);
        self.with_memory(i, |memory| memory.end_connection(now));
        if !self.leavers.is_empty() {
            self.left(i, true);
        }
        let Some(c) = self.clients.remove(i) else {
            return;
        };
        if c.link.is_stream() {
            // It is its connection that was counted.
            self.buffers.give(c.pend);
            return c.link.release(&mut self.buffers);
        }
        c.give_places_back();
        self.buffers.give(c.pend);
        c.link.release(&mut self.buffers);
        self.room_again();
    }
}
