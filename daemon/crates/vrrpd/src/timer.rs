//! One absolute timer as a descriptor.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use vrrp::Micros;

#[derive(Debug)]
pub struct Timer {
    fd: OwnedFd,
    armed: Option<Micros>,
}

impl Timer {
    pub fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        Ok(Self {
            fd: timerfd_create(TimerfdClockId::Monotonic, flags)?,
            armed: None,
        })
    }

    /// Fires once at a time of the monotonic clock; a time that has passed fires at once.
    pub fn arm(&mut self, at: Micros) -> io::Result<()> {
        if self.armed == Some(at) {
            return Ok(());
        }
        let value = Itimerspec {
            it_interval: Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            it_value: Timespec {
                tv_sec: i64::try_from(at / 1_000_000).unwrap_or(i64::MAX),
                // Zero would disarm it.
                tv_nsec: i64::try_from(at % 1_000_000 * 1000).unwrap_or(0).max(1),
            },
        };
        timerfd_settime(&self.fd, TimerfdTimerFlags::ABSTIME, &value)?;
        self.armed = Some(at);
        Ok(())
    }

    /// Takes the expiry; the time it was armed for, to know how late we are. The descriptor stays
    /// readable until the timer is armed anew, which the loop does before it waits.
    pub fn take(&mut self) -> Option<Micros> {
        self.armed.take()
    }
}

impl AsFd for Timer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}
