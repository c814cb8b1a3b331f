//! Header blocks of the peer (RFC 9113 §4.3, §6.2, §8.1).

use super::receive::{Seen, Wrong};
use super::{Block, Connection, Event, Leaving, Role};
use crate::error::Code;
use crate::flow::Window;
use crate::frame::{Head, flag, number, unpadded};
use crate::guard::{BLOCK, CONTINUATIONS};
use crate::stream::Stream;

impl Connection {
    pub(super) fn take_headers<'a>(&mut self, head: Head, payload: &'a [u8]) -> Seen<'a> {
        if head.stream == 0 {
            return Err(Code::Protocol.into());
        }
        let mut fragment = unpadded(head, payload).ok_or(Code::Protocol)?;
        let mut bad = false;
        if head.has(flag::PRIORITY) {
            // Priorities are read past (§5.3.2), but not every nonsense.
            let parent = number(fragment).ok_or(Code::FrameSize)?;
            fragment = fragment.get(5..).ok_or(Code::FrameSize)?;
            bad = parent == head.stream;
        }
        let end = head.has(flag::END_STREAM);
        if head.has(flag::END_HEADERS) {
            return self.take_block(head.stream, end, bad, fragment);
        }
        self.block = Some(Block {
            stream: head.stream,
            end,
            bad,
            bytes: fragment.to_vec(),
            pieces: 0,
        });
        Ok(None)
    }

    pub(super) fn take_continuation<'a>(&mut self, head: Head, payload: &'a [u8]) -> Seen<'a> {
        let Some(block) = &mut self.block else {
            return Err(Code::Protocol.into());
        };
        block.pieces += 1;
        if block.pieces > CONTINUATIONS || block.bytes.len() + payload.len() > BLOCK {
            return Err(Code::EnhanceYourCalm.into());
        }
        block.bytes.extend_from_slice(payload);
        if !head.has(flag::END_HEADERS) {
            return Ok(None);
        }
        match self.block.take() {
            Some(b) => self.take_block(b.stream, b.end, b.bad, &b.bytes),
            None => Ok(None),
        }
    }

    /// The whole block is there. It is read whatever becomes of its stream: the tables of both sides
    /// have to stay the same.
    fn take_block<'a>(&mut self, id: u32, end: bool, bad: bool, block: &[u8]) -> Seen<'a> {
        let limit = self.local.header_list.map_or(usize::MAX, |n| n as usize);
        self.decoder
            .decode(block, limit, &mut self.list)
            .map_err(|_| Code::Compression)?;
        if let Some(stream) = self.streams.get_mut(id) {
            if stream.remote_done {
                return Err(Wrong::Stream(id, Code::StreamClosed));
            }
            if bad {
                return Err(Wrong::Stream(id, Code::Protocol));
            }
            return self.take_more(id, end);
        }
        if !self.is_idle(id) {
            return if self.streams.was_reset(id) {
                self.guard.idle()?;
                Ok(None)
            } else {
                Err(Code::StreamClosed.into())
            };
        }
        if self.role == Role::Client || id.is_multiple_of(2) {
            return Err(Code::Protocol.into());
        }
        self.last = id;
        if self.leaving == Leaving::Said {
            // On its way when we said that we go (§6.8).
            self.guard.wasted()?;
            return Ok(None);
        }
        if bad {
            return Err(Wrong::Stream(id, Code::Protocol));
        }
        let most = self.local.max_streams.map_or(usize::MAX, |n| n as usize);
        if self.streams.len() >= most {
            return Err(Wrong::Stream(id, Code::RefusedStream));
        }
        self.streams.add(Stream {
            id,
            key: u32::MAX,
            remote_done: end,
            local_done: false,
            begun: true,
            send: Window::new(self.remote.window),
            intake: self.new_intake(),
            expected: None,
            stalled: false,
        });
        Ok(Some(Event::Opened { stream: id, end }))
    }

    /// A block on a stream that is open: a trailer, or a response.
    fn take_more<'a>(&mut self, id: u32, end: bool) -> Seen<'a> {
        let interim = self.role == Role::Client && !end && self.is_interim();
        if interim {
            // No window bounds them.
            self.guard.idle()?;
        }
        let Some(stream) = self.streams.get_mut(id) else {
            return Ok(None);
        };
        let trailers = stream.begun;
        if trailers && !end {
            // §8.1: what comes behind the data is the end.
            return Err(Wrong::Stream(id, Code::Protocol));
        }
        if end && stream.expected.is_some_and(|left| left > 0) {
            return Err(Wrong::Stream(id, Code::Protocol));
        }
        stream.begun |= !interim;
        stream.remote_done = end;
        let key = stream.key;
        self.close_if_done(id);
        Ok(Some(Event::Headers {
            stream: id,
            key,
            end,
            trailers,
        }))
    }

    fn is_interim(&self) -> bool {
        let status = self.list.iter().find(|(name, _)| *name == b":status");
        status.is_some_and(|(_, value)| value.len() == 3 && value.starts_with(b"1"))
    }

    /// The stream's head announces so many bytes of data, and `end` says that none come. False: the
    /// two do not agree.
    pub fn expect(&mut self, stream: u32, length: Option<u64>, end: bool) -> bool {
        if end {
            return length.is_none_or(|n| n == 0);
        }
        if let Some(s) = self.streams.get_mut(stream) {
            s.expected = length;
        }
        true
    }
}
