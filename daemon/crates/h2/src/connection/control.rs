//! Frames that carry nothing of a message (RFC 9113 §6.3 to §6.9).

use super::receive::{Seen, Wrong};
use super::{Connection, Event};
use crate::error::Code;
use crate::frame::{Head, flag, number, write};

impl Connection {
    pub(super) fn take_priority<'a>(&mut self, head: Head, payload: &'a [u8]) -> Seen<'a> {
        if head.stream == 0 {
            return Err(Code::Protocol.into());
        }
        self.guard.idle()?;
        if payload.len() != 5 {
            return Err(Wrong::Stream(head.stream, Code::FrameSize));
        }
        if number(payload) == Some(head.stream) {
            return Err(Wrong::Stream(head.stream, Code::Protocol));
        }
        Ok(None)
    }

    pub(super) fn take_reset<'a>(&mut self, head: Head, payload: &'a [u8]) -> Seen<'a> {
        if head.stream == 0 || self.is_idle(head.stream) {
            return Err(Code::Protocol.into());
        }
        let code = match payload.first_chunk::<4>() {
            Some(bytes) if payload.len() == 4 => Code::of(u32::from_be_bytes(*bytes)),
            _ => return Err(Code::FrameSize.into()),
        };
        let Some(stream) = self.streams.remove(head.stream) else {
            self.guard.idle()?;
            return Ok(None);
        };
        self.guard.wasted()?;
        Ok(Some(Event::Reset {
            stream: head.stream,
            key: stream.key,
            code,
        }))
    }

    pub(super) fn take_settings<'a>(&mut self, head: Head, payload: &'a [u8]) -> Seen<'a> {
        if head.stream != 0 {
            return Err(Code::Protocol.into());
        }
        self.guard.idle()?;
        if head.has(flag::ACK) {
            return if payload.is_empty() {
                self.confirmed = true;
                Ok(None)
            } else {
                Err(Code::FrameSize.into())
            };
        }
        if !payload.len().is_multiple_of(6) {
            return Err(Code::FrameSize.into());
        }
        let before = self.remote.window;
        self.remote.apply(payload)?;
        let now = self.remote.window;
        for stream in self.streams.iter_mut() {
            stream
                .send
                .shift(before, now)
                .map_err(|_| Code::FlowControl)?;
        }
        self.encoder.allow(self.remote.header_table_size as usize);
        write::settings_ack(&mut self.out);
        Ok(Some(if now > before {
            Event::RoomForAll
        } else {
            Event::Settings
        }))
    }

    pub(super) fn take_ping<'a>(&mut self, head: Head, payload: &'a [u8]) -> Seen<'a> {
        if head.stream != 0 {
            return Err(Code::Protocol.into());
        }
        if payload.len() != 8 {
            return Err(Code::FrameSize.into());
        }
        self.guard.idle()?;
        if !head.has(flag::ACK) {
            write::ping_ack(payload, &mut self.out);
        }
        Ok(None)
    }

    pub(super) fn take_go_away<'a>(&mut self, head: Head, payload: &'a [u8]) -> Seen<'a> {
        if head.stream != 0 {
            return Err(Code::Protocol.into());
        }
        let (Some(last), Some(code)) = (number(payload), payload.get(4..8)) else {
            return Err(Code::FrameSize.into());
        };
        self.guard.idle()?;
        self.left = true;
        let code = [code[0], code[1], code[2], code[3]];
        Ok(Some(Event::GoneAway {
            last,
            code: Code::of(u32::from_be_bytes(code)),
        }))
    }

    pub(super) fn take_window_update<'a>(&mut self, head: Head, payload: &'a [u8]) -> Seen<'a> {
        if payload.len() != 4 {
            return Err(Code::FrameSize.into());
        }
        let more = number(payload).unwrap_or(0);
        self.guard.opening()?;
        if head.stream == 0 {
            if more == 0 {
                return Err(Code::Protocol.into());
            }
            self.send.add(more).map_err(|_| Code::FlowControl)?;
            let starved = std::mem::take(&mut self.starved);
            return Ok(starved.then_some(Event::RoomForAll));
        }
        if self.is_idle(head.stream) {
            return Err(Code::Protocol.into());
        }
        let Some(stream) = self.streams.get_mut(head.stream) else {
            // It may have crossed our end of the stream (§5.1).
            self.guard.idle()?;
            return Ok(None);
        };
        if more == 0 {
            return Err(Wrong::Stream(head.stream, Code::Protocol));
        }
        if stream.send.add(more).is_err() {
            return Err(Wrong::Stream(head.stream, Code::FlowControl));
        }
        let stalled = std::mem::take(&mut stream.stalled);
        let key = stream.key;
        Ok(stalled.then_some(Event::Room {
            stream: head.stream,
            key,
        }))
    }
}
