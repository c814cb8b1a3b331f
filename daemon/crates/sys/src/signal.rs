//! Signals as a descriptor that an epoll loop can watch.

use std::io;
use std::mem::{MaybeUninit, size_of};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};

pub use rustix::process::Signal;

/// Blocks a set of signals for the process and reads them from a descriptor. The process must
/// still have one thread: threads started later inherit the mask.
#[derive(Debug)]
pub struct SignalFd {
    fd: OwnedFd,
}

/// A signal that arrived, and the process that sent it (0 for the kernel).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    pub signal: i32,
    pub sender: u32,
}

impl SignalFd {
    pub fn new(signals: &[Signal]) -> io::Result<Self> {
        let set = signal_set(signals)?;
        // SAFETY: `set` is initialised; a null old-set pointer is allowed.
        let failed =
            unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()) };
        if failed != 0 {
            return Err(io::Error::from_raw_os_error(failed));
        }
        // SAFETY: `set` is initialised; -1 asks for a new descriptor.
        let raw =
            unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
        if raw < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the kernel just gave us this descriptor; nobody else has it.
        let fd = unsafe { OwnedFd::from_raw_fd(raw) };
        Ok(Self { fd })
    }

    /// The next pending signal; `None` when there is none.
    pub fn read(&self) -> io::Result<Option<Received>> {
        let mut buffer = [0u8; size_of::<libc::signalfd_siginfo>()];
        match rustix::io::read(&self.fd, &mut buffer) {
            Ok(count) if count == buffer.len() => {
                // SAFETY: the kernel filled a whole signalfd_siginfo, which is plain integers;
                // `read_unaligned` needs no alignment of the byte buffer.
                let info: libc::signalfd_siginfo =
                    unsafe { std::ptr::read_unaligned(buffer.as_ptr().cast()) };
                Ok(Some(Received {
                    signal: info.ssi_signo.cast_signed(),
                    sender: info.ssi_pid,
                }))
            }
            Ok(_) => Err(io::Error::other("short read from signalfd")),
            Err(rustix::io::Errno::AGAIN) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl AsFd for SignalFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// A real-time signal by its number as kill(1) takes it, 34 (SIGRTMIN) to 64.
pub fn real_time(number: i32) -> Option<Signal> {
    // SAFETY: the range is that of the real-time signals that a C library leaves to programs.
    (34..=64)
        .contains(&number)
        .then(|| unsafe { Signal::from_raw_unchecked(number) })
}

/// Ignores a signal for good (SIGPIPE in a process that handles EPIPE).
pub fn ignore(signal: Signal) -> io::Result<()> {
    // SAFETY: SIG_IGN runs no code of ours.
    let previous = unsafe { libc::signal(signal.as_raw(), libc::SIG_IGN) };
    if previous == libc::SIG_ERR {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Unblocks every signal of the calling thread; async-signal-safe, so fit for after a fork.
pub(crate) fn unblock_all() -> io::Result<()> {
    let set = signal_set(&[])?;
    // SAFETY: `set` is initialised; a null old-set pointer is allowed.
    let failed =
        unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut()) };
    if failed != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn signal_set(signals: &[Signal]) -> io::Result<libc::sigset_t> {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset initialises the whole set.
    let mut set = unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        set.assume_init()
    };
    for signal in signals {
        // SAFETY: `set` is initialised; a bad number is answered with -1.
        if unsafe { libc::sigaddset(&raw mut set, signal.as_raw()) } != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_to_this_thread_is_read_with_its_sender() {
        // Directed at this thread, because the other test threads do not block it.
        let signals = SignalFd::new(&[Signal::USR2]).unwrap();
        assert_eq!(signals.read().unwrap(), None);
        // SAFETY: sends a blocked signal to the calling thread.
        unsafe { libc::pthread_kill(libc::pthread_self(), libc::SIGUSR2) };
        let received = signals.read().unwrap().unwrap();
        assert_eq!(received.signal, libc::SIGUSR2);
        assert_eq!(received.sender, std::process::id());
        assert_eq!(signals.read().unwrap(), None);
    }
}
