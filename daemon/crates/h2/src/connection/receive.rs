//! Frames of the peer, one after the other.

use super::{Connection, Event, Role, Stage, Step};
use crate::error::Code;
use crate::frame::{HEAD, Head, Kind, flag, unpadded, write};
use crate::guard::TooMuch;

/// What is wrong with a frame: for its stream, or for all of them.
pub(super) enum Wrong {
    Connection(Code),
    Stream(u32, Code),
}

impl From<Code> for Wrong {
    fn from(code: Code) -> Self {
        Self::Connection(code)
    }
}

impl From<TooMuch> for Wrong {
    fn from(TooMuch: TooMuch) -> Self {
        Self::Connection(Code::EnhanceYourCalm)
    }
}

pub(super) type Seen<'a> = Result<Option<Event<'a>>, Wrong>;

impl Connection {
    /// Takes one frame from the front of the input. An error ends the connection: it has been
    /// written for the peer, and what is in `out` is to be sent before it is closed.
    pub fn step<'a>(&mut self, input: &'a [u8]) -> Result<Step<'a>, Code> {
        match self.stage {
            Stage::Failed => return Err(Code::NoError),
            Stage::Preface => {
                return match self.take_preface(input) {
                    Ok(Some(used)) => Ok(Step::Done(used, None)),
                    Ok(None) => Ok(Step::More),
                    Err(code) => Err(self.fail(code)),
                };
            }
            Stage::First | Stage::Open => {}
        }
        let Some(head) = Head::read(input) else {
            return Ok(Step::More);
        };
        if let Err(code) = self.check_first(head) {
            return Err(self.fail(code));
        }
        if head.length > self.local.frame_size as usize {
            return Err(self.fail(Code::FrameSize));
        }
        let used = HEAD + head.length;
        let Some(payload) = input.get(HEAD..used) else {
            return Ok(Step::More);
        };
        match self.take(head, payload) {
            Ok(event) => Ok(Step::Done(used, event)),
            Err(Wrong::Connection(code)) => Err(self.fail(code)),
            Err(Wrong::Stream(stream, code)) => match self.break_stream(stream, code) {
                Ok(event) => Ok(Step::Done(used, event)),
                Err(TooMuch) => Err(self.fail(Code::EnhanceYourCalm)),
            },
        }
    }

    fn take<'a>(&mut self, head: Head, payload: &'a [u8]) -> Seen<'a> {
        // §4.3: a header block is not interrupted.
        if let Some(block) = &self.block
            && (head.kind != Kind::Continuation || head.stream != block.stream)
        {
            return Err(Code::Protocol.into());
        }
        match head.kind {
            Kind::Data => self.take_data(head, payload),
            Kind::Headers => self.take_headers(head, payload),
            Kind::Continuation => self.take_continuation(head, payload),
            Kind::Priority => self.take_priority(head, payload),
            Kind::Reset => self.take_reset(head, payload),
            Kind::Settings => self.take_settings(head, payload),
            // Nobody here lets the peer push, and a client may not at all (§8.4).
            Kind::PushPromise => Err(Code::Protocol.into()),
            Kind::Ping => self.take_ping(head, payload),
            Kind::GoAway => self.take_go_away(head, payload),
            Kind::WindowUpdate => self.take_window_update(head, payload),
            Kind::Unknown => {
                self.guard.idle()?;
                Ok(None)
            }
        }
    }

    /// A stream that was never opened (§5.1): a frame on it is an error of the connection.
    pub(super) fn is_idle(&self, stream: u32) -> bool {
        let ours = (stream % 2 == 1) == (self.role == Role::Client);
        if ours {
            stream >= self.next
        } else {
            stream > self.last
        }
    }

    fn take_data<'a>(&mut self, head: Head, payload: &'a [u8]) -> Seen<'a> {
        if head.stream == 0 || self.is_idle(head.stream) {
            return Err(Code::Protocol.into());
        }
        let bytes = unpadded(head, payload).ok_or(Code::Protocol)?;
        // The whole frame counts, also on a stream that is gone (§6.9).
        if !self.intake.take(payload.len()) {
            return Err(Code::FlowControl.into());
        }
        if let Some(more) = self.intake.release(payload.len()) {
            write::window_update(0, more, &mut self.out);
        }
        let end = head.has(flag::END_STREAM);
        if bytes.is_empty() && !end {
            self.guard.idle()?;
        }
        let Some(stream) = self.streams.get_mut(head.stream) else {
            return self.on_closed(head.stream);
        };
        if stream.remote_done {
            return Err(Wrong::Stream(head.stream, Code::StreamClosed));
        }
        if !stream.begun {
            // A response without a head.
            return Err(Wrong::Stream(head.stream, Code::Protocol));
        }
        if !stream.intake.take(payload.len()) {
            return Err(Wrong::Stream(head.stream, Code::FlowControl));
        }
        let padding = payload.len() - bytes.len();
        let more = stream.intake.release(padding).filter(|_| !end);
        if let Some(left) = &mut stream.expected {
            // §8.1.1: the length that was announced is the length that comes.
            let short = left.checked_sub(bytes.len() as u64);
            match short {
                Some(left_now) if !end || left_now == 0 => *left = left_now,
                _ => return Err(Wrong::Stream(head.stream, Code::Protocol)),
            }
        }
        stream.remote_done = end;
        let key = stream.key;
        if let Some(more) = more {
            write::window_update(head.stream, more, &mut self.out);
        }
        self.close_if_done(head.stream);
        if bytes.is_empty() && !end {
            return Ok(None);
        }
        Ok(Some(Event::Data {
            stream: head.stream,
            key,
            bytes,
            end,
        }))
    }

    /// A frame with content on a stream that is closed.
    pub(super) fn on_closed<'a>(&mut self, stream: u32) -> Seen<'a> {
        self.guard.idle()?;
        if self.streams.was_reset(stream) {
            return Ok(None);
        }
        Err(Wrong::Stream(stream, Code::StreamClosed))
    }

    /// Tells the peer that a stream is over by its doing, and the owner, if it knows the stream.
    fn break_stream<'a>(&mut self, stream: u32, code: Code) -> Result<Option<Event<'a>>, TooMuch> {
        self.guard.wasted()?;
        let known = self.streams.remove(stream);
        write::reset(stream, code, &mut self.out);
        self.streams.note_reset(stream);
        Ok(known.map(|s| Event::Reset {
            stream,
            key: s.key,
            code,
        }))
    }

    pub(super) fn close_if_done(&mut self, stream: u32) {
        let done = |s: &crate::stream::Stream| s.remote_done && s.local_done;
        if self.streams.get(stream).is_some_and(done) {
            self.streams.remove(stream);
            self.guard.answered();
        }
    }

    /// The connection is over; says why.
    pub(super) fn fail(&mut self, code: Code) -> Code {
        if self.stage != Stage::Failed {
            self.stage = Stage::Failed;
            write::go_away(self.last, code, &mut self.out);
        }
        code
    }
}
