//! Messages over a unix stream socket, with descriptors beside them. Every call to the kernel is non-blocking; the blocking methods
//! poll. A channel therefore fits an epoll loop: watch [`AsFd`] for input, and for output while
//! [`Channel::wants_write`].

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sys::fdpass;

pub use crate::error::ChannelError;
use crate::frame::{HEADER, Outgoing, check_size, read_header};
pub use crate::frame::{MAX_DESCRIPTORS, MAX_MESSAGE};

const READ_BLOCK: usize = 16 << 10;

/// A message, and the descriptors that came with it in the order they were sent.
#[derive(Debug)]
pub struct Received<T> {
    pub message: T,
    pub fds: Vec<OwnedFd>,
}

/// One end of a channel.
#[derive(Debug)]
pub struct Channel {
    socket: OwnedFd,
    input: Vec<u8>,
    input_fds: Vec<OwnedFd>,
    closed: bool,
    output: VecDeque<Outgoing>,
    backlog: usize,
}

impl Channel {
    pub fn new(socket: OwnedFd) -> Self {
        Self {
            socket,
            input: Vec::new(),
            input_fds: Vec::new(),
            closed: false,
            output: VecDeque::new(),
            backlog: 0,
        }
    }

    /// A channel that another program, in the same process, had until now; `input` is what it had
    /// read and not yet understood.
    pub fn resumed(socket: OwnedFd, input: Vec<u8>) -> Self {
        Self {
            input,
            ..Self::new(socket)
        }
    }

    /// The beginning of a message, as far as it has come.
    pub fn unread(&self) -> &[u8] {
        &self.input
    }

    /// A channel and the descriptor of its other end, for a child to find.
    pub fn pair() -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) = fdpass::stream_pair()?;
        Ok((Self::new(ours), theirs))
    }

    /// The child's end, at [`crate::CHANNEL_FD`]. To be called once, at the start of `main`.
    pub fn inherited() -> io::Result<Self> {
        let socket = fdpass::take_inherited_socket(crate::CHANNEL_FD)?;
        Ok(Self::new(fdpass::close_first(socket)))
    }

    /// Queues a message and sends what the socket takes now; the rest goes out by [`Self::flush`].
    /// Descriptors are duplicated, so the caller keeps its own.
    pub fn send<T: Serialize>(
        &mut self,
        message: &T,
        fds: &[BorrowedFd<'_>],
    ) -> Result<(), ChannelError> {
        let frame = Outgoing::new(message, fds)?;
        self.backlog += frame.left();
        self.output.push_back(frame);
        self.flush()
    }

    /// Sends what is queued as far as the socket takes it without blocking.
    pub fn flush(&mut self) -> Result<(), ChannelError> {
        while let Some(frame) = self.output.front_mut() {
            match frame.send_part(&self.socket) {
                Ok(count) => self.backlog -= count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            }
            if frame.left() == 0 {
                self.output.pop_front();
            }
        }
        Ok(())
    }

    /// Whether something is queued, so that the loop should watch for writability.
    pub fn wants_write(&self) -> bool {
        !self.output.is_empty()
    }

    /// Bytes queued and not yet sent: a sender of many small messages (log lines) drops instead
    /// of queueing when this grows.
    pub fn backlog(&self) -> usize {
        self.backlog
    }

    /// The next message if a whole one has arrived; never blocks. Call until `None`.
    pub fn try_receive<T: DeserializeOwned>(
        &mut self,
    ) -> Result<Option<Received<T>>, ChannelError> {
        loop {
            if let Some(received) = self.take_frame()? {
                return Ok(Some(received));
            }
            if self.closed {
                return Err(ChannelError::Closed);
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// The next message, waiting for it at most `timeout` (for ever if `None`).
    pub fn receive<T: DeserializeOwned>(
        &mut self,
        timeout: Option<Duration>,
    ) -> Result<Received<T>, ChannelError> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        loop {
            if let Some(received) = self.try_receive()? {
                return Ok(received);
            }
            self.flush()?;
            self.wait(deadline)?;
        }
    }

    /// Sends and waits until everything queued is out, at most `timeout`.
    pub fn drain(&mut self, timeout: Duration) -> Result<(), ChannelError> {
        let deadline = Some(Instant::now() + timeout);
        loop {
            self.flush()?;
            if !self.wants_write() {
                return Ok(());
            }
            wait_for(&self.socket, PollFlags::OUT, deadline)?;
        }
    }

    fn wait(&self, deadline: Option<Instant>) -> Result<(), ChannelError> {
        let mut flags = PollFlags::IN;
        if self.wants_write() {
            flags |= PollFlags::OUT;
        }
        wait_for(&self.socket, flags, deadline)
    }

    /// Reads one block; false when nothing is there.
    fn fill(&mut self) -> Result<bool, ChannelError> {
        let start = self.input.len();
        self.input.resize(start + READ_BLOCK, 0);
        let result =
            fdpass::recv_with_fds(&self.socket, &mut self.input[start..], &mut self.input_fds);
        let count = *result.as_ref().unwrap_or(&0);
        self.input.truncate(start + count);
        match result {
            Ok(0) => {
                self.closed = true;
                Err(ChannelError::Closed)
            }
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    fn take_frame<T: DeserializeOwned>(&mut self) -> Result<Option<Received<T>>, ChannelError> {
        let Some((length, descriptors)) = read_header(&self.input) else {
            return Ok(None);
        };
        check_size(length, descriptors)?;
        let end = HEADER + length;
        if self.input.len() < end {
            return Ok(None);
        }
        let message = serde_json::from_slice(&self.input[HEADER..end]);
        self.input.drain(..end);
        // A large one came; what keeps coming is small.
        if self.input.is_empty() && self.input.capacity() > 2 * READ_BLOCK {
            self.input = Vec::new();
        }
        let fds = self
            .input_fds
            .drain(..descriptors.min(self.input_fds.len()))
            .collect();
        let message = message.map_err(ChannelError::Malformed)?;
        Ok(Some(Received { message, fds }))
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn wait_for(
    socket: &OwnedFd,
    flags: PollFlags,
    deadline: Option<Instant>,
) -> Result<(), ChannelError> {
    let timeout = match deadline {
        None => None,
        Some(deadline) => {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ChannelError::TimedOut);
            }
            Some(rustix::event::Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: left.subsec_nanos().into(),
            })
        }
    };
    let mut fds = [rustix::event::PollFd::new(socket, flags)];
    match rustix::event::poll(&mut fds, timeout.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(ChannelError::Io(error.into())),
    }
}

#[cfg(test)]
#[path = "channel_test.rs"]
mod tests;
