//! Watches files and processes in a thread of its own: a disk that does not answer and a process
//! table of any length hold up nothing else.
//!
//! In: a [`WatchList`]. Out: [`Seen`] for everything at once after each list, then for each change.

mod eyes;
mod files;
mod processes;
mod standing;

use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use ipc::watch::{Seen, WatchList};
use sys::epoll::{Epoll, Interest};

use eyes::Eyes;

/// Event of something new to be taken.
pub const TOKEN: u64 = 8;

/// Something to tell the VRRP process or the log.
#[derive(Debug, PartialEq, Eq)]
pub enum Sight {
    Seen(Seen),
    Warning(String),
}

/// This side of the thread.
#[derive(Debug)]
pub struct Watcher {
    lists: Sender<WatchList>,
    sights: Receiver<Sight>,
    /// A byte wakes the thread; a byte from it wakes the loop. Its end ends the thread.
    bell: UnixStream,
}

impl Watcher {
    pub fn start(epoll: &Epoll) -> io::Result<Self> {
        let (bell, theirs) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        theirs.set_nonblocking(true)?;
        let (lists, their_lists) = channel();
        let (their_sights, sights) = channel();
        let mut eyes = Eyes::new(their_lists, their_sights, theirs)?;
        epoll.add(&bell, TOKEN, Interest::Input)?;
        thread::Builder::new()
            .name("tandemd-watch".to_owned())
            .spawn(move || eyes.watch())?;
        Ok(Self {
            lists,
            sights,
            bell,
        })
    }

    pub fn set(&mut self, list: WatchList) {
        // A full socket has woken it already, and a thread that is gone shows itself elsewhere.
        let _ = self.lists.send(list);
        let _ = self.bell.write(&[0]);
    }

    /// What was seen since the last call.
    pub fn take(&mut self) -> Vec<Sight> {
        ring_off(&mut self.bell);
        self.sights.try_iter().collect()
    }
}

impl AsFd for Watcher {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }
}

/// Takes the bytes of a bell; false when the other side is gone.
fn ring_off(bell: &mut UnixStream) -> bool {
    let mut bytes = [0; 64];
    loop {
        match bell.read(&mut bytes) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
        }
    }
}

#[cfg(test)]
#[path = "watch/test.rs"]
mod tests;
