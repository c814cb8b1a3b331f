//! Frames written.

use super::settings::Settings;
use super::{HEAD, Kind, flag};
use crate::error::Code;

/// The head of a frame with so many bytes behind it.
pub fn head(kind: Kind, flags: u8, stream: u32, length: usize, out: &mut Vec<u8>) {
    let length = u32::try_from(length).unwrap_or(0).to_be_bytes();
    out.extend_from_slice(&length[1..]);
    out.extend_from_slice(&[kind.number(), flags]);
    out.extend_from_slice(&stream.to_be_bytes());
}

pub fn settings(settings: &Settings, out: &mut Vec<u8>) {
    let entries = settings.entries();
    head(Kind::Settings, 0, 0, 6 * entries.len(), out);
    for (id, value) in entries {
        out.extend_from_slice(&id.to_be_bytes());
        out.extend_from_slice(&value.to_be_bytes());
    }
}

pub fn settings_ack(out: &mut Vec<u8>) {
    head(Kind::Settings, flag::ACK, 0, 0, out);
}

pub fn ping_ack(payload: &[u8], out: &mut Vec<u8>) {
    head(Kind::Ping, flag::ACK, 0, payload.len(), out);
    out.extend_from_slice(payload);
}

pub fn window_update(stream: u32, more: u32, out: &mut Vec<u8>) {
    head(Kind::WindowUpdate, 0, stream, 4, out);
    out.extend_from_slice(&more.to_be_bytes());
}

pub fn reset(stream: u32, code: Code, out: &mut Vec<u8>) {
    head(Kind::Reset, 0, stream, 4, out);
    out.extend_from_slice(&code.number().to_be_bytes());
}

pub fn go_away(last: u32, code: Code, out: &mut Vec<u8>) {
    head(Kind::GoAway, 0, 0, 8, out);
    out.extend_from_slice(&last.to_be_bytes());
    out.extend_from_slice(&code.number().to_be_bytes());
}

pub fn data(stream: u32, bytes: &[u8], end: bool, out: &mut Vec<u8>) {
    let flags = if end { flag::END_STREAM } else { 0 };
    head(Kind::Data, flags, stream, bytes.len(), out);
    out.extend_from_slice(bytes);
}

/// Makes frames of the header block that stands in `out` from `start` on, behind room for a head.
pub fn finish_block(stream: u32, end: bool, start: usize, most: usize, out: &mut Vec<u8>) {
    let length = out.len() - start - HEAD;
    let end = if end { flag::END_STREAM } else { 0 };
    let rest = if length > most {
        out.split_off(start + HEAD + most)
    } else {
        Vec::new()
    };
    let last = if rest.is_empty() {
        flag::END_HEADERS
    } else {
        0
    };
    let mut front = Vec::with_capacity(HEAD);
    head(
        Kind::Headers,
        end | last,
        stream,
        length.min(most),
        &mut front,
    );
    out[start..start + HEAD].copy_from_slice(&front);
    let mut pieces = rest.chunks(most).peekable();
    while let Some(piece) = pieces.next() {
        let flags = if pieces.peek().is_none() {
            flag::END_HEADERS
        } else {
            0
        };
        head(Kind::Continuation, flags, stream, piece.len(), out);
        out.extend_from_slice(piece);
    }
}
