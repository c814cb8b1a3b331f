//! Decoded header fields: one buffer, and where each name and value lies in it.

use std::ops::Range;

#[derive(Debug, Clone, Copy)]
struct Place {
    start: u32,
    name_end: u32,
    end: u32,
}

/// What a header block says, in its order. Kept between messages, so that none allocates.
#[derive(Debug, Default)]
pub struct HeaderList {
    bytes: Vec<u8>,
    places: Vec<Place>,
    /// As RFC 9113 §6.5.2 counts: 32 bytes are added to each field.
    size: usize,
    too_large: bool,
}

/// Added to each field's length (RFC 7541 §4.1).
pub const OVERHEAD: usize = 32;

impl HeaderList {
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.places.clear();
        self.size = 0;
        self.too_large = false;
    }

    /// Adds a field; beyond `limit` it is only noted that there was one.
    pub fn push(&mut self, name: &[u8], value: &[u8], limit: usize) {
        self.size = self
            .size
            .saturating_add(name.len() + value.len() + OVERHEAD);
        if self.size > limit.min(u32::MAX as usize) {
            self.too_large = true;
            return;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name);
        let name_end = self.bytes.len();
        self.bytes.extend_from_slice(value);
        let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.places.push(Place {
            start: at(start),
            name_end: at(name_end),
            end: at(self.bytes.len()),
        });
    }

    /// There was more than the limit allows; the list is not whole.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.too_large
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Bytes of all names and values.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.places.iter().map(|p| {
            let (start, name_end, end) = (p.start as usize, p.name_end as usize, p.end as usize);
            (self.piece(start..name_end), self.piece(name_end..end))
        })
    }

    fn piece(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }
}
