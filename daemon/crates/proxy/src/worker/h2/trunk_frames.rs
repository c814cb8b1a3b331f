//! Bytes of connections to servers, and requests as frames.

use super::{FULL, Holder, Worker};
use crate::worker::link::Read;
use crate::worker::slab::NONE;
use h2::Code;
use sys::epoll::Ready;

impl Worker {
    pub(in crate::worker) fn on_trunk(&mut self, h: u32, u: u32, ready: Ready) {
        let link = &mut self.ups[u].link;
        link.note(ready);
        if ready.writable() && link.is_blocked() {
            match link.flush(&mut self.buffers) {
                Ok(_) => self.due(h),
                Err(_) => return self.lose_trunk(h),
            }
        }
        self.read_trunk(h);
    }

    /// Those that had something to read before anybody could.
    pub(super) fn read_trunks(&mut self) {
        while let Some(h) = self.carriers.unread.pop() {
            self.read_trunk(h);
        }
    }

    /// Reads and does what there is. The windows bound it.
    fn read_trunk(&mut self, h: u32) {
        let mut rx = std::mem::take(&mut self.rx);
        while let Some(carrier) = self.carriers.list.get(h)
            && let Holder::Server(u) = carrier.holder
            && !carrier.trunk.lost
        {
            match self.ups[u].link.read(&mut rx, &mut self.buffers) {
                Read::Data(n) => self.take_from_server(h, u, &rx[..n]),
                Read::Blocked => break,
                Read::End | Read::Broken => self.lose_trunk(h),
            }
        }
        self.rx = rx;
    }

    fn take_from_server(&mut self, h: u32, u: u32, bytes: &[u8]) {
        let now = self.now;
        let carrier = &mut self.carriers.list[h];
        carrier.core.at(now);
        carrier.trunk.heard = now;
        let pend = std::mem::take(&mut self.ups[u].pend);
        match self.take_whole(h, pend, bytes) {
            Ok(rest) => {
                self.ups[u].pend = rest;
                self.due(h);
            }
            // Why is in what is still to be sent.
            Err(_) => self.give_up_trunk(h),
        }
    }

    /// Sends the connection's frames, unless older ones are still on their way.
    pub(super) fn send_to_server(&mut self, h: u32, u: u32) {
        let carrier = &mut self.carriers.list[h];
        if carrier.trunk.lost || self.ups[u].link.is_blocked() {
            return;
        }
        let link = &mut self.ups[u].link;
        let out = carrier.core.out();
        if !out.is_empty() {
            let sent = link.send(out, b"", &mut self.buffers);
            out.clear();
            if sent.is_err() {
                return self.lose_trunk(h);
            }
        }
        if link.is_blocked() {
            return;
        }
        let waiting = carrier.waiting.drain(..).map(|key| (h, key));
        self.buffers.stirred.extend(waiting);
        if carrier.streams.is_empty() && (carrier.core.is_leaving() || carrier.trunk.retired) {
            self.close_trunk(h);
        }
    }

    /// Makes frames of what an exchange has to say to its server, as far as the windows go.
    pub(super) fn pump_request(&mut self, h: u32, key: u32) {
        let carrier = &mut self.carriers.list[h];
        let Some(stream) = carrier.streams.get_mut(key) else {
            return;
        };
        if stream.user == NONE {
            return self.end_request(h, key);
        }
        let up = &mut self.ups[stream.user];
        let client = up.client;
        let Some(tube) = up.link.tube() else { return };
        tube.stirred = false;
        if stream.asked.over || carrier.trunk.lost {
            return tube.output.clear();
        }
        if carrier.core.out().len() >= FULL {
            carrier.waiting.push(key);
            return self.due(h);
        }
        if stream.owed > 0 && tube.input.is_empty() {
            let owed = std::mem::take(&mut stream.owed);
            carrier.core.release(stream.id, owed);
        }
        if stream.id == 0 {
            let waits = stream.asked.websocket.is_some() && !carrier.core.is_settled();
            if tube.output.is_empty() || waits {
                return;
            }
            let Some(id) = carrier.core.open(key) else {
                return self.refused(h, key);
            };
            stream.id = id;
            carrier.trunk.unopened -= 1;
        }
        let was_full = tube.is_full();
        let moved = stream.outward.pump(
            &mut carrier.core,
            stream.id,
            &mut tube.output,
            tube.output_ended,
            &mut self.fields,
        );
        if let Ok(moved) = moved {
            tube.output.drain(..moved.used);
            if was_full && !tube.is_full() {
                self.resume_later(client);
            }
        } else {
            if stream.outward.has_begun() {
                carrier.core.reset(stream.id, Code::Cancel);
            } else {
                // Not a word of it was said.
                carrier.core.forget(stream.id);
            }
            self.break_request(h, key);
        }
        self.due(h);
    }
}
