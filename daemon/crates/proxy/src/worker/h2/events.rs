//! What frames mean for streams.

use super::Worker;
use crate::worker::slab::NONE;
use h2::{Code, Event};

impl Worker {
    /// An error is one of the whole connection.
    pub(super) fn on_frame(&mut self, h: u32, event: Event<'_>) -> Result<(), Code> {
        // A client's place may have been taken by another since.
        self.settle_left();
        match event {
            Event::Opened { stream, end } => self.open_stream(h, stream, end)?,
            Event::Headers { stream, key, .. } => self.take_trailers(h, stream, key)?,
            Event::Data {
                stream,
                key,
                bytes,
                end,
            } => self.take_data(h, (stream, key), bytes, end),
            Event::Reset { key, .. } => self.drop_stream(h, key),
            Event::Room { key, .. } => self.buffers.stirred.push((h, key)),
            Event::RoomForAll => {
                let keys = self.carriers.list[h].streams.indexes();
                let all = keys.into_iter().map(|key| (h, key));
                self.buffers.stirred.extend(all);
            }
            // A client that goes has said all that it will ask.
            Event::GoneAway { .. } | Event::Settings => {}
        }
        Ok(())
    }

    fn take_data(&mut self, h: u32, (id, key): (u32, u32), bytes: &[u8], end: bool) {
        let carrier = &mut self.carriers.list[h];
        let Some(stream) = carrier.streams.get_mut(key) else {
            return;
        };
        let tube = match self.clients.get_mut(stream.client) {
            Some(c) => c.link.tube(),
            None => None,
        };
        let Some(tube) = tube else {
            // Whoever wanted it is gone.
            return carrier.core.release(id, bytes.len());
        };
        if tube.input.capacity() == 0 {
            tube.input = self.buffers.take();
        }
        stream.inward.data(bytes, end, &mut tube.input);
        tube.input_ended |= end;
        stream.owed += bytes.len();
        let client = stream.client;
        self.wake_stream(client);
    }

    fn take_trailers(&mut self, h: u32, id: u32, key: u32) -> Result<(), Code> {
        let carrier = &mut self.carriers.list[h];
        let Some(stream) = carrier.streams.get_mut(key) else {
            return Ok(());
        };
        let client = stream.client;
        let Some(tube) = self.clients.get_mut(client).and_then(|c| c.link.tube()) else {
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
            self.drop_stream(h, key);
            return Ok(());
        }
        tube.input_ended = true;
        self.wake_stream(client);
        Ok(())
    }

    /// There is something to read for a stream's client.
    fn wake_stream(&mut self, i: u32) {
        let link = &mut self.clients[i].link;
        if !std::mem::replace(&mut link.readable, true) {
            self.resume_later(i);
        }
    }

    /// The peer has given the stream up: so does its client.
    fn drop_stream(&mut self, h: u32, key: u32) {
        let Some(stream) = self.carriers.list[h].streams.get(key) else {
            return;
        };
        if stream.client != NONE {
            let client = stream.client;
            self.client_gone(client);
        }
        self.settle_left();
        self.forget_stream(h, key);
    }
}
