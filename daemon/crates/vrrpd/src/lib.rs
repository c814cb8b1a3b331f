//! The VRRP process: sockets, timers and netlink around the protocol core.
//!
//! In: messages of the supervisor on descriptor 3, packets, changes of links and addresses. Out:
//! adverts, addresses, announcements, and messages back. One thread, one epoll, one timer; no
//! decision is taken here that `vrrp` could take.
#![forbid(unsafe_code)]

pub mod announce;
mod ask;
mod clock;
mod fifo;
mod lateness;
mod links;
pub mod plan;
pub mod probe;
mod running;
mod sockets;
mod timer;
mod verification;
mod witness;
mod worker;

use std::fmt;
use std::io;

use ipc::channel::{Channel, ChannelError};
use netlink::NetlinkError;

/// Why the process cannot go on.
#[derive(Debug)]
pub enum WorkerError {
    Channel(ChannelError),
    Netlink(NetlinkError),
    Io(io::Error),
}

impl fmt::Display for WorkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(error) => write!(f, "channel to the supervisor: {error}"),
            Self::Netlink(error) => write!(f, "{error}"),
            Self::Io(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for WorkerError {}

impl From<NetlinkError> for WorkerError {
    fn from(error: NetlinkError) -> Self {
        Self::Netlink(error)
    }
}

impl From<io::Error> for WorkerError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// `tandemd vrrp-worker`: takes its channel from descriptor 3, makes itself hard to delay, and
/// serves until it is told to stop or its supervisor is gone. Returns when everything is
/// released.
pub fn run_worker() -> Result<(), WorkerError> {
    let channel = Channel::inherited()?;
    run_worker_on(channel)
}

/// The same on a channel of the caller's.
pub fn run_worker_on(channel: Channel) -> Result<(), WorkerError> {
    worker::Worker::new(channel)?.run()
}
