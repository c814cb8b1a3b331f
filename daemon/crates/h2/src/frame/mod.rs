//! Frames (RFC 9113 §4, §6).
//!
//! In: nine bytes. Out: what they announce. Nothing here knows what a frame means for a stream.

pub mod settings;
pub mod write;

/// Bytes of the head of each frame.
pub const HEAD: usize = 9;

/// What each side may send before it knows more (§4.2).
pub const LEAST_SIZE: u32 = 16_384;
pub const MOST_SIZE: u32 = 16_777_215;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Data,
    Headers,
    Priority,
    Reset,
    Settings,
    PushPromise,
    Ping,
    GoAway,
    WindowUpdate,
    Continuation,
    /// To be ignored (§5.5).
    Unknown,
}

pub mod flag {
    pub const ACK: u8 = 0x1;
    pub const END_STREAM: u8 = 0x1;
    pub const END_HEADERS: u8 = 0x4;
    pub const PADDED: u8 = 0x8;
    pub const PRIORITY: u8 = 0x20;
}

const KINDS: [Kind; 10] = [
    Kind::Data,
    Kind::Headers,
    Kind::Priority,
    Kind::Reset,
    Kind::Settings,
    Kind::PushPromise,
    Kind::Ping,
    Kind::GoAway,
    Kind::WindowUpdate,
    Kind::Continuation,
];

impl Kind {
    fn of(number: u8) -> Self {
        let known = KINDS.get(usize::from(number));
        known.copied().unwrap_or(Self::Unknown)
    }

    fn number(self) -> u8 {
        let place = KINDS.iter().position(|known| *known == self);
        place.and_then(|n| u8::try_from(n).ok()).unwrap_or(u8::MAX)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub length: usize,
    pub kind: Kind,
    pub flags: u8,
    pub stream: u32,
}

impl Head {
    /// `None`: not all of it is there.
    #[must_use]
    pub fn read(input: &[u8]) -> Option<Self> {
        let [a, b, c, kind, flags, stream @ ..] = input.first_chunk::<HEAD>()?;
        Some(Self {
            length: usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c),
            kind: Kind::of(*kind),
            flags: *flags,
            // The highest bit means nothing.
            stream: u32::from_be_bytes(*stream) & 0x7fff_ffff,
        })
    }

    #[must_use]
    pub fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The frame's content without its padding; `None` when there is more of that than frame.
#[must_use]
pub fn unpadded(head: Head, payload: &[u8]) -> Option<&[u8]> {
    if !head.has(flag::PADDED) {
        return Some(payload);
    }
    let (pad, rest) = payload.split_first()?;
    let length = rest.len().checked_sub(usize::from(*pad))?;
    Some(&rest[..length])
}

/// The number in front, without its highest bit.
#[must_use]
pub fn number(payload: &[u8]) -> Option<u32> {
    let bytes = payload.first_chunk::<4>()?;
    Some(u32::from_be_bytes(*bytes) & 0x7fff_ffff)
}
