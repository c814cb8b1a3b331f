//! What frames mean for streams.

use super::{Holder, Worker};
use crate::worker::conn::{Client, Upstream};
use crate::worker::link::Tube;
use crate::worker::slab::{NONE, Slab};
use h2::{Code, Event};

/// The tube of whoever holds a stream.
pub(super) fn tube_of<'w>(
    (holder, user): (Holder, u32),
    clients: &'w mut Slab<Client>,
    ups: &'w mut Slab<Upstream>,
) -> Option<&'w mut Tube> {
    match holder {
        Holder::Client(_) => clients.get_mut(user)?.link.tube(),
        Holder::Server(_) => ups.get_mut(user)?.link.tube(),
    }
}

impl Worker {
    /// An error is one of the whole connection.
    pub(super) fn on_frame(&mut self, h: u32, event: Event<'_>) -> Result<(), Code> {
        // A client's place may have been taken by another since.
        self.settle_left();
        let to_client = matches!(self.carriers.list[h].holder, Holder::Client(_));
        match event {
            Event::Opened { stream, end } => self.open_stream(h, stream, end)?,
            Event::Headers {
                stream, key, end, ..
            } if !to_client && !self.has_answered(h, key) => {
                self.take_reply_fields(h, (stream, key), end);
            }
            Event::Headers { stream, key, .. } => self.take_trailers(h, stream, key)?,
            Event::Data {
                stream,
                key,
                bytes,
                end,
            } => self.take_data(h, (stream, key), bytes, end),
            Event::Reset { key, .. } if to_client => self.drop_stream(h, key),
            Event::Reset { key, code, .. } => self.reset_by_server(h, key, code),
            Event::Room { key, .. } => self.buffers.stirred.push((h, key)),
            // A client that goes has said all that it will ask.
            Event::Settings | Event::GoneAway { .. } if to_client => {}
            Event::GoneAway { last, .. } => self.server_leaves(h, last),
            // Some may have waited for what the server knows.
            Event::Settings | Event::RoomForAll => self.stir_all(h),
        }
        Ok(())
    }

    fn stir_all(&mut self, h: u32) {
        let keys = self.carriers.list[h].streams.indexes();
        let all = keys.into_iter().map(|key| (h, key));
        self.buffers.stirred.extend(all);
    }

    fn take_data(&mut self, h: u32, (id, key): (u32, u32), bytes: &[u8], end: bool) {
        let carrier = &mut self.carriers.list[h];
        let Some(stream) = carrier.streams.get_mut(key) else {
            return;
        };
        let whose = (carrier.holder, stream.user);
        let Some(tube) = tube_of(whose, &mut self.clients, &mut self.ups) else {
            // Whoever wanted it is gone.
            return carrier.core.release(id, bytes.len());
        };
        if tube.input.capacity() == 0 {
            tube.input = self.buffers.take();
        }
        stream.inward.data(bytes, end, &mut tube.input);
        tube.input_ended |= end;
        stream.owed += bytes.len();
        self.wake_stream(whose);
    }

    fn take_trailers(&mut self, h: u32, id: u32, key: u32) -> Result<(), Code> {
        let carrier = &mut self.carriers.list[h];
        let Some(stream) = carrier.streams.get_mut(key) else {
            return Ok(());
        };
        let whose = (carrier.holder, stream.user);
        let Some(tube) = tube_of(whose, &mut self.clients, &mut self.ups) else {
            return Ok(());
        };
        let list = carrier.core.headers();
        let told = if list.is_too_large() {
            Err(())
        } else {
            let taken = stream.inward.trailers(list, &mut tube.input);
            taken.map_err(|_| ())
        };
        if told.is_err() {
            carrier.core.refuse(id, Code::Protocol)?;
            match whose.0 {
                Holder::Client(_) => self.drop_stream(h, key),
                Holder::Server(_) => self.break_request(h, key),
            }
            return Ok(());
        }
        tube.input_ended = true;
        self.wake_stream(whose);
        Ok(())
    }

    /// There is something to read for whoever holds the stream.
    pub(super) fn wake_stream(&mut self, (holder, user): (Holder, u32)) {
        let (link, i) = match holder {
            Holder::Client(_) => (&mut self.clients[user].link, user),
            Holder::Server(_) => {
                let up = &mut self.ups[user];
                (&mut up.link, up.client)
            }
        };
        if !std::mem::replace(&mut link.readable, true) {
            self.resume_later(i);
        }
    }

    /// The peer has given the stream up: so does its client.
    fn drop_stream(&mut self, h: u32, key: u32) {
        let Some(stream) = self.carriers.list[h].streams.get(key) else {
            return;
        };
        if stream.user != NONE {
            let client = stream.user;
            self.client_gone(client);
        }
        self.settle_left();
        self.forget_stream(h, key);
    }
}
