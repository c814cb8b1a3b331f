//! The bytes of one stream of a connection that carries several: what came for it and what it has
//! to say. The connection fills and empties it; whoever holds the stream as a link reads and sends
//! as if it had a socket.

use super::super::broken::Nonsense;
use super::super::buffers::Buffers;
use super::{Gone, Read};
use h2::Code;

#[derive(Debug, Default)]
pub struct Tube {
    /// The connection that carries it, as its owner numbers them.
    pub connection: u32,
    pub stream: u32,
    /// What came for it; up to `taken` it has been read.
    pub input: Vec<u8>,
    pub taken: usize,
    /// No more will come than is in `input`.
    pub input_ended: bool,
    /// What it has to say; the connection takes it from the front.
    pub output: Vec<u8>,
    /// No more will be said than is in `output`.
    pub output_ended: bool,
    /// From so much output on it takes no more until the connection has sent some.
    pub limit: usize,
    /// Broken off by either side: nothing of it counts any more.
    pub broken: bool,
    /// What the peer is told then, where it is no fault of ours.
    pub reason: Option<Code>,
    /// The connection has been told that there is something to do.
    pub stirred: bool,
    /// What came and has no text; `input` has something malformed in its place.
    pub nonsense: Option<Box<Nonsense>>,
}

impl Tube {
    /// The link's `readable` has to be set again when input is added after this said `Blocked`.
    pub fn read(&mut self, buf: &mut [u8], buffers: &mut Buffers) -> Read {
        let n = (self.input.len() - self.taken).min(buf.len());
        if n == 0 {
            return if self.broken {
                Read::Broken
            } else if self.input_ended {
                Read::End
            } else {
                Read::Blocked
            };
        }
        buf[..n].copy_from_slice(&self.input[self.taken..self.taken + n]);
        self.taken += n;
        if self.taken == self.input.len() {
            buffers.give(std::mem::take(&mut self.input));
            self.taken = 0;
        }
        // There is room for more, which the peer is to be told.
        self.stir(buffers);
        Read::Data(n)
    }

    pub fn send(&mut self, first: &[u8], second: &[u8], buffers: &mut Buffers) -> Result<(), Gone> {
        if self.broken {
            return Err(Gone);
        }
        if self.output.capacity() == 0 {
            self.output = buffers.take();
        }
        self.output.extend_from_slice(first);
        self.output.extend_from_slice(second);
        self.stir(buffers);
        Ok(())
    }

    pub fn is_full(&self) -> bool {
        self.output.len() >= self.limit
    }

    /// Neither side has ended it.
    pub fn is_open(&self) -> bool {
        !self.broken && !self.input_ended && self.input.is_empty()
    }

    pub fn end(&mut self, buffers: &mut Buffers) {
        self.output_ended = true;
        self.stir(buffers);
    }

    fn stir(&mut self, buffers: &mut Buffers) {
        if !std::mem::replace(&mut self.stirred, true) {
            buffers.stirred.push((self.connection, self.stream));
        }
    }
}
