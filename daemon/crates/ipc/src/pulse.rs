//! Proof of life that costs its reader nothing: a timer of the supervisor's that the VRRP process
//! sets anew before it ends. The supervisor sleeps until one beat is missing for too long, and
//! nothing is sent, parsed or queued meanwhile.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_gettime, timerfd_settime,
};

/// How often a process beats, and how long its silence raises no suspicion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// A beat that is this old is renewed whenever the process is awake anyway.
    pub every: Duration,
    /// It wakes up for a beat that is this old.
    pub latest: Duration,
    /// Silence that is longer is noticed.
    pub patience: Duration,
}

/// While the VRRP process holds addresses: what it holds must not outlive it.
pub const SERVING: Rhythm = Rhythm {
    every: Duration::from_millis(10),
    latest: Duration::from_millis(20),
    patience: Duration::from_millis(30),
};

/// While it holds none, nothing is lost by hearing of its end a little later.
pub const RESTING: Rhythm = Rhythm {
    every: Duration::from_millis(100),
    latest: Duration::from_millis(200),
    patience: Duration::from_millis(300),
};

/// One end of the timer; readable for the poller of its owner when a beat is missing.
#[derive(Debug)]
pub struct Pulse(OwnedFd);

impl Pulse {
    /// It runs from the first beat on.
    pub fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
        Ok(Self(timerfd_create(TimerfdClockId::Monotonic, flags)?))
    }

    /// The other process's end, as it came by the channel.
    pub fn received(timer: OwnedFd) -> Self {
        Self(timer)
    }

    /// Alive, and so again within `patience`.
    pub fn beat(&self, patience: Duration) -> io::Result<()> {
        let value = Itimerspec {
            it_interval: timespec(Duration::ZERO),
            // Zero would stop the timer.
            it_value: timespec(patience.max(Duration::from_nanos(1))),
        };
        timerfd_settime(&self.0, TimerfdTimerFlags::empty(), &value)?;
        Ok(())
    }

    /// Whether the timer runs. It does not before the first beat, nor once one is missing.
    pub fn beats(&self) -> bool {
        timerfd_gettime(&self.0).is_ok_and(|left| {
            let left = left.it_value;
            left.tv_sec != 0 || left.tv_nsec != 0
        })
    }

    /// Takes note of the missing beat, so that the descriptor is not readable any more.
    pub fn noted(&self) {
        // A beat that came in between has taken it back, which is as good.
        let _ = rustix::io::read(&self.0, &mut [0u8; 8]);
    }
}

impl AsFd for Pulse {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::{PollFd, PollFlags, poll};

    fn readable(pulse: &Pulse, wait: Duration) -> bool {
        let mut fds = [PollFd::new(pulse, PollFlags::IN)];
        poll(&mut fds, Some(&timespec(wait))).unwrap() == 1
    }

    #[test]
    fn it_says_nothing_before_the_first_beat_and_while_beats_come() {
        let pulse = Pulse::new().unwrap();
        assert!(!pulse.beats());
        let other = Pulse::received(pulse.0.try_clone().unwrap());
        for _ in 0..5 {
            other.beat(Duration::from_mins(1)).unwrap();
            assert!(!readable(&pulse, Duration::from_millis(1)));
            assert!(pulse.beats());
        }
    }

    #[test]
    fn a_missing_beat_is_said_once_and_the_next_one_takes_it_back() {
        let pulse = Pulse::new().unwrap();
        let other = Pulse::received(pulse.0.try_clone().unwrap());
        other.beat(Duration::from_millis(1)).unwrap();
        assert!(readable(&pulse, Duration::from_secs(10)));
        assert!(!pulse.beats());
        pulse.noted();
        assert!(!readable(&pulse, Duration::ZERO));
        other.beat(Duration::from_mins(1)).unwrap();
        assert!(pulse.beats());
        pulse.noted();
    }
}
