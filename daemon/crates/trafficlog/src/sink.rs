//! Where lines go: a datagram socket or a stream descriptor, in batches, never blocking.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use crate::share::{Admission, Figures, Sample};
use crate::socket::Socket;
use crate::syslog::{Filter, Header, Level};
use crate::time::Clock;

/// Lines of a batch: more are sent at once by one system call.
const BATCH: usize = 64;
/// Bytes of a batch.
const BATCH_BYTES: usize = 48 << 10;

/// What became of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SinkStats {
    pub sent: u64,
    /// Lines lost because the target did not take them (full, gone).
    pub dropped: u64,
    /// Lines left out because there were too many in a second.
    pub limited: u64,
}

/// A log target with its batch.
#[derive(Debug)]
pub struct Sink {
    /// `None` while the target is gone: lines are counted as dropped.
    socket: Option<Socket>,
    filter: Filter,
    header: Header,
    max_line: usize,
    buffer: Vec<u8>,
    ends: Vec<usize>,
    sample: Option<Sample>,
    /// Most lines in a second.
    limit: Option<u32>,
    figures: Arc<Figures>,
}

impl Sink {
    /// `max_line` is the longest line in bytes, header included (`len`, 1024 by default).
    pub fn new(socket: Option<Socket>, filter: Filter, header: Header, max_line: usize) -> Self {
        Self {
            socket,
            filter,
            header,
            max_line: max_line.clamp(80, 65_535),
            buffer: Vec::new(),
            ends: Vec::new(),
            sample: None,
            limit: None,
            figures: Arc::default(),
        }
    }

    /// Only a part of the lines.
    #[must_use]
    pub fn sampled(mut self, sample: Option<Sample>) -> Self {
        self.sample = sample;
        self
    }

    /// At most so many lines a second, over all sinks that share the figures.
    #[must_use]
    pub fn limited(mut self, limit: Option<u32>, figures: Arc<Figures>) -> Self {
        (self.limit, self.figures) = (limit, figures);
        self
    }

    /// Whether a message of this level would be sent, so that it need not be formatted otherwise.
    pub fn wants(&self, level: Level) -> bool {
        self.filter.priority(level).is_some()
    }

    /// Adds a line; `write` appends the text. Sends the batch when it is full.
    pub fn line(
        &mut self,
        clock: &mut Clock,
        unix_ms: i64,
        level: Level,
        write: impl FnOnce(&mut Vec<u8>, &mut Clock),
    ) {
        self.line_with(clock, unix_ms, level, b"", |out, clock, _| {
            write(out, clock);
        });
    }

    /// The same with structured data (RFC 5424 section 6.3), which other formats leave out; and
    /// `write` is told how many bytes there are for the text.
    pub fn line_with(
        &mut self,
        clock: &mut Clock,
        unix_ms: i64,
        level: Level,
        data: &[u8],
        write: impl FnOnce(&mut Vec<u8>, &mut Clock, usize),
    ) {
        let Some(priority) = self.filter.priority(level) else {
            return;
        };
        if self.sample.as_mut().is_some_and(|sample| !sample.takes()) {
            return;
        }
        if let Some(limit) = self.limit {
            match self.figures.admit((unix_ms / 1000).cast_unsigned(), limit) {
                Admission::No => return,
                Admission::Yes => {}
                Admission::AfterLimit(count) => self.left_out(clock, unix_ms, count, limit),
            }
        }
        self.add(clock, unix_ms, priority, data, write);
    }

    /// Says that lines are missing.
    fn left_out(&mut self, clock: &mut Clock, unix_ms: i64, count: u64, limit: u32) {
        if let Some(priority) = self.filter.priority(Level::Warning) {
            self.add(clock, unix_ms, priority, b"", |out, _, _| {
                let text = format!("{count} lines were left out: more than {limit} in a second.");
                out.extend_from_slice(text.as_bytes());
            });
        }
    }

    fn add(
        &mut self,
        clock: &mut Clock,
        unix_ms: i64,
        priority: u8,
        data: &[u8],
        write: impl FnOnce(&mut Vec<u8>, &mut Clock, usize),
    ) {
        let start = self.buffer.len();
        self.header
            .push(&mut self.buffer, clock, unix_ms, priority, data);
        let room = (start + self.max_line - 1).saturating_sub(self.buffer.len());
        write(&mut self.buffer, clock, room);
        self.buffer.truncate(start + self.max_line - 1);
        self.buffer.push(b'\n');
        self.ends.push(self.buffer.len());
        if self.ends.len() >= BATCH || self.buffer.len() >= BATCH_BYTES {
            self.flush();
        }
    }

    /// Whether lines wait to be sent.
    pub fn is_pending(&self) -> bool {
        !self.ends.is_empty()
    }

    /// Sends what waits; what the target does not take now is dropped and counted, because
    /// traffic never waits for its log. False when the target is gone, so that the caller may
    /// [`Sink::reconnect`].
    pub fn flush(&mut self) -> bool {
        let lines = self.ends.len() as u64;
        if lines == 0 {
            return true;
        }
        let (sent, alive) = match &mut self.socket {
            None => (0, false),
            Some(socket) => socket.send(&self.buffer, &self.ends),
        };
        self.figures.sent.fetch_add(sent, Relaxed);
        if sent < lines {
            self.figures.dropped.fetch_add(lines - sent, Relaxed);
        }
        self.buffer.clear();
        self.ends.clear();
        alive
    }

    pub fn reconnect(&mut self, socket: Socket) {
        self.socket = Some(socket);
    }

    /// Of all sinks that share the figures.
    pub fn stats(&self) -> SinkStats {
        SinkStats {
            sent: self.figures.sent.load(Relaxed),
            dropped: self.figures.dropped.load(Relaxed),
            limited: self.figures.limited.load(Relaxed),
        }
    }
}

#[cfg(test)]
#[path = "sink_test.rs"]
mod tests;
