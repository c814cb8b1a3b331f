//! The dynamic table (RFC 7541 §2.3.2, §4).

use crate::list::OVERHEAD;
use std::collections::VecDeque;

#[derive(Debug, Default)]
struct Entry {
    bytes: Vec<u8>,
    name_len: usize,
    hash: u32,
}

impl Entry {
    fn size(&self) -> usize {
        self.bytes.len() + OVERHEAD
    }
}

/// The newest entry is at the front.
#[derive(Debug)]
pub struct Dynamic {
    entries: VecDeque<Entry>,
    size: usize,
    most: usize,
    /// The last entry that went: its memory serves the next one.
    spare: Entry,
}

impl Dynamic {
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            size: 0,
            most,
            spare: Entry::default(),
        }
    }

    #[must_use]
    pub fn most(&self) -> usize {
        self.most
    }

    /// Bytes in use, as §4.1 counts.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    pub fn resize(&mut self, most: usize) {
        self.most = most;
        self.shrink(most);
    }

    fn shrink(&mut self, most: usize) {
        while self.size > most
            && let Some(old) = self.entries.pop_back()
        {
            self.size -= old.size();
            self.spare = old;
        }
    }

    /// The entry at this place, 0 being the newest.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<(&[u8], &[u8])> {
        let entry = self.entries.get(at)?;
        Some(entry.bytes.split_at(entry.name_len))
    }

    /// Adds an entry; one larger than the table empties it (§4.4).
    pub fn add(&mut self, name: &[u8], value: &[u8]) {
        let size = name.len() + value.len() + OVERHEAD;
        if size > self.most {
            return self.shrink(0);
        }
        self.shrink(self.most - size);
        let mut entry = std::mem::take(&mut self.spare);
        entry.bytes.clear();
        entry.bytes.extend_from_slice(name);
        entry.bytes.extend_from_slice(value);
        entry.name_len = name.len();
        entry.hash = hash(name, value);
        self.size += size;
        self.entries.push_front(entry);
    }

    /// The place of a field that is there.
    #[must_use]
    pub fn find(&self, name: &[u8], value: &[u8]) -> Option<usize> {
        let hash = hash(name, value);
        let same = |e: &Entry| {
            e.hash == hash && e.name_len == name.len() && {
                let (n, v) = e.bytes.split_at(e.name_len);
                n == name && v == value
            }
        };
        self.entries.iter().position(same)
    }
}

/// Lengths and a few bytes: what tells fields of one peer apart, at the cost of next to nothing.
fn hash(name: &[u8], value: &[u8]) -> u32 {
    let edge = |bytes: &[u8]| {
        let n = bytes.len();
        let at = |i: usize| u32::from(bytes.get(i).copied().unwrap_or(0));
        at(0) | at(n / 2) << 8 | at(n.wrapping_sub(1)) << 16
    };
    let lengths = u32::try_from((name.len() << 16 | value.len()) & 0xffff_ffff).unwrap_or(0);
    (edge(name).rotate_left(7) ^ edge(value) ^ lengths).wrapping_mul(0x9e37_79b1)
}
