//! Connections without streams, and the end of connections.

use super::{Holder, Worker};
use crate::worker::conn::State;
use crate::worker::slab::NONE;
use h2::Code;

/// While streams are open each of them has its own time.
pub(super) const NEVER: u64 = u64::MAX / 2;

impl Worker {
    /// No stream is open: the time until the next request runs.
    pub(super) fn rest_h2(&mut self, i: u32) {
        let c = &self.clients[i];
        let wait = c.frontend().timeouts.http_keep_alive;
        self.set_deadline(i, wait);
    }

    /// Time is up for a connection: nothing was asked, or nothing was taken.
    pub(in crate::worker) fn h2_timeout(&mut self, i: u32) {
        let Some(h) = self.carrier_of(i) else { return };
        if self.clients[i].link.is_blocked() {
            return self.close_client(i);
        }
        if self.carriers.list[h].streams.is_empty() {
            self.fail_h2(i, Code::NoError);
        } else {
            self.set_deadline(i, NEVER);
        }
    }

    /// The process stops: no new streams; those that are open are served.
    pub(in crate::worker) fn leave_h2(&mut self, i: u32) {
        if let Some(h) = self.carrier_of(i) {
            self.carriers.list[h].core.leave();
            self.due(h);
        }
    }

    /// The connection ends soon; what its client asks meanwhile is still served.
    pub(in crate::worker) fn warn_h2(&mut self, i: u32) {
        if let Some(h) = self.carrier_of(i) {
            self.carriers.list[h].core.warn();
            self.due(h);
        }
    }

    /// The client of a stream is to have no other on its connection.
    pub(in crate::worker) fn leave_with(&mut self, i: u32) {
        let c = &self.clients[i];
        if c.link.is_stream()
            && let Some(carrier) = self.carriers.list.get(c.carrier)
            && let Holder::Client(holder) = carrier.holder
        {
            self.leave_h2(holder);
        }
    }

    /// Ends the connection, and tells the peer why.
    pub(super) fn fail_h2(&mut self, i: u32, code: Code) {
        let Some(h) = self.carrier_of(i) else { return };
        let carrier = &mut self.carriers.list[h];
        carrier.core.close(code);
        let last = std::mem::take(carrier.core.out());
        self.end_carrier(i);
        let c = &mut self.clients[i];
        if !c.link.is_blocked() && c.link.send(&last, b"", &mut self.buffers).is_err() {
            return self.close_client(i);
        }
        c.state = State::Closing;
        self.wind_up(i);
    }

    /// The streams' clients go, and with them all that was kept for the connection.
    pub(in crate::worker) fn end_carrier(&mut self, i: u32) {
        let Some(h) = self.carrier_of(i) else { return };
        self.settle_left();
        self.clients[i].carrier = NONE;
        for key in self.carriers.list[h].streams.indexes() {
            let client = self.carriers.list[h].streams[key].user;
            if self.clients.get(client).is_some() {
                self.client_gone(client);
            }
        }
        self.settle_left();
        self.carriers.list.remove(h);
        self.carriers.due.retain(|other| *other != h);
        self.buffers.stirred.retain(|(other, _)| *other != h);
    }
}
