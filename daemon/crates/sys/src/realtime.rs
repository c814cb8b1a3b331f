//! Locked memory, real-time scheduling and the process's worth to the out-of-memory killer.
//!
//! Nothing here can get the process killed: a limit on real-time processor time (`RLIMIT_RTTIME`)
//! is lifted before real time is asked for, which is left alone when that fails, and memory is only
//! locked for the future when the limit on locked memory could be lifted.

use std::io;

use rustix::mm::MlockAllFlags;
use rustix::process::{Resource, Rlimit};

/// Keeps every page in memory, now and later. Pages are locked as they are touched, so that a
/// large reserve of address space costs nothing.
pub fn lock_memory() -> io::Result<()> {
    let unlimited = Rlimit {
        current: None,
        maximum: None,
    };
    let lifted = rustix::process::setrlimit(Resource::Memlock, unlimited).is_ok();
    let flags = if lifted {
        MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT
    } else {
        // With a limit in force, locking the future would make allocations fail one day.
        MlockAllFlags::CURRENT | MlockAllFlags::ONFAULT
    };
    Ok(rustix::mm::mlockall(flags)?)
}

/// `SCHED_FIFO` at a priority of 1 to 99 for the calling thread. Children do not inherit it.
///
/// The kernel kills a real-time process that runs for longer than `RLIMIT_RTTIME` without a pause
/// (getrlimit(2)), so a limit that is inherited and cannot be lifted refuses real time.
pub fn schedule_fifo(priority: u8) -> io::Result<()> {
    lift_realtime_limit()?;
    let parameters = libc::sched_param {
        sched_priority: i32::from(priority),
    };
    let policy = libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK;
    // SAFETY: pid 0 is the calling thread; the kernel only reads the live structure.
    let failed = unsafe { libc::sched_setscheduler(0, policy, &raw const parameters) };
    if failed == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn lift_realtime_limit() -> io::Result<()> {
    let limit = rustix::process::getrlimit(Resource::Rttime);
    if limit.current.is_none() {
        return Ok(());
    }
    let unlimited = Rlimit {
        current: None,
        maximum: None,
    };
    Ok(rustix::process::setrlimit(Resource::Rttime, unlimited)?)
}

/// Nice value of the calling thread, −20 to 19: the fallback where real time is not allowed.
pub fn set_nice(value: i32) -> io::Result<()> {
    Ok(rustix::process::setpriority_process(None, value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_out_of_range_is_refused_and_changes_nothing() {
        assert!(schedule_fifo(100).is_err());
    }

    #[test]
    fn memory_can_be_locked_without_a_limit() {
        match lock_memory() {
            Ok(()) => rustix::mm::munlockall().unwrap(),
            // Without the right to lift the limit, a refusal is an answer.
            Err(error) => assert!(
                matches!(error.raw_os_error(), Some(libc::ENOMEM | libc::EPERM)),
                "{error}"
            ),
        }
    }
}
