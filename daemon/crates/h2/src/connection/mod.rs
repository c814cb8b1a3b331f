//! A connection of either role: frames in, events out; and what its owner says, as frames.
//!
//! The owner feeds [`step`](Connection::step) with what it has read, and sends what stands in
//! [`out`](Connection::out). Data that the windows do not take stays with the owner, who comes again
//! when an event says that there is room.

mod begin;
mod control;
mod headers;
mod receive;
mod send;

pub use send::Sent;

use crate::error::Code;
use crate::flow::{self, Intake, Window};
use crate::frame::settings::Settings;
use crate::guard::Guard;
use crate::hpack::{Decoder, Encoder};
use crate::list::HeaderList;
use crate::stream::Streams;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Server,
    Client,
}

/// What a step over the input came to.
#[derive(Debug)]
pub enum Step<'a> {
    /// No whole frame is there.
    More,
    /// So many bytes are dealt with.
    Done(usize, Option<Event<'a>>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The peer opened a stream; its fields are in [`Connection::headers`].
    Opened { stream: u32, end: bool },
    /// More fields on a stream: a response, an interim one, or a trailer.
    Headers {
        stream: u32,
        key: u32,
        end: bool,
        trailers: bool,
    },
    Data {
        stream: u32,
        key: u32,
        bytes: &'a [u8],
        end: bool,
    },
    /// The stream is over: the peer gave it up, or broke it with this code.
    Reset { stream: u32, key: u32, code: Code },
    /// There is room for more data on this stream.
    Room { stream: u32, key: u32 },
    /// There may be room on every stream.
    RoomForAll,
    /// The peer takes no streams beyond this one.
    GoneAway { last: u32, code: Code },
    /// The peer's settings came.
    Settings,
}

/// What an owner decides about its connections.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub settings: Settings,
    /// Bytes that all streams together may have on the way to us.
    pub window: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The client's first bytes are still to come.
    Preface,
    /// The first frame has to be SETTINGS.
    First,
    Open,
    /// An error of the connection has been told; nothing is read any more.
    Failed,
}

/// What the peer knows of our going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaving {
    No,
    /// It comes soon.
    Warned,
    /// No more streams are taken.
    Said,
}

/// A header block that goes on in CONTINUATION.
#[derive(Debug)]
struct Block {
    stream: u32,
    end: bool,
    /// It depends on itself, by its priority.
    bad: bool,
    bytes: Vec<u8>,
    pieces: u32,
}

#[derive(Debug)]
pub struct Connection {
    role: Role,
    stage: Stage,
    local: Settings,
    remote: Settings,
    decoder: Decoder,
    encoder: Encoder,
    streams: Streams,
    /// The peer knows our settings.
    confirmed: bool,
    /// The highest stream that the peer opened.
    last: u32,
    /// The stream that we open next.
    next: u32,
    send: Window,
    intake: Intake,
    block: Option<Block>,
    list: HeaderList,
    guard: Guard,
    out: Vec<u8>,
    leaving: Leaving,
    /// The peer takes no more.
    left: bool,
    /// Some stream waits for the connection's window.
    starved: bool,
}

impl Connection {
    #[must_use]
    pub fn new(role: Role, limits: Limits) -> Self {
        let local = Settings {
            push: role == Role::Server,
            ..limits.settings
        };
        let mut connection = Self {
            role,
            stage: match role {
                Role::Server => Stage::Preface,
                Role::Client => Stage::First,
            },
            local,
            remote: Settings::default(),
            decoder: Decoder::new(local.header_table_size as usize),
            encoder: Encoder::default(),
            streams: Streams::default(),
            confirmed: false,
            last: 0,
            next: 1,
            send: Window::new(flow::FIRST),
            intake: Intake::new(limits.window.max(flow::FIRST)),
            block: None,
            list: HeaderList::default(),
            guard: Guard::default(),
            out: Vec::new(),
            leaving: Leaving::No,
            left: false,
            starved: false,
        };
        connection.begin(limits);
        connection
    }

    /// The fields of the last event.
    #[must_use]
    pub fn headers(&self) -> &HeaderList {
        &self.list
    }

    /// Frames that are to be sent; the owner empties it.
    pub fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// Milliseconds of a clock that only goes forward, for the limits.
    pub fn at(&mut self, now: u64) {
        self.guard.at(now);
    }

    /// Streams that are not closed.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.streams.len()
    }

    /// Streams that may be opened now.
    #[must_use]
    pub fn room(&self) -> usize {
        if self.left
            || self.leaving == Leaving::Said
            || self.stage == Stage::Failed
            || self.next > flow::MOST
        {
            return 0;
        }
        let most = self.remote.max_streams.map_or(usize::MAX, |n| n as usize);
        most.saturating_sub(self.streams.len())
    }

    /// The peer, or we, said that no more streams come.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.left || self.leaving == Leaving::Said
    }

    /// The peer's settings have come.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.stage == Stage::Open
    }

    /// What the peer said of itself.
    #[must_use]
    pub fn remote(&self) -> &Settings {
        &self.remote
    }

    /// Keys of all streams.
    pub fn keys(&self) -> impl Iterator<Item = (u32, u32)> {
        self.streams.iter().map(|s| (s.id, s.key))
    }

    pub fn set_key(&mut self, stream: u32, key: u32) {
        if let Some(s) = self.streams.get_mut(stream) {
            s.key = key;
        }
    }

    #[must_use]
    pub fn is_open(&self, stream: u32) -> bool {
        self.streams.get(stream).is_some()
    }

    /// What the peer may send on a new stream.
    fn new_intake(&self) -> Intake {
        if self.confirmed {
            Intake::new(self.local.window)
        } else {
            Intake::unconfirmed(self.local.window)
        }
    }

    /// Memory that belongs to the peer's doing, in bytes.
    #[must_use]
    pub fn held(&self) -> usize {
        let block = self.block.as_ref().map_or(0, |b| b.bytes.len());
        self.out.len() + block + self.decoder.held() + self.list.bytes()
    }
}
