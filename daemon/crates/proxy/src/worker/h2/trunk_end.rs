//! The end of exchanges on connections to servers, and of these connections.

use super::{Holder, Worker};
use crate::worker::slab::NONE;
use h2::Code;

/// A server that says nothing for so long is not given more to do on this connection.
const SILENCE_MS: u64 = 1_000;

impl Worker {
    /// An exchange has let go of its stream; the server hears it where it has more to say.
    pub(super) fn end_request(&mut self, h: u32, key: u32) {
        let carrier = &mut self.carriers.list[h];
        let Some(stream) = carrier.streams.remove(key) else {
            return;
        };
        if let Some(tube) = stream.left {
            self.buffers.give(tube.input);
            self.buffers.give(tube.output);
        }
        if stream.asked.over {
            // Nobody waits for another word.
        } else if stream.id == 0 {
            carrier.trunk.unopened -= 1;
        } else if carrier.core.is_open(stream.id) {
            carrier.core.reset(stream.id, Code::Cancel);
            let silent = self.now.saturating_sub(stream.asked.at) >= SILENCE_MS;
            carrier.trunk.retired |= silent && carrier.trunk.heard <= stream.asked.at;
        }
        self.due(h);
        if self.carriers.list[h].streams.is_empty() {
            self.rest_trunk(h);
        }
    }

    /// No exchange is under way: the connection waits for the next one, or ends.
    fn rest_trunk(&mut self, h: u32) {
        let carrier = &mut self.carriers.list[h];
        let Holder::Server(u) = carrier.holder else {
            return;
        };
        if carrier.trunk.lost {
            self.carriers.list.remove(h);
            return;
        }
        let now = self.now;
        let up = &mut self.ups[u];
        up.idle_since = now;
        let stale = up.epoch != self.pools.epoch(up.pool);
        let over = carrier.trunk.retired || carrier.core.is_leaving() || stale;
        if over || !up.may_carry_more() {
            return self.close_trunk(h);
        }
        if up.owner == NONE {
            if !up.enter_pool() {
                return self.close_trunk(h);
            }
            carrier.trunk.pooled = true;
        }
    }

    /// The connection is of no more use; its socket is closed.
    fn unlink_trunk(&mut self, h: u32) {
        let carrier = &mut self.carriers.list[h];
        let Holder::Server(u) = carrier.holder else {
            return;
        };
        carrier.trunk.lost = true;
        let up = &self.ups[u];
        if std::mem::take(&mut carrier.trunk.pooled) {
            up.leave_pool();
        }
        if up.owner != NONE {
            self.carriers.owned -= 1;
        }
        let pool = up.pool;
        self.carriers.by_server[u as usize] = NONE;
        self.pools.trunks(pool).retain(|other| *other != h);
        self.close_upstream(u);
    }

    /// Says good bye and closes. Nothing is under way.
    pub(super) fn close_trunk(&mut self, h: u32) {
        self.carriers.list[h].core.close(Code::NoError);
        self.give_up_trunk(h);
    }

    /// Sends what is still to be said, and then the connection is lost.
    pub(super) fn give_up_trunk(&mut self, h: u32) {
        let carrier = &mut self.carriers.list[h];
        let last = std::mem::take(carrier.core.out());
        if let Holder::Server(u) = carrier.holder {
            let link = &mut self.ups[u].link;
            if !link.is_blocked() && !last.is_empty() {
                // Whether it arrives makes no difference any more.
                let _ = link.send(&last, b"", &mut self.buffers);
            }
        }
        self.lose_trunk(h);
    }

    /// The server is gone, and with it all that was under way.
    pub(super) fn lose_trunk(&mut self, h: u32) {
        if self.carriers.list[h].trunk.lost {
            return;
        }
        self.settle_left();
        self.unlink_trunk(h);
        let carrier = &self.carriers.list[h];
        if carrier.streams.is_empty() {
            self.carriers.list.remove(h);
            return;
        }
        for key in carrier.streams.indexes() {
            let carrier = &self.carriers.list[h];
            let (user, holder) = (carrier.streams[key].user, carrier.holder);
            // Those without a user are forgotten when their turn comes.
            if let Some(tube) = self.ups.get_mut(user).and_then(|up| up.link.tube()) {
                tube.output.clear();
                tube.broken |= !tube.input_ended;
                self.wake_stream((holder, user));
            }
        }
    }

    /// The client is gone that some connections were made for.
    pub(in crate::worker) fn end_owned(&mut self, i: u32) {
        if self.carriers.owned == 0 || self.clients[i].link.is_stream() {
            return;
        }
        for h in self.carriers.list.indexes() {
            if let Holder::Server(u) = self.carriers.list[h].holder
                && !self.carriers.list[h].trunk.lost
                && self.ups[u].owner == i
            {
                self.retire(h);
            }
        }
    }

    /// The connection gets no more streams, and ends with the last one.
    pub(in crate::worker) fn retire(&mut self, h: u32) {
        let carrier = &mut self.carriers.list[h];
        carrier.trunk.retired = true;
        if carrier.streams.is_empty() {
            self.close_trunk(h);
        }
    }

    /// Closes those that nobody has used for long.
    pub(in crate::worker) fn purge_trunks(&mut self, pool: usize) {
        let now = self.now;
        for h in self.pools.trunks(pool).clone() {
            let carrier = &self.carriers.list[h];
            if let Holder::Server(u) = carrier.holder
                && carrier.trunk.pooled
                && self.ups[u].is_old(now)
            {
                self.close_trunk(h);
            }
        }
    }
}
