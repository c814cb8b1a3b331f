//! Encrypted bytes on their way out: one for each thread, filled and sent at once, so that nothing
//! is allocated or zeroed for a record.

#[derive(Debug, Default)]
pub struct Outgoing {
    /// Behind `filled` is room, with whatever was there last.
    bytes: Vec<u8>,
    filled: usize,
}

impl Outgoing {
    pub fn filled(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }

    pub fn clear(&mut self) {
        self.filled = 0;
    }

    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.room(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.advance(bytes.len());
    }

    /// Room for so many bytes, to be followed by [`advance`](Self::advance).
    pub(super) fn room(&mut self, bytes: usize) -> &mut [u8] {
        let end = self.filled + bytes;
        if self.bytes.len() < end {
            self.bytes.resize(end.next_power_of_two(), 0);
        }
        &mut self.bytes[self.filled..]
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.filled += bytes;
    }
}
