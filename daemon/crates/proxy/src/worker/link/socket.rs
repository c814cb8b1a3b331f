//! Whose the socket of a link is.

use std::os::fd::OwnedFd;
use std::sync::Arc;

#[derive(Debug)]
pub enum Socket {
    Own(OwnedFd),
    /// That of a connection whose streams are links of their own.
    Shared(Arc<OwnedFd>),
}

impl Socket {
    pub fn fd(&self) -> &OwnedFd {
        match self {
            Self::Own(fd) => fd,
            Self::Shared(fd) => fd,
        }
    }
}
