//! Where decrypted bytes go: to the reader as far as it has room, the rest waits in the session.

/// Decrypted bytes that their reader had no room for.
#[derive(Debug, Default)]
pub(super) struct Over {
    bytes: Vec<u8>,
    taken: usize,
}

impl Over {
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub fn take(&mut self, into: &mut [u8]) -> usize {
        let waiting = &self.bytes[self.taken..];
        let n = waiting.len().min(into.len());
        into[..n].copy_from_slice(&waiting[..n]);
        self.taken += n;
        if self.taken == self.bytes.len() {
            // An idle connection holds no memory for it.
            *self = Self::default();
        }
        n
    }
}

/// A reader's room, and what goes beyond it.
pub(super) struct Sink<'a> {
    pub into: &'a mut [u8],
    pub filled: usize,
    pub over: &'a mut Over,
}

impl Sink<'_> {
    /// A reader without any room takes all that there is later.
    pub fn is_full(&self) -> bool {
        self.filled == self.into.len() && self.filled > 0
    }

    pub fn put(&mut self, bytes: &[u8]) {
        let fits = bytes.len().min(self.into.len() - self.filled);
        let (now, later) = bytes.split_at(fits);
        self.into[self.filled..][..fits].copy_from_slice(now);
        self.filled += fits;
        self.over.bytes.extend_from_slice(later);
    }
}
