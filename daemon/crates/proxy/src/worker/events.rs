//! What an event means for the connection it is about.

use super::conn::State;
use super::slab::NONE;
use super::{CLIENT, KIND_SHIFT, LISTENER, MAILBOX, UPSTREAM, Worker};
use sys::epoll::Ready;

impl Worker {
    pub(super) fn on_event(&mut self, ready: Ready) {
        let kind = ready.token >> KIND_SHIFT;
        let i = u32::try_from(ready.token & 0xffff_ffff).unwrap_or(NONE);
        let generation = u32::try_from(ready.token >> 32 & 0x3fff_ffff).unwrap_or(0);
        match kind {
            CLIENT if self.clients.is_current(i, generation) => self.on_client(i, ready),
            UPSTREAM if self.ups.is_current(i, generation) => self.on_upstream(i, ready),
            LISTENER if self.listeners.is_current(i, generation) => self.on_listener(i),
            MAILBOX => self.on_mailbox(),
            _ => {}
        }
    }

    fn on_client(&mut self, i: u32, ready: Ready) {
        let c = &mut self.clients[i];
        c.link.note(ready);
        if ready.broken() && c.state != State::Tunnel {
            return self.client_gone(i);
        }
        if ready.read_closed() && c.gives_up() {
            return self.client_gives_up(i);
        }
        if ready.writable() && c.link.is_blocked() {
            match c.link.flush(&mut self.buffers) {
                Ok(_) => {}
                Err(_) => return self.client_gone(i),
            }
        }
        self.advance(i);
    }

    /// Does whatever the client's state allows now.
    fn advance(&mut self, i: u32) {
        let Some(c) = self.clients.get(i) else { return };
        match c.state {
            State::Greeting => self.read_greeting(i),
            State::Handshake => self.handshake(i),
            State::Head => self.read_request(i),
            State::Waiting => {}
            State::Inspect => self.inspect(i),
            State::Exchange => {
                self.pump_body(i);
                self.pump_reply(i);
            }
            State::Tunnel => self.relay(i),
            State::Multiplexed => self.read_frames(i),
            State::Closing | State::Linger => self.wind_up(i),
        }
    }

    /// Lets the client go on in the next round instead of deepening the stack or starving others.
    pub(super) fn resume_later(&mut self, i: u32) {
        self.resume.push((i, self.clients.generation(i)));
    }

    pub(super) fn resume_ready(&mut self) {
        if self.resume.is_empty() {
            return;
        }
        let mut list = std::mem::take(&mut self.resume);
        for (i, generation) in list.drain(..) {
            if self.clients.is_current(i, generation) {
                self.advance(i);
            }
        }
        if self.resume.is_empty() {
            self.resume = list;
        }
    }
}
