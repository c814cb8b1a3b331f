//! What streams' clients have to say, as frames; and the end of streams.

use super::{FULL, Holder, Worker};
use crate::worker::link::Tube;
use crate::worker::slab::NONE;
use h2::Code;

/// How a stream stands after it was looked at.
enum Stands {
    Open,
    /// Its client may go on with what it was doing.
    Wakes(u32),
    Over,
    /// What it had to say cannot be completed.
    Broken(Code),
}

impl Worker {
    /// Takes over what is left of streams whose clients are gone.
    pub(super) fn settle_left(&mut self) {
        while let Some(tube) = self.buffers.left.pop() {
            let carrier = self.carriers.list.get_mut(tube.connection);
            match carrier.and_then(|c| c.streams.get_mut(tube.stream)) {
                Some(stream) => {
                    stream.user = NONE;
                    stream.left = Some(tube);
                }
                None => self.give_tube(*tube),
            }
        }
    }

    pub(super) fn forget_stream(&mut self, h: u32, key: u32) {
        let carrier = &mut self.carriers.list[h];
        let Some(stream) = carrier.streams.remove(key) else {
            return;
        };
        let (idle, holder) = (carrier.streams.is_empty(), carrier.holder);
        if let Some(tube) = stream.left {
            self.give_tube(*tube);
        }
        if let Holder::Client(i) = holder
            && idle
        {
            self.rest_h2(i);
        }
    }

    /// What a stream's client remembers of the session goes to the connection.
    pub(in crate::worker) fn return_memory(&mut self, i: u32) {
        let c = &self.clients[i];
        if c.memory.is_none() || !c.link.is_stream() {
            return;
        }
        let Some(Holder::Client(holder)) = self.carriers.list.get(c.carrier).map(|h| h.holder)
        else {
            return;
        };
        let connection = self.clients.get(holder).and_then(|h| h.memory.as_ref());
        if let (Some(own), Some(connection)) = (&c.memory, connection) {
            connection.borrow_mut().take_session(&mut own.borrow_mut());
        }
    }

    fn give_tube(&mut self, tube: Tube) {
        self.buffers.give(tube.input);
        self.buffers.give(tube.output);
    }

    /// Makes frames of what the stream has to say, as far as its windows go.
    pub(super) fn pump_stream(&mut self, h: u32, key: u32) {
        let Some(carrier) = self.carriers.list.get_mut(h) else {
            return;
        };
        if let Holder::Server(_) = carrier.holder {
            return self.pump_request(h, key);
        }
        let Some(stream) = carrier.streams.get_mut(key) else {
            return;
        };
        let client = stream.user;
        let alive = self.clients.get_mut(client).and_then(|c| c.link.tube());
        let Some(tube) = alive.or(stream.left.as_deref_mut()) else {
            return;
        };
        tube.stirred = false;
        if carrier.core.out().len() >= FULL {
            carrier.waiting.push(key);
            return self.due(h);
        }
        if stream.owed > 0 && (client == NONE || tube.input.is_empty()) {
            carrier
                .core
                .release(stream.id, std::mem::take(&mut stream.owed));
        }
        let was_full = tube.is_full();
        let ended = tube.output_ended;
        let broken = Stands::Broken(tube.reason.unwrap_or(Code::Internal));
        let moved = stream.outward.pump(
            &mut carrier.core,
            stream.id,
            &mut tube.output,
            ended,
            &mut self.fields,
        );
        let stands = match moved {
            Err(_) => broken,
            Ok(moved) => {
                tube.output.drain(..moved.used);
                let unfinished = client == NONE && !ended && tube.output.is_empty();
                match moved.done {
                    _ if tube.broken => broken,
                    true if client == NONE => Stands::Over,
                    false if unfinished => broken,
                    _ if was_full && !tube.is_full() => Stands::Wakes(client),
                    _ => Stands::Open,
                }
            }
        };
        self.due(h);
        match stands {
            Stands::Open => {}
            Stands::Wakes(client) => self.resume_later(client),
            Stands::Over => self.end_stream(h, key, Code::NoError),
            Stands::Broken(code) => {
                self.end_stream(h, key, code);
                if client != NONE {
                    self.client_gone(client);
                }
            }
        }
    }

    /// The stream is over on our side; the peer hears it where it has more to say.
    fn end_stream(&mut self, h: u32, key: u32, code: Code) {
        let carrier = &mut self.carriers.list[h];
        if let Some(stream) = carrier.streams.get(key) {
            let id = stream.id;
            carrier.core.reset(id, code);
            self.forget_stream(h, key);
        }
    }
}
