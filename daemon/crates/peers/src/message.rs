//! Where messages end: two bytes of class and kind, and a length where the kind is 128 or more.

use crate::fault::Fault;
use crate::varint::{self, put};

/// Bytes of a message behind its length. The other side keeps a message in a buffer of 16 KiB.
pub const LONGEST: usize = 16_000;

const CONTROL: u8 = 0;
const ERROR: u8 = 1;
pub const TABLES: u8 = 10;

pub const UPDATE: u8 = 128;
pub const UPDATE_NEXT: u8 = 129;
pub const DEFINITION: u8 = 130;
pub const SWITCH: u8 = 131;
pub const ACK: u8 = 132;
pub const UPDATE_TIMED: u8 = 133;
pub const UPDATE_NEXT_TIMED: u8 = 134;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    Resync,
    Finished,
    Partial,
    Confirm,
    Heartbeat,
}

impl Control {
    fn number(self) -> u8 {
        match self {
            Self::Resync => 0,
            Self::Finished => 1,
            Self::Partial => 2,
            Self::Confirm => 3,
            Self::Heartbeat => 4,
        }
    }

    pub fn write(self, out: &mut Vec<u8>) {
        out.extend([CONTROL, self.number()]);
    }

    fn of_number(number: u8) -> Option<Self> {
        let all = [
            Self::Resync,
            Self::Finished,
            Self::Partial,
            Self::Confirm,
            Self::Heartbeat,
        ];
        all.into_iter().find(|control| control.number() == number)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame<'a> {
    Control(Control),
    Error(u8),
    Table(u8, &'a [u8]),
    /// Of a kind that is not known: passed over.
    Unknown,
}

/// The first message and its length; `Ok(None)` while it is not whole.
pub fn frame(input: &[u8]) -> Result<Option<(Frame<'_>, usize)>, Fault> {
    let &[class, kind, ref rest @ ..] = input else {
        return Ok(None);
    };
    if !matches!(class, CONTROL | ERROR | TABLES) {
        return Err(Fault::Malformed("a class of messages that there is not"));
    }
    if kind < 128 {
        let frame = match class {
            CONTROL => Control::of_number(kind).map_or(Frame::Unknown, Frame::Control),
            ERROR => Frame::Error(kind),
            _ => Frame::Unknown,
        };
        return Ok(Some((frame, 2)));
    }
    let (length, head) = match varint::get(rest) {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(None),
        Err(()) => return Err(Fault::TooLong),
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(Fault::TooLong);
    }
    let Some(body) = rest.get(head..head + length) else {
        return Ok(None);
    };
    let frame = match class {
        TABLES => Frame::Table(kind, body),
        _ => Frame::Unknown,
    };
    Ok(Some((frame, 2 + head + length)))
}

/// Writes a message about tables; false when it is too long to be sent.
pub fn table_message(kind: u8, body: &[u8], out: &mut Vec<u8>) -> bool {
    if body.len() > LONGEST {
        return false;
    }
    out.extend([TABLES, kind]);
    put(out, body.len() as u64);
    out.extend_from_slice(body);
    true
}

/// What is said before a session is cut for a fault of the other side.
pub fn complaint(fault: &Fault, out: &mut Vec<u8>) {
    match fault {
        Fault::Malformed(_) => out.extend([ERROR, 0]),
        Fault::TooLong => out.extend([ERROR, 1]),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_end_where_they_say() {
        assert_eq!(
            frame(b"\x00\x04"),
            Ok(Some((Frame::Control(Control::Heartbeat), 2)))
        );
        let ack = b"\x0a\x84\x05\x05\x00\x00\x00\x04\x0a";
        let body = &ack[3..8];
        assert_eq!(frame(ack), Ok(Some((Frame::Table(ACK, body), 8))));
        for end in 0..8 {
            assert_eq!(frame(&ack[..end]), Ok(None));
        }
        assert_eq!(
            frame(b"\x07\x00"),
            Err(Fault::Malformed("a class of messages that there is not"))
        );
        assert_eq!(frame(b"\x0a\x80\xff\xff\xff\x7f"), Err(Fault::TooLong));
        // Later versions may know more.
        assert_eq!(frame(b"\x00\x09"), Ok(Some((Frame::Unknown, 2))));
    }
}
