//! The end of a round of events: all that was said leaves.

use super::{Holder, Worker};
use crate::worker::conn::State;

impl Worker {
    pub(in crate::worker) fn flush_h2(&mut self) {
        if self.buffers.stirred.is_empty() && self.carriers.due.is_empty() {
            return;
        }
        loop {
            self.read_trunks();
            self.settle_left();
            let mut stirred = std::mem::take(&mut self.buffers.stirred);
            for (h, key) in stirred.drain(..) {
                self.pump_stream(h, key);
            }
            if self.buffers.stirred.is_empty() {
                self.buffers.stirred = stirred;
            }
            let mut due = std::mem::take(&mut self.carriers.due);
            for h in due.drain(..) {
                self.send_frames(h);
            }
            if self.carriers.due.is_empty() {
                self.carriers.due = due;
            }
            if self.buffers.stirred.is_empty() && self.carriers.due.is_empty() {
                return;
            }
        }
    }

    /// Sends the connection's frames, unless older ones are still on their way.
    fn send_frames(&mut self, h: u32) {
        let Some(carrier) = self.carriers.list.get_mut(h) else {
            return;
        };
        carrier.due = false;
        let i = match carrier.holder {
            Holder::Client(i) => i,
            Holder::Server(u) => return self.send_to_server(h, u),
        };
        let c = &mut self.clients[i];
        if c.link.is_blocked() {
            return;
        }
        let out = carrier.core.out();
        if !out.is_empty() {
            let sent = c.link.send(out, b"", &mut self.buffers);
            out.clear();
            if sent.is_err() {
                return self.close_client(i);
            }
        }
        if c.link.is_blocked() {
            let wait = c.frontend().timeouts.client;
            return self.set_deadline(i, wait);
        }
        let waiting = carrier.waiting.drain(..).map(|key| (h, key));
        self.buffers.stirred.extend(waiting);
        if carrier.streams.is_empty() && carrier.core.is_leaving() {
            self.part(i);
        }
    }

    /// The socket may take more again: streams that waited for it go on.
    pub(super) fn wake_waiting(&mut self, i: u32) {
        let Some(h) = self
            .carrier_of(i)
            .filter(|_| !self.clients[i].link.is_blocked())
        else {
            return;
        };
        self.due(h);
    }

    /// Everything has been said on both sides.
    fn part(&mut self, i: u32) {
        self.end_carrier(i);
        let c = &mut self.clients[i];
        c.state = State::Closing;
        // What is still on its way, a PING for one, must not reset what the peer has not read yet.
        c.link.readable = true;
        self.wind_up(i);
    }
}
