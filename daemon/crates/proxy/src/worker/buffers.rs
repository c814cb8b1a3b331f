//! Buffers and pipes between uses, so that holding bytes back allocates nothing in the steady
//! state.

use super::link::{SEALED, Tube};
use sys::splice::Pipe;
use tls::session::Outgoing;

const KEPT: usize = 1024;
const LARGEST: usize = 128 << 10;

/// The kernel grants an unprivileged user 64 pipes of 1 MiB (`pipe-user-pages-soft`); beyond, new
/// pipes hold two pages and cost more than copying.
const PIPES: usize = 48;

#[derive(Debug)]
pub struct Buffers {
    spare: Vec<Vec<u8>>,
    // Boxed because connections hold them: most have none, and it keeps those small.
    #[allow(clippy::vec_box)]
    pipes: Vec<Box<Pipe>>,
    pipes_left: usize,
    /// Scratch for records, from the first session on.
    sealed: (Vec<u8>, Outgoing),
    /// Connections whose streams have something for them to do.
    pub stirred: Vec<(u32, u32)>,
    /// Streams whose links are gone; what they had to say may still wait in them.
    #[allow(clippy::vec_box)]
    pub left: Vec<Box<Tube>>,
}

impl Buffers {
    /// For one of `workers` threads.
    pub fn new(workers: usize) -> Self {
        Self {
            spare: Vec::new(),
            pipes: Vec::new(),
            pipes_left: (PIPES / workers.max(1)).max(1),
            sealed: (Vec::new(), Outgoing::default()),
            stirred: Vec::new(),
            left: Vec::new(),
        }
    }

    pub fn take(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_else(|| Vec::with_capacity(2048))
    }

    pub fn hold(&mut self, bytes: &[u8]) -> Vec<u8> {
        if bytes.is_empty() {
            return Vec::new();
        }
        let mut b = self.take();
        b.extend_from_slice(bytes);
        b
    }

    pub fn give(&mut self, mut b: Vec<u8>) {
        if b.capacity() > 0 && b.capacity() <= LARGEST && self.spare.len() < KEPT {
            b.clear();
            self.spare.push(b);
        }
    }

    /// `None` when as many are in use as may be.
    pub fn take_pipe(&mut self) -> Option<Box<Pipe>> {
        if let Some(pipe) = self.pipes.pop() {
            return Some(pipe);
        }
        self.pipes_left = self.pipes_left.checked_sub(1)?;
        let pipe = Pipe::new().ok().map(Box::new);
        if pipe.is_none() {
            self.pipes_left += 1;
        }
        pipe
    }

    /// A pipe with bytes in it belongs to a broken connection and goes with it.
    pub fn give_pipe(&mut self, pipe: Box<Pipe>) {
        if pipe.held() == 0 {
            self.pipes.push(pipe);
        } else {
            self.pipes_left += 1;
        }
    }

    /// Scratch for received records, and for those to send; to be given back.
    pub fn take_sealed(&mut self) -> (Vec<u8>, Outgoing) {
        let (mut sealed, mut out) = std::mem::take(&mut self.sealed);
        if sealed.is_empty() {
            sealed.resize(SEALED, 0);
        }
        out.clear();
        (sealed, out)
    }

    pub fn give_sealed(&mut self, sealed: Vec<u8>, out: Outgoing) {
        self.sealed = (sealed, out);
    }

    /// The link of a stream is gone: its connection sends what is left in it.
    pub fn leave(&mut self, tube: Box<Tube>) {
        self.stirred.push((tube.connection, tube.stream));
        self.left.push(tube);
    }
}
