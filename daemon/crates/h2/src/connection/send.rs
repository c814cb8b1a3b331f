//! What the owner says, as frames.

use super::{Connection, Leaving, Role, Stage};
use crate::error::Code;
use crate::flow::{self, Window};
use crate::frame::{HEAD, write};
use crate::stream::Stream;

/// What became of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Bytes of it that are in `out` now.
    pub taken: usize,
    /// All of it and, where asked for, the end.
    pub whole: bool,
}

impl Connection {
    /// Opens a stream; `None` when the peer takes no more. Its head has to follow at once.
    pub fn open(&mut self, key: u32) -> Option<u32> {
        if self.role == Role::Server || self.room() == 0 {
            return None;
        }
        let id = self.next;
        self.next += 2;
        self.streams.add(Stream {
            id,
            key,
            remote_done: false,
            local_done: false,
            begun: false,
            send: Window::new(self.remote.window),
            intake: self.new_intake(),
            expected: None,
            stalled: false,
        });
        Some(id)
    }

    /// Writes a header block: `fields` gives each name, in lower case, and its value.
    pub fn send_headers(
        &mut self,
        stream: u32,
        end: bool,
        fields: impl FnOnce(&mut dyn FnMut(&[u8], &[u8])),
    ) {
        if self.stage == Stage::Failed {
            return;
        }
        let Self {
            streams,
            encoder,
            out,
            remote,
            ..
        } = self;
        let Some(s) = streams.get_mut(stream).filter(|s| !s.local_done) else {
            return;
        };
        s.local_done = end;
        let start = out.len();
        out.extend_from_slice(&[0; HEAD]);
        encoder.begin(out);
        fields(&mut |name, value| encoder.field(name, value, out));
        write::finish_block(stream, end, start, remote.frame_size as usize, out);
        if end {
            self.close_if_done(stream);
        }
    }

    /// Sends as much data as the windows take, and the end behind the last byte.
    pub fn send_data(&mut self, stream: u32, bytes: &[u8], end: bool) -> Sent {
        let mut sent = Sent {
            taken: 0,
            whole: false,
        };
        if self.stage == Stage::Failed {
            return sent;
        }
        let most = self.remote.frame_size as usize;
        let Some(s) = self.streams.get_mut(stream).filter(|s| !s.local_done) else {
            // Nobody wants it any more.
            return Sent {
                taken: bytes.len(),
                whole: true,
            };
        };
        loop {
            let rest = &bytes[sent.taken..];
            let n = rest
                .len()
                .min(most)
                .min(s.send.room())
                .min(self.send.room());
            let last = end && n == rest.len();
            if n == 0 && !last {
                break;
            }
            if !s.send.take(n) || !self.send.take(n) {
                break;
            }
            write::data(stream, &rest[..n], last, &mut self.out);
            self.guard.sent();
            sent.taken += n;
            if last {
                s.local_done = true;
                break;
            }
        }
        sent.whole = sent.taken == bytes.len() && (s.local_done || !end);
        if s.local_done {
            self.close_if_done(stream);
        } else if !sent.whole {
            self.stall(stream);
        }
        sent
    }

    /// Data waits that the windows do not take: the owner hears when they do.
    pub fn stall(&mut self, stream: u32) {
        if let Some(s) = self.streams.get_mut(stream) {
            s.stalled = s.send.room() == 0;
        }
        self.starved |= self.send.room() == 0;
    }

    /// So many bytes of the stream's data went on: its sender may send more.
    pub fn release(&mut self, stream: u32, bytes: usize) {
        let Some(s) = self.streams.get_mut(stream).filter(|s| !s.remote_done) else {
            return;
        };
        if let Some(more) = s.intake.release(bytes) {
            write::window_update(stream, more, &mut self.out);
        }
    }

    /// Ends a stream in the middle.
    pub fn reset(&mut self, stream: u32, code: Code) {
        if self.streams.remove(stream).is_none() || self.stage == Stage::Failed {
            return;
        }
        self.streams.note_reset(stream);
        write::reset(stream, code, &mut self.out);
    }

    /// Drops a stream that the peer has not heard of, or will not hear of again.
    pub fn forget(&mut self, stream: u32) {
        self.streams.remove(stream);
    }

    /// Refuses a stream for what the peer said on it, which counts against the peer. `Err`: that was
    /// too much, and the connection is over.
    pub fn refuse(&mut self, stream: u32, code: Code) -> Result<(), Code> {
        self.reset(stream, code);
        match self.guard.wasted() {
            Ok(()) => Ok(()),
            Err(_) => Err(self.fail(Code::EnhanceYourCalm)),
        }
    }

    /// Says that the connection ends soon: streams on their way are still taken, and
    /// [`Self::leave`] is to follow when they have come (§6.8).
    pub fn warn(&mut self) {
        if self.leaving == Leaving::No && self.stage != Stage::Failed {
            self.leaving = Leaving::Warned;
            write::go_away(flow::MOST, Code::NoError, &mut self.out);
        }
    }

    /// Says that no stream beyond those that are there is served (§6.8).
    pub fn leave(&mut self) {
        if self.leaving != Leaving::Said && self.stage != Stage::Failed {
            self.leaving = Leaving::Said;
            write::go_away(self.last, Code::NoError, &mut self.out);
        }
    }

    /// Says good bye before the connection is closed, unless that was said.
    pub fn close(&mut self, code: Code) {
        if self.leaving != Leaving::Said || code != Code::NoError {
            self.fail(code);
        }
        self.stage = Stage::Failed;
    }

    /// Bytes of data that could leave on this stream now.
    #[must_use]
    pub fn window(&self, stream: u32) -> usize {
        let own = self.streams.get(stream).map_or(0, |s| s.send.room());
        own.min(self.send.room()).min(flow::MOST as usize)
    }
}
