//! Where lines go: a datagram socket or a stream descriptor, in batches, never blocking.

use std::fmt;
use std::io::{self, IoSlice};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::{
    AddressFamily, MMsgHdr, SendAncillaryBuffer, SendFlags, SocketAddrUnix, SocketFlags, SocketType,
};

use crate::syslog::{Filter, Header, Level};
use crate::time::Clock;

/// Lines of a batch: more are sent at once by one system call.
const BATCH: usize = 64;
/// Bytes of a batch.
const BATCH_BYTES: usize = 48 << 10;

/// An open way out.
#[derive(Debug)]
pub enum Socket {
    /// One datagram a line.
    Datagram(OwnedFd),
    /// Lines one after another (standard output or error, inherited descriptors).
    Stream(OwnedFd),
}

#[derive(Debug)]
pub enum SinkError {
    Connect { target: String, source: io::Error },
}

impl fmt::Display for SinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect { target, source } => {
                write!(f, "log target {target} cannot be reached: {source}")
            }
        }
    }
}

impl std::error::Error for SinkError {}

impl Socket {
    /// A UDP socket connected to a log server. No packet is sent for it.
    pub fn udp(target: SocketAddr) -> Result<Self, SinkError> {
        let connect = || {
            let family = match target.ip() {
                IpAddr::V4(_) => AddressFamily::INET,
                IpAddr::V6(_) => AddressFamily::INET6,
            };
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            let fd = rustix::net::socket_with(family, SocketType::DGRAM, flags, None)?;
            rustix::net::connect(&fd, &target)?;
            Ok(Self::Datagram(fd))
        };
        connect().map_err(|source: io::Error| SinkError::Connect {
            target: target.to_string(),
            source,
        })
    }

    /// A datagram socket connected to a local log daemon, e.g. `/dev/log`.
    pub fn unix(path: &str) -> Result<Self, SinkError> {
        let connect = || {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            let fd = rustix::net::socket_with(AddressFamily::UNIX, SocketType::DGRAM, flags, None)?;
            rustix::net::connect(&fd, &SocketAddrUnix::new(path)?)?;
            Ok(Self::Datagram(fd))
        };
        connect().map_err(|source: io::Error| SinkError::Connect {
            target: path.to_owned(),
            source,
        })
    }
}

/// What became of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SinkStats {
    pub sent: u64,
    /// Lines lost because the target did not take them (full, gone).
    pub dropped: u64,
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
    stats: SinkStats,
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
            stats: SinkStats::default(),
        }
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
        self.line_with(clock, unix_ms, level, b"", write);
    }

    /// The same with structured data (RFC 5424 section 6.3), which other formats leave out.
    pub fn line_with(
        &mut self,
        clock: &mut Clock,
        unix_ms: i64,
        level: Level,
        data: &[u8],
        write: impl FnOnce(&mut Vec<u8>, &mut Clock),
    ) {
        let Some(priority) = self.filter.priority(level) else {
            return;
        };
        let start = self.buffer.len();
        self.header
            .push(&mut self.buffer, clock, unix_ms, priority, data);
        write(&mut self.buffer, clock);
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
        let (sent, alive) = match &self.socket {
            None => (0, false),
            Some(Socket::Datagram(fd)) => send_datagrams(fd, &self.buffer, &self.ends),
            Some(Socket::Stream(fd)) => write_lines(fd, &self.buffer, &self.ends),
        };
        self.stats.sent += sent;
        self.stats.dropped += lines - sent;
        self.buffer.clear();
        self.ends.clear();
        alive
    }

    pub fn reconnect(&mut self, socket: Socket) {
        self.socket = Some(socket);
    }

    pub fn stats(&self) -> SinkStats {
        self.stats
    }
}

/// Lines sent, and whether the target is still there.
fn send_datagrams(fd: &OwnedFd, buffer: &[u8], ends: &[usize]) -> (u64, bool) {
    let mut done = 0;
    let mut refused = 0;
    let mut sent = 0;
    while done < ends.len() {
        match send_some(fd, buffer, ends, done) {
            Ok(0) => break,
            Ok(count) => {
                done += count;
                sent += count as u64;
            }
            Err(rustix::io::Errno::INTR) => {}
            // A full buffer or a full queue of the log daemon: the rest would not fit either.
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::NOBUFS) => return (sent, true),
            // A UDP target reports an earlier packet as refused once; the next may go through.
            Err(rustix::io::Errno::CONNREFUSED) if refused == 0 => refused += 1,
            Err(rustix::io::Errno::MSGSIZE) => done += 1,
            Err(_) => return (sent, false),
        }
    }
    (sent, true)
}

fn send_some(
    fd: &OwnedFd,
    buffer: &[u8],
    ends: &[usize],
    from: usize,
) -> rustix::io::Result<usize> {
    let start_of = |at: usize| if at == 0 { 0 } else { ends[at - 1] };
    let slices: Vec<[IoSlice<'_>; 1]> = (from..ends.len())
        .map(|at| [IoSlice::new(&buffer[start_of(at)..ends[at]])])
        .collect();
    let mut controls: Vec<SendAncillaryBuffer<'_, '_, '_>> = slices
        .iter()
        .map(|_| SendAncillaryBuffer::default())
        .collect();
    let mut messages: Vec<MMsgHdr<'_>> = slices
        .iter()
        .zip(&mut controls)
        .map(|(slice, control)| MMsgHdr::new(slice, control))
        .collect();
    rustix::net::sendmmsg(
        fd.as_fd(),
        &mut messages,
        SendFlags::DONTWAIT | SendFlags::NOSIGNAL,
    )
}

fn write_lines(fd: &OwnedFd, buffer: &[u8], ends: &[usize]) -> (u64, bool) {
    let mut rest = buffer;
    while !rest.is_empty() {
        match rustix::io::write(fd, rest) {
            Ok(count) => rest = &rest[count..],
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => {
                let written = buffer.len() - rest.len();
                let whole = ends.iter().filter(|end| **end <= written).count() as u64;
                return (whole, error == rustix::io::Errno::AGAIN);
            }
        }
    }
    (ends.len() as u64, true)
}

#[cfg(test)]
#[path = "sink_test.rs"]
mod tests;
