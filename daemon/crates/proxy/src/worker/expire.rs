//! Deadlines: which timeout applies, and what happens when it has passed.

use super::Worker;
use super::conn::{Reply, State, Wait};
use super::observe::Seen;
use super::slab::NONE;
use super::tally::tally_behind;
use super::wheel::{Armed, is_valid};
use crate::plan::Timeouts;
use crate::rules::Outcome;

impl Worker {
    pub(super) fn set_deadline(&mut self, i: u32, wait: u64) {
        let deadline = self.now.saturating_add(wait);
        let generation = self.clients.generation(i);
        let c = &mut self.clients[i];
        c.deadline = deadline;
        self.wheel.arm(&mut c.armed, deadline, i, generation);
    }

    /// Something moved: the timeout of whichever side is to move next begins anew.
    pub(super) fn touch(&mut self, i: u32) {
        let Some(c) = self.clients.get(i) else { return };
        let client = c.frontend().timeouts.client;
        let Some(txn) = c.txn.as_ref() else { return };
        let server: Option<&Timeouts> = txn.backend(&c.plan).map(|b| &b.timeouts);
        let answer = txn
            .own
            .server
            .or(server.map(|t| t.server))
            .unwrap_or(client);
        let wait = match c.state {
            State::Tunnel => {
                let f = c.frontend();
                let own = txn.own.tunnel.or(server.and_then(|t| t.tunnel));
                let tunnel = own.or(f.timeouts.tunnel);
                let of_client = tunnel.unwrap_or(client);
                let of_server = tunnel.unwrap_or(answer);
                let up_ended = self.ups.get(txn.up).is_some_and(|up| up.link.ended);
                // One side has said its last: the other gets its own time to finish.
                match (c.link.ended, up_ended) {
                    (true, false) => server.and_then(|t| t.server_fin).unwrap_or(of_server),
                    (false, true) => f.timeouts.client_fin.unwrap_or(of_client),
                    _ => of_client.min(of_server),
                }
            }
            // Its own time runs.
            State::Exchange if txn.held_reply.is_some() => return,
            State::Exchange => {
                let sent = txn.request_sent >= txn.request.len();
                let up_free = txn.up != NONE && !self.ups[txn.up].link.is_blocked();
                let on_client = c.link.is_blocked() || (!txn.request_done && sent && up_free);
                if on_client { client } else { answer }
            }
            _ => return,
        };
        self.set_deadline(i, wait);
    }

    pub(super) fn expire_due(&mut self) {
        while let Some((tick, mut list)) = self.wheel.expired(self.now) {
            for (i, generation) in list.drain(..) {
                if !self.clients.is_current(i, generation) || !is_valid(self.clients[i].armed, tick)
                {
                    continue;
                }
                let c = &mut self.clients[i];
                c.armed = Armed::NOT;
                if c.deadline <= self.now {
                    self.on_timeout(i);
                } else {
                    let deadline = c.deadline;
                    self.wheel.arm(&mut c.armed, deadline, i, generation);
                }
            }
            self.wheel.give_back(tick, list);
        }
    }

    fn on_timeout(&mut self, i: u32) {
        match self.clients[i].state {
            State::Greeting => self.greets_too_late(i),
            State::Handshake => self.shakes_too_long(i),
            State::Head => self.head_timeout(i),
            State::Waiting => self.wait_timeout(i),
            State::Inspect => self.inspect(i),
            State::Exchange => self.exchange_timeout(i),
            State::Tunnel if self.may_judge_reply(i) => self.relay(i),
            State::Tunnel => {
                let cause = self.silent_side(i);
                self.abort(i, cause, b'D');
            }
            State::Multiplexed => self.h2_timeout(i),
            State::Closing | State::Linger => self.close_client(i),
        }
    }

    /// Whose silence ends a tunnel: that of the side which has not said its last, else of the one with
    /// less time.
    fn silent_side(&self, i: u32) -> u8 {
        let c = &self.clients[i];
        let client = &c.frontend().timeouts;
        let Some(txn) = c.txn.as_ref() else {
            return b'c';
        };
        let server = txn.backend(&c.plan).map_or(client, |b| &b.timeouts);
        let tunnel = server.tunnel.or(client.tunnel).is_some();
        let up_ended = self.ups.get(txn.up).is_some_and(|up| up.link.ended);
        let servers = c.link.ended || !up_ended && !tunnel && server.server < client.client;
        if servers { b's' } else { b'c' }
    }

    /// An idle connection ends silently; half a head gets 408.
    fn head_timeout(&mut self, i: u32) {
        if self.held_too_long(i) {
            return;
        }
        let c = &self.clients[i];
        let idle = c.pend.is_empty();
        if c.link.is_blocked() || (idle && (!c.first || c.frontend().ignore_probes)) {
            return self.close_client(i);
        }
        self.tally_front(i, |t| &t.request_errors);
        self.front(i).requests.add(1);
        let mut txn = self.new_txn(i);
        txn.log.end(b'c', b'R');
        self.clients[i].txn = Some(txn);
        self.answer_prepared(i, 408, false);
    }

    fn wait_timeout(&mut self, i: u32) {
        let Some(wait) = self.clients[i].txn.as_ref().map(|t| t.wait) else {
            return;
        };
        match wait {
            Wait::Queue => {
                self.tally_nobody(i);
                self.note_end(i, b's', b'Q');
                self.answer_prepared(i, 503, true);
            }
            Wait::Connect => self.connect_failed(i, false),
            Wait::Turnaround => self.turn_around(i),
            Wait::Name(_) => self.go_on(i),
            Wait::Service(_) => self.answer_prepared(i, 503, true),
            Wait::Tarpit => {
                self.note_end(i, b'P', b'T');
                let now = self.now;
                let held = self.clients[i].txn.as_mut().and_then(|t| {
                    // All of its time is one of waiting.
                    (t.log.head_done, t.log.connecting) = (0, now);
                    t.held.take()
                });
                self.answer_final(i, held.map_or(Outcome::Deny(500), |held| *held));
            }
        }
    }

    fn exchange_timeout(&mut self, i: u32) {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_ref() else { return };
        let on_client = c.link.is_blocked();
        match (txn.reply, txn.request_done) {
            (Reply::Head, false) if txn.up != NONE && !self.ups[txn.up].link.is_blocked() => {
                self.note_end(i, b'c', b'D');
                self.answer_prepared(i, 408, false);
            }
            (Reply::Head, _) if txn.held_reply.is_some() => self.reply_held_too_long(i),
            (Reply::Head, _) => {
                if self.replay(i, |on| on.timeout) {
                    return;
                }
                let c = &self.clients[i];
                let Some(txn) = c.txn.as_ref() else { return };
                tally_behind(txn, &c.plan, self.id, |t| &t.response_errors);
                self.observe(i, Seen::TimedOut);
                self.note_end(i, b's', b'H');
                self.answer_prepared(i, 504, true);
            }
            _ => self.abort(i, if on_client { b'c' } else { b's' }, b'D'),
        }
    }

    pub(super) fn note_end(&mut self, i: u32, cause: u8, state: u8) {
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.log.end(cause, state);
        }
    }
}
