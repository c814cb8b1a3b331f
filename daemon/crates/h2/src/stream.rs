//! Streams that are not closed (RFC 9113 §5.1), in the order of their numbers.

use crate::flow::{Intake, Window};

#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // independent facts of both directions
pub struct Stream {
    pub id: u32,
    /// What its owner calls it.
    pub key: u32,
    /// The peer has said its last.
    pub remote_done: bool,
    pub local_done: bool,
    /// The peer's final header block has come; the next one is a trailer.
    pub begun: bool,
    pub send: Window,
    pub intake: Intake,
    /// Bytes of data that the peer's content-length still announces.
    pub expected: Option<u64>,
    /// Data waits for the window.
    pub stalled: bool,
}

/// Streams that we reset lately: frames that crossed the reset are not held against the peer.
const REMEMBERED: usize = 32;

#[derive(Debug, Default)]
pub struct Streams {
    list: Vec<Stream>,
    reset: [u32; REMEMBERED],
    resets: usize,
}

impl Streams {
    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Numbers only grow.
    pub fn add(&mut self, stream: Stream) {
        debug_assert!(self.list.last().is_none_or(|last| last.id < stream.id));
        self.list.push(stream);
    }

    fn place(&self, id: u32) -> Option<usize> {
        self.list.binary_search_by_key(&id, |s| s.id).ok()
    }

    pub fn get(&self, id: u32) -> Option<&Stream> {
        self.list.get(self.place(id)?)
    }

    pub fn get_mut(&mut self, id: u32) -> Option<&mut Stream> {
        let place = self.place(id)?;
        self.list.get_mut(place)
    }

    pub fn remove(&mut self, id: u32) -> Option<Stream> {
        let place = self.place(id)?;
        Some(self.list.remove(place))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.list.iter_mut()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Stream> {
        self.list.iter()
    }

    pub fn note_reset(&mut self, id: u32) {
        self.reset[self.resets % REMEMBERED] = id;
        self.resets += 1;
    }

    pub fn was_reset(&self, id: u32) -> bool {
        self.reset.contains(&id)
    }
}
