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
    armed: Option<Armed>,
}

#[derive(Debug)]
struct Armed {
    at: Micros,
    /// What late is counted from.
    expected: Micros,
}

impl Timer {
    pub fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        Ok(Self {
            fd: timerfd_create(TimerfdClockId::Monotonic, flags)?,
            armed: None,
        })
    }

    /// Fires once at a time of the monotonic clock; a time that has passed fires at once. `looked`:
    /// when it was last seen what is due, so that what is to be done at once is not late by all time.
    pub fn arm(&mut self, at: Micros, looked: Micros) -> io::Result<()> {
        if self.armed.as_ref().is_some_and(|armed| armed.at == at) {
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
        let expected = at.max(looked);
        self.armed = Some(Armed { at, expected });
        Ok(())
    }

    /// Takes the expiry; when it was to come, to know how late we are. The descriptor stays
    /// readable until the timer is armed anew, which the loop does before it waits.
    pub fn take(&mut self) -> Option<Micros> {
        self.armed.take().map(|armed| armed.expected)
    }
}

impl AsFd for Timer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_later_than_since_it_was_looked_for() {
        let mut timer = Timer::new().unwrap();
        for (at, looked, counted) in [(0, 500, 500), (400, 500, 500), (700, 500, 700)] {
            timer.arm(at, looked).unwrap();
            assert_eq!((timer.take(), timer.take()), (Some(counted), None), "{at}");
        }
    }
}
