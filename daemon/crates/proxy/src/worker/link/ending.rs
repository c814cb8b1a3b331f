//! How a link ends: all that was to be said, a break, or something between.

use super::super::buffers::Buffers;
use super::{Link, Transport};
use h2::Code;
use sys::tcp;

impl Link {
    /// Gives buffers back when the connection ends.
    pub fn release(mut self, buffers: &mut Buffers) {
        let open = !self.shut && !self.hung_up && self.out.is_empty();
        if open && matches!(self.transport, Transport::Tls(_)) {
            self.end_session(buffers);
        }
        if self.corked && !self.shut {
            // Closing alone would throw them away where the peer sent more than was asked for.
            let _ = tcp::shutdown_write(&self.socket);
        }
        buffers.give(self.out);
        if let Some(pipe) = self.pipe {
            buffers.give_pipe(pipe);
        }
        if let Transport::Stream(tube) = self.transport {
            buffers.leave(tube);
        }
    }

    pub fn shut_down(&mut self, buffers: &mut Buffers) {
        if std::mem::replace(&mut self.shut, true) {
            return;
        }
        match &mut self.transport {
            Transport::Plain => drop(tcp::shutdown_write(&self.socket)),
            Transport::Tls(_) => {
                self.end_session(buffers);
                if self.out.is_empty() {
                    let _ = tcp::shutdown_write(&self.socket);
                }
            }
            Transport::Stream(tube) => tube.end(buffers),
        }
    }

    /// The end of this link is to look like a break, not like the end of what was to come.
    pub fn break_off(&mut self) {
        match &mut self.transport {
            Transport::Plain | Transport::Tls(_) => {
                // No last word of a session, either.
                self.shut = true;
                let _ = tcp::set_reset_on_close(&self.socket);
            }
            Transport::Stream(tube) => tube.broken = true,
        }
    }

    /// Nothing is said to this side; a stream tells why.
    pub fn refuse(&mut self, reason: Code) {
        if let Transport::Stream(tube) = &mut self.transport {
            tube.broken = true;
            tube.reason = Some(reason);
        }
    }

    /// What goes to this side ends unfinished, which it can tell where bytes are sealed.
    pub fn cut(&mut self) {
        match &mut self.transport {
            Transport::Plain => {}
            Transport::Tls(_) => self.shut = true,
            Transport::Stream(tube) => tube.broken = true,
        }
    }
}
