//! Edge-triggered epoll and eventfd.
//!
//! A stream socket is registered once, for both directions, and never changed: its owner keeps
//! the readiness (see ARCHITECTURE.md, data path).

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{EventfdFlags, Timespec, epoll, eventfd};

/// What to be told about a descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// Both directions and the peer's shutdown, on edges.
    Stream,
    /// Input while there is some; only one of several epolls is woken.
    SharedInput,
    /// Input while there is some.
    Input,
    /// Input and output while there is some.
    InputOutput,
}

impl Interest {
    fn flags(self) -> epoll::EventFlags {
        use epoll::EventFlags as E;
        match self {
            Self::Stream => E::IN | E::OUT | E::RDHUP | E::ET,
            Self::SharedInput => E::IN | E::EXCLUSIVE,
            Self::Input => E::IN,
            Self::InputOutput => E::IN | E::OUT,
        }
    }
}

/// One event: the token given at registration and what happened.
#[derive(Debug, Clone, Copy)]
pub struct Ready {
    pub token: u64,
    flags: epoll::EventFlags,
}

impl Ready {
    /// Bytes, an end of stream or an error wait to be read.
    pub fn readable(self) -> bool {
        use epoll::EventFlags as E;
        self.flags.intersects(E::IN | E::RDHUP | E::HUP | E::ERR)
    }

    pub fn writable(self) -> bool {
        self.flags.contains(epoll::EventFlags::OUT)
    }

    /// The peer will send no more: a short read no longer means drained.
    pub fn read_closed(self) -> bool {
        use epoll::EventFlags as E;
        self.flags.intersects(E::RDHUP | E::HUP | E::ERR)
    }

    /// The connection is gone in both directions, or broken.
    pub fn broken(self) -> bool {
        self.flags
            .intersects(epoll::EventFlags::HUP | epoll::EventFlags::ERR)
    }
}

/// Room for the events of one wait.
pub struct Events(Vec<epoll::Event>);

impl Events {
    pub fn with_capacity(n: usize) -> Self {
        Self(Vec::with_capacity(n))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, i: usize) -> Option<Ready> {
        // Copied out of the packed kernel structure by value.
        let event = *self.0.get(i)?;
        let (data, flags) = (event.data, event.flags);
        Some(Ready {
            token: data.u64(),
            flags,
        })
    }

    pub fn iter(&self) -> impl Iterator<Item = Ready> + '_ {
        (0..self.len()).filter_map(|i| self.get(i))
    }
}

#[derive(Debug)]
pub struct Epoll(OwnedFd);

impl Epoll {
    pub fn new() -> io::Result<Self> {
        Ok(Self(epoll::create(epoll::CreateFlags::CLOEXEC)?))
    }

    pub fn add(&self, fd: impl AsFd, token: u64, interest: Interest) -> io::Result<()> {
        Ok(epoll::add(
            &self.0,
            fd,
            epoll::EventData::new_u64(token),
            interest.flags(),
        )?)
    }

    pub fn modify(&self, fd: impl AsFd, token: u64, interest: Interest) -> io::Result<()> {
        Ok(epoll::modify(
            &self.0,
            fd,
            epoll::EventData::new_u64(token),
            interest.flags(),
        )?)
    }

    pub fn delete(&self, fd: impl AsFd) -> io::Result<()> {
        Ok(epoll::delete(&self.0, fd)?)
    }

    /// Waits for events, at most `timeout` (`None` = forever). An interrupting signal ends the
    /// wait without events.
    pub fn wait(&self, events: &mut Events, timeout: Option<Duration>) -> io::Result<()> {
        let timeout = timeout.map(|t| Timespec {
            tv_sec: i64::try_from(t.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(t.subsec_nanos()),
        });
        events.0.clear();
        let room = rustix::buffer::spare_capacity(&mut events.0);
        match epoll::wait(&self.0, room, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl AsFd for Epoll {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Wakes a thread out of [`Epoll::wait`] from another one. Register it with [`Interest::Input`].
#[derive(Debug)]
pub struct Waker(OwnedFd);

impl Waker {
    pub fn new() -> io::Result<Self> {
        Ok(Self(eventfd(
            0,
            EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK,
        )?))
    }

    pub fn wake(&self) {
        // The only failure is a counter at its maximum, which is awake already.
        let _ = rustix::io::write(&self.0, &1u64.to_ne_bytes());
    }

    /// Takes the wake-ups so far.
    pub fn clear(&self) {
        let _ = rustix::io::read(&self.0, &mut [0u8; 8]);
    }
}

impl AsFd for Waker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Milliseconds of the monotonic clock.
pub fn monotonic_ms() -> u64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    u64::try_from(t.tv_sec).unwrap_or(0) * 1000 + u64::try_from(t.tv_nsec).unwrap_or(0) / 1_000_000
}

/// Microseconds since 1970.
pub fn unix_us() -> u64 {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    u64::try_from(t.tv_sec).unwrap_or(0) * 1_000_000 + u64::try_from(t.tv_nsec).unwrap_or(0) / 1000
}
