//! Data on its way out, and the trailer behind it.

use crate::connection::Connection;

/// Sends each piece when the next one comes, so that the last one can carry the end.
pub struct Pieces<'c, 't> {
    connection: &'c mut Connection,
    stream: u32,
    held: &'t [u8],
    stalled: bool,
}

impl<'c, 't> Pieces<'c, 't> {
    pub fn new(connection: &'c mut Connection, stream: u32) -> Self {
        Self {
            connection,
            stream,
            held: b"",
            stalled: false,
        }
    }

    pub fn room(&self) -> usize {
        self.connection
            .window(self.stream)
            .saturating_sub(self.held.len())
    }

    pub fn add(&mut self, piece: &'t [u8]) {
        if piece.is_empty() {
            return;
        }
        if !self.held.is_empty() {
            self.connection.send_data(self.stream, self.held, false);
        }
        self.held = piece;
    }

    /// More data is there than the windows take.
    pub fn stall(&mut self) {
        self.stalled = true;
    }

    pub fn finish(self, end: bool) {
        if end || !self.held.is_empty() {
            self.connection.send_data(self.stream, self.held, end);
        }
        if self.stalled {
            self.connection.stall(self.stream);
        }
    }
}

pub fn send_trailers(connection: &mut Connection, stream: u32, text: &[u8]) {
    connection.send_headers(stream, true, |field| {
        for line in text.split(|b| *b == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if let Some(colon) = memchr::memchr(b':', line) {
                let name = line[..colon].to_ascii_lowercase();
                if http1::field::is_token(&name) {
                    field(&name, line[colon + 1..].trim_ascii());
                }
            }
        }
    });
}
