//! Ways out: datagrams, streams, memory. None of them ever blocks.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

use crate::ring::Ring;

/// An open way out.
#[derive(Debug)]
pub enum Socket {
    /// One UDP packet a line.
    Udp {
        fd: OwnedFd,
        /// Packets of one length may leave together, as far as is known.
        merge: bool,
    },
    /// One local datagram a line.
    Datagram(OwnedFd),
    /// Lines one after another (standard output or error, inherited descriptors).
    Stream(OwnedFd),
    /// Memory, which another thread may forward.
    Ring(Arc<Ring>),
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
            Ok(Self::Udp { fd, merge: true })
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

    /// Lines of a batch that went out, and whether the target is still there.
    pub(crate) fn send(&mut self, buffer: &[u8], ends: &[usize]) -> (u64, bool) {
        match self {
            Self::Udp { fd, merge } => send_packets(fd, buffer, ends, merge),
            Self::Datagram(fd) => send_packets(fd, buffer, ends, &mut false),
            Self::Stream(fd) => write_lines(fd, buffer, ends),
            Self::Ring(ring) => {
                ring.push(lines_of(buffer, ends));
                (ends.len() as u64, true)
            }
        }
    }
}

/// The lines of a batch without their ends.
fn lines_of<'b>(buffer: &'b [u8], ends: &'b [usize]) -> impl Iterator<Item = &'b [u8]> {
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts
        .zip(ends)
        .map(|(start, end)| &buffer[start..end.saturating_sub(1)])
}

/// Lines sent, and whether the target is still there.
fn send_packets(fd: &OwnedFd, buffer: &[u8], ends: &[usize], merge: &mut bool) -> (u64, bool) {
    let errno = |e: &io::Error| Errno::from_io_error(e).unwrap_or(Errno::IO);
    send_all(ends.len(), |done| {
        let mut sent = sys::datagram::send_each(fd, buffer, ends, done, *merge);
        let why = sent.as_ref().map_err(errno);
        if *merge && matches!(why, Err(Errno::INVAL | Errno::IO | Errno::MSGSIZE)) {
            *merge = false;
            sent = sys::datagram::send_each(fd, buffer, ends, done, false);
        }
        sent.map_err(|e| errno(&e))
    })
}

/// Calls `send` with how many lines are done, until all are or no more will go.
fn send_all(lines: usize, mut send: impl FnMut(usize) -> rustix::io::Result<usize>) -> (u64, bool) {
    let mut done = 0;
    let mut refused = 0;
    let mut sent = 0;
    while done < lines {
        match send(done) {
            Ok(0) => break,
            Ok(count) => {
                done += count;
                sent += count as u64;
            }
            Err(Errno::INTR) => {}
            // A full buffer or a full queue of the log daemon: the rest would not fit either.
            Err(Errno::AGAIN | Errno::NOBUFS) => return (sent, true),
            // A UDP target reports an earlier packet as refused once; the next may go through.
            Err(Errno::CONNREFUSED) if refused == 0 => refused += 1,
            Err(Errno::MSGSIZE) => done += 1,
            Err(_) => return (sent, false),
        }
    }
    (sent, true)
}

fn write_lines(fd: &OwnedFd, buffer: &[u8], ends: &[usize]) -> (u64, bool) {
    let mut rest = buffer;
    while !rest.is_empty() {
        match rustix::io::write(fd, rest) {
            Ok(count) => rest = &rest[count..],
            Err(Errno::INTR) => {}
            Err(error) => {
                let written = buffer.len() - rest.len();
                let whole = ends.iter().filter(|end| **end <= written).count() as u64;
                return (whole, error == Errno::AGAIN);
            }
        }
    }
    (ends.len() as u64, true)
}
