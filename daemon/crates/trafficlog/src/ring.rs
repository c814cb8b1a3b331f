//! A bounded store of lines between the threads that log and the one that forwards: writers never
//! wait, and the oldest lines make room for new ones.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Memory that a line takes beside its bytes.
const OVERHEAD: usize = 32;

#[derive(Debug)]
pub struct Ring {
    lines: Mutex<Lines>,
    arrived: Condvar,
    /// Bytes that are kept at most.
    size: usize,
}

#[derive(Debug, Default)]
struct Lines {
    kept: VecDeque<Box<[u8]>>,
    bytes: usize,
    /// Number of the first line that is kept.
    first: u64,
    closed: bool,
}

/// How far a reader has come.
#[derive(Debug, Default)]
pub struct Cursor {
    next: u64,
    /// Lines that were gone before they were read.
    pub missed: u64,
}

impl Ring {
    pub fn new(size: usize) -> Self {
        Self {
            lines: Mutex::default(),
            arrived: Condvar::new(),
            size,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds lines, without their line ends.
    pub fn push<'l>(&self, lines: impl Iterator<Item = &'l [u8]>) {
        let mut all = self.lock();
        for line in lines {
            all.bytes += line.len() + OVERHEAD;
            all.kept.push_back(line.into());
        }
        while all.bytes > self.size {
            let Some(oldest) = all.kept.pop_front() else {
                break;
            };
            all.bytes -= oldest.len() + OVERHEAD;
            all.first += 1;
        }
        drop(all);
        self.arrived.notify_all();
    }

    /// What the reader has not seen, as far as it is kept, at most `count` lines; waits for the
    /// first. Nothing when none came in time. `None` when the ring was closed and all was read.
    pub fn take(
        &self,
        cursor: &mut Cursor,
        count: usize,
        wait: Duration,
    ) -> Option<Vec<Box<[u8]>>> {
        let mut all = self.lock();
        if cursor.next >= all.first + all.kept.len() as u64 && !all.closed {
            let waited = self.arrived.wait_timeout(all, wait);
            all = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        cursor.missed += all.first.saturating_sub(cursor.next);
        cursor.next = cursor.next.max(all.first);
        let from = usize::try_from(cursor.next - all.first).unwrap_or(usize::MAX);
        let lines: Vec<Box<[u8]>> = all.kept.iter().skip(from).take(count).cloned().collect();
        if lines.is_empty() && all.closed {
            return None;
        }
        cursor.next += lines.len() as u64;
        Some(lines)
    }

    /// Waits, unless the ring is closed; whether it is.
    pub fn wait_closed(&self, wait: Duration) -> bool {
        let all = self.lock();
        let waited = self
            .arrived
            .wait_timeout_while(all, wait, |all| !all.closed);
        waited.unwrap_or_else(PoisonError::into_inner).0.closed
    }

    /// Nothing more comes: readers end when they have read what is there.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// The lines that are kept, for whoever asks.
    pub fn kept(&self) -> Vec<Box<[u8]>> {
        self.lock().kept.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(ring: &Ring, cursor: &mut Cursor) -> Option<Vec<String>> {
        let lines = ring.take(cursor, 2, Duration::ZERO)?;
        let text = |line: Box<[u8]>| String::from_utf8(line.into_vec()).unwrap();
        Some(lines.into_iter().map(text).collect())
    }

    #[test]
    fn old_lines_make_room_and_readers_know_what_they_missed() {
        let ring = Ring::new(3 * (1 + OVERHEAD));
        let (mut one, mut two) = (Cursor::default(), Cursor::default());
        assert_eq!(take(&ring, &mut one), Some(vec![]));
        ring.push([b"a".as_slice(), b"b"].into_iter());
        assert_eq!(take(&ring, &mut one), Some(vec!["a".into(), "b".into()]));
        ring.push([b"c".as_slice(), b"d", b"e"].into_iter());
        assert_eq!(take(&ring, &mut one), Some(vec!["c".into(), "d".into()]));
        assert_eq!(take(&ring, &mut two), Some(vec!["c".into(), "d".into()]));
        assert_eq!((one.missed, two.missed), (0, 2));
        assert_eq!(ring.kept().len(), 3);
        ring.close();
        assert_eq!(take(&ring, &mut one), Some(vec!["e".into()]));
        assert_eq!(take(&ring, &mut one), None);
    }

    #[test]
    fn a_line_larger_than_the_ring_is_not_kept() {
        let ring = Ring::new(10);
        ring.push([b"longer than ten bytes".as_slice()].into_iter());
        assert!(ring.kept().is_empty());
    }
}
