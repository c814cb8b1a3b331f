//! Bytes of a connection as frames.

use super::trunk::Trunk;
use super::{Carrier, Holder, Worker};
use crate::worker::conn::{Client, State};
use crate::worker::link::Read;
use crate::worker::request::ROUNDS;
use crate::worker::slab::Slab;
use h2::{Code, Connection, Role, Step};

impl Worker {
    /// From here on the client's connection is one of HTTP/2; these bytes of it have come.
    pub(in crate::worker) fn begin_h2(&mut self, i: u32, bytes: &[u8]) {
        let shared = self.clients.change(i, |c| {
            let (link, socket) = c.link.sharing();
            (Client { link, ..c }, socket)
        });
        let Some(socket) = shared else { return };
        let c = &mut self.clients[i];
        let limits = c.plan.h2.front;
        let carrier = Carrier {
            core: Connection::new(Role::Server, limits),
            holder: Holder::Client(i),
            socket,
            streams: Slab::default(),
            due: false,
            waiting: Vec::new(),
            trunk: Trunk::default(),
        };
        c.state = State::Multiplexed;
        c.first = false;
        let h = self.carriers.list.insert(carrier);
        self.clients[i].carrier = h;
        self.due(h);
        self.rest_h2(i);
        if self.take_frames(i, bytes) {
            // The scratch buffer may be in use further up.
            self.resume_later(i);
        }
    }

    /// Reads and does what there is.
    pub(in crate::worker) fn read_frames(&mut self, i: u32) {
        if self.rx.is_empty() {
            return self.resume_later(i);
        }
        self.wake_waiting(i);
        let mut rx = std::mem::take(&mut self.rx);
        for round in 0.. {
            let Some(c) = self.clients.get_mut(i) else {
                break;
            };
            if c.state != State::Multiplexed || c.link.is_blocked() {
                break;
            }
            if round == ROUNDS {
                self.resume_later(i);
                break;
            }
            match c.link.read(&mut rx, &mut self.buffers) {
                Read::Data(n) => {
                    if !self.take_frames(i, &rx[..n]) {
                        break;
                    }
                }
                Read::Blocked => break,
                Read::End | Read::Broken => {
                    self.close_client(i);
                    break;
                }
            }
        }
        self.rx = rx;
    }

    /// False when the connection is over.
    fn take_frames(&mut self, i: u32, bytes: &[u8]) -> bool {
        let Some(h) = self.carrier_of(i) else {
            return false;
        };
        let now = self.now;
        self.carriers.list[h].core.at(now);
        let pend = std::mem::take(&mut self.clients[i].pend);
        let taken = self.take_whole(h, pend, bytes);
        self.due(h);
        let rest = match taken {
            Ok(rest) => rest,
            Err(code) => {
                self.fail_h2(i, code);
                return false;
            }
        };
        self.clients[i].pend = rest;
        true
    }

    /// Takes the whole frames of `pend`, what came before, and `bytes` behind it; gives back what begins the next.
    pub(super) fn take_whole(
        &mut self,
        h: u32,
        mut pend: Vec<u8>,
        bytes: &[u8],
    ) -> Result<Vec<u8>, Code> {
        let whole: &[u8] = if pend.is_empty() {
            bytes
        } else {
            pend.extend_from_slice(bytes);
            &pend
        };
        let taken = self.step_frames(h, whole);
        let rest = taken.map(|used| self.buffers.hold(&whole[used..]));
        self.buffers.give(pend);
        rest
    }

    fn step_frames(&mut self, h: u32, bytes: &[u8]) -> Result<usize, Code> {
        let mut at = 0;
        while let Some(carrier) = self.carriers.list.get_mut(h) {
            match carrier.core.step(&bytes[at..])? {
                Step::More => return Ok(at),
                Step::Done(used, event) => {
                    at += used;
                    if let Some(event) = event {
                        self.on_frame(h, event)?;
                    }
                }
            }
        }
        Err(Code::NoError)
    }
}
