//! The socket of a link: its own, or one that it shares with the streams of its connection.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

#[derive(Debug)]
pub(super) enum Socket {
    Own(OwnedFd),
    Shared(Arc<OwnedFd>),
}

impl Socket {
    pub fn fd(&self) -> &OwnedFd {
        match self {
            Self::Own(fd) => fd,
            Self::Shared(fd) => fd,
        }
    }

    pub fn shared(self) -> Arc<OwnedFd> {
        match self {
            Self::Own(fd) => Arc::new(fd),
            Self::Shared(fd) => fd,
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd().as_fd()
    }
}
