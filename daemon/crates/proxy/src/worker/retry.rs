//! Trying again: after a failed connection, and where `retry-on` asks for it, after a failed
//! exchange whose request is still here as a whole.

use super::Worker;
use super::conn::{Reply, State, Txn, Wait};
use super::farm::tier;
use super::observe::Seen;
use super::select::Choice;
use super::tally::tally_behind;
use crate::plan::{Backend, RetryOn};
use http1::Body;

/// Longest pause before a server that refused is asked again.
const PAUSE_MS: u64 = 1000;

/// Whether this retry goes to another server.
fn goes_elsewhere(b: &Backend, txn: &Txn) -> bool {
    let Some(interval) = b.redispatch else {
        return false;
    };
    if b.servers.len() < 2 || b.implied.is_some() {
        return false;
    }
    let due = match interval {
        0 => false,
        n if n < 0 => i64::from(txn.retries_left) < i64::from(n.unsigned_abs()),
        n => txn.log.retries.is_multiple_of(n.unsigned_abs()),
    };
    // A request that belongs to no server need not wait for its turn.
    let belongs = txn.sticky.is_some() || b.balance.hashes();
    let active = b
        .servers
        .iter()
        .filter(|s| !s.backup && s.shared.state().is_up());
    // Backups do not count while those before them are up.
    let others = || {
        let mut all = tier(b).into_iter().zip(0..);
        all.any(|(weight, s)| weight > 0 && txn.server != Some(s))
    };
    (due || (!belongs && active.count() > 1)) && others()
}

impl Worker {
    /// The server could not be reached.
    pub(super) fn connect_failed(&mut self, i: u32, at_once: bool) {
        self.observe(i, Seen::NotConnected);
        self.drop_upstream(i);
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        let Some(b) = txn.backend(&c.plan) else {
            return;
        };
        if txn.retries_left == 0 || !b.retry_on.connection {
            tally_behind(txn, &c.plan, self.id, |t| &t.connection_errors);
            txn.log.end(if at_once { b'S' } else { b's' }, b'C');
            self.release_place(i);
            return self.answer_prepared(i, 503, true);
        }
        // The manual's turn-around: a server that restarts is not asked again at once.
        let pause = if at_once {
            b.timeouts.connect.min(PAUSE_MS)
        } else {
            0
        };
        self.try_again(i, pause);
    }

    /// Takes one of the retries: another server where it is time for one, else the same after a
    /// pause.
    fn try_again(&mut self, i: u32, pause: u64) {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        let Some(b) = txn.backend(&c.plan) else {
            return;
        };
        txn.retries_left -= 1;
        txn.log.retries += 1;
        if goes_elsewhere(b, txn) {
            tally_behind(txn, &c.plan, self.id, |t| &t.redispatches);
            txn.log.redispatched = true;
            txn.avoid = txn.server;
            self.release_place(i);
            return self.dispatch(i);
        }
        tally_behind(txn, &c.plan, self.id, |t| &t.retries);
        self.release_place(i);
        let c = &mut self.clients[i];
        c.state = State::Waiting;
        if let Some(txn) = c.txn.as_mut() {
            txn.wait = Wait::Turnaround;
        }
        if pause == 0 {
            return self.turn_around(i);
        }
        self.set_deadline(i, pause);
    }

    /// The pause is over: the same server again, or any when it is gone.
    pub(super) fn turn_around(&mut self, i: u32) {
        match self.select_same(i) {
            Choice::Server(s) => self.assign(i, s),
            _ => self.dispatch(i),
        }
    }

    /// The connection ended before a byte of the response came.
    pub(super) fn upstream_lost(&mut self, i: u32) {
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        if txn.up == super::slab::NONE || txn.reply != Reply::Head {
            let unconfirmed = self.ups.get(txn.up).is_some_and(|up| up.link.unconfirmed);
            if unconfirmed && matches!(txn.reply_body, Body::UntilClose) {
                return self.cut_off(i);
            }
            return self.abort(i, b'S', b'D');
        }
        let (reused, began) = {
            let up = &self.ups[txn.up];
            (up.reused, !up.pend.is_empty())
        };
        let again = reused && !began && !txn.streamed && !txn.fresh && txn.method.is_idempotent();
        if again {
            // The server closed an idle connection just as the request went out.
            self.drop_upstream(i);
            if let Some(txn) = self.clients[i].txn.as_mut() {
                txn.request_sent = 0;
                txn.fresh = true;
            }
            return self.connect(i);
        }
        self.observe(i, Seen::Lost);
        // Half a head is junk to the manual, and an empty response to haproxy.
        let wanted = |on: &RetryOn| on.empty || began && on.junk;
        if self.replay(i, wanted) {
            return;
        }
        self.drop_upstream(i);
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_mut() else { return };
        tally_behind(txn, &c.plan, self.id, |t| &t.response_errors);
        txn.log.end(b'S', b'H');
        self.answer_prepared(i, 502, true);
    }

    /// The server has not looked at the request: another try, where one is left and the request is
    /// still here. False: it is not.
    pub(super) fn ask_again(&mut self, i: u32) -> bool {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_ref() else {
            return false;
        };
        let named = txn.backend(&c.plan).is_some_and(|b| b.retry_on.connection);
        if !named || txn.streamed || txn.reply != Reply::Head || txn.retries_left == 0 {
            return false;
        }
        self.drop_upstream(i);
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.request_sent = 0;
        }
        self.try_again(i, 0);
        true
    }

    /// Sends the whole request again after a failure that `retry-on` names. False: it does not, or
    /// the request is not here any more, or it was tried often enough.
    pub(super) fn replay(&mut self, i: u32, wanted: impl Fn(&RetryOn) -> bool) -> bool {
        let c = &self.clients[i];
        let Some(txn) = c.txn.as_ref().filter(|txn| txn.replay) else {
            return false;
        };
        let named = txn.backend(&c.plan).is_some_and(|b| wanted(&b.retry_on));
        let forbidden = self.with_memory(i, |memory| memory.once) == Some(true);
        if !named || forbidden || txn.retries_left == 0 {
            return false;
        }
        self.drop_upstream(i);
        if let Some(txn) = self.clients[i].txn.as_mut() {
            txn.request_sent = 0;
            txn.fresh = true;
        }
        self.try_again(i, 0);
        true
    }
}
