//! splice(2) between sockets through pipes: bytes that never enter user space.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};

/// A pipe's size: as much as the kernel gives unprivileged users by default.
const SIZE: usize = 1 << 20;

/// A pipe as buffer between two sockets.
#[derive(Debug)]
pub struct Pipe {
    read: OwnedFd,
    write: OwnedFd,
    capacity: usize,
    held: usize,
}

impl Pipe {
    pub fn new() -> io::Result<Self> {
        let (read, write) = pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC)?;
        // 64 KiB is the kernel's default when it grants no more.
        let capacity = fcntl_setpipe_size(&write, SIZE).unwrap_or(64 << 10);
        Ok(Self {
            read,
            write,
            capacity,
            held: 0,
        })
    }

    /// Bytes inside.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Moves up to `most` bytes from the socket into the pipe; `Ok(0)` is the end of the stream.
    pub fn fill(&mut self, from: impl AsFd, most: u64) -> io::Result<usize> {
        let most = usize::try_from(most)
            .unwrap_or(usize::MAX)
            .min(self.capacity);
        let n = splice(
            from,
            None,
            &self.write,
            None,
            most,
            SpliceFlags::NONBLOCK | SpliceFlags::MOVE,
        )?;
        self.held += n;
        Ok(n)
    }

    /// Moves what is inside to the socket.
    pub fn drain(&mut self, to: impl AsFd, more: bool) -> io::Result<usize> {
        let mut flags = SpliceFlags::NONBLOCK | SpliceFlags::MOVE;
        flags.set(SpliceFlags::MORE, more);
        let n = splice(&self.read, None, to, None, self.held, flags)?;
        self.held -= n;
        Ok(n)
    }
}
