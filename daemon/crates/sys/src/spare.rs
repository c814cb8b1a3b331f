//! Work that everything else goes before, in a thread of its own: it has the processor time that
//! nobody else wants (`SCHED_IDLE`, sched(7)). On a machine that never rests it would not end, so
//! after a while it goes on as any other, and where a process may not come back from it
//! ([`keep_way_back`]) it does not begin so: whoever waits for it must not wait for long.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, Scope, ScopedJoinHandle};
use std::time::Duration;

use rustix::process::{Resource, Rlimit};
use rustix::thread::{CapabilitySet, Pid, gettid};

/// What getrlimit(2) counts nice values from.
const NICE_BASE: i32 = 20;

/// As much as the first thread of a process has.
const STACK: usize = 8 << 20;

/// Less is not worth a thread.
const LEAST: Duration = Duration::from_millis(1);

static RETURNS: AtomicBool = AtomicBool::new(false);

/// From now on such work idles if this process may end that; processes that it starts, which may
/// have fewer rights, can do the same if the limit on nice values could be lifted for them. To be
/// called again in those.
pub fn keep_way_back() {
    let nice = rustix::process::getpriority_process(None).unwrap_or(0);
    let needed = u64::try_from(NICE_BASE - nice).unwrap_or(0);
    let allowed = rustix::process::getrlimit(Resource::Nice).current;
    let lifted = Rlimit {
        current: Some(needed),
        maximum: Some(needed),
    };
    let returns = allowed.is_none_or(|allowed| allowed >= needed)
        || rustix::process::setrlimit(Resource::Nice, lifted).is_ok()
        || may_renice();
    RETURNS.store(returns, Relaxed);
}

fn may_renice() -> bool {
    let own = rustix::thread::capabilities(None);
    own.is_ok_and(|own| own.effective.contains(CapabilitySet::SYS_NICE))
}

/// Does `work` on spare time and waits for it; after `patience` it goes on as any other work. It
/// must start no thread, which would never come out of the idle class again.
pub fn run<T: Send>(patience: Duration, work: impl FnOnce() -> T + Send) -> T {
    if patience < LEAST || !RETURNS.load(Relaxed) {
        return work();
    }
    let work = Mutex::new(Some(work));
    let done = std::thread::scope(|scope| {
        let (tell, told) = channel();
        let thread = begin(scope, &work, tell).ok()?;
        hasten(&told, patience);
        Some(thread.join())
    });
    match done {
        Some(Ok(value)) => value,
        Some(Err(panic)) => std::panic::resume_unwind(panic),
        // There is no room for another thread.
        None => take(&work)(),
    }
}

type Work<W> = Mutex<Option<W>>;

fn take<W>(work: &Work<W>) -> W {
    let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
    work.take().expect("work is taken once")
}

/// The thread says which it is, and lets go of the channel when it is done.
fn begin<'scope, T: Send + 'scope, W: FnOnce() -> T + Send>(
    scope: &'scope Scope<'scope, '_>,
    work: &'scope Work<W>,
    tell: Sender<Pid>,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    let thread = Builder::new().name("spare".to_owned()).stack_size(STACK);
    thread.spawn_scoped(scope, move || {
        // Said while it is as quick as any other.
        let heard = tell.send(gettid());
        if heard.is_ok() {
            let _ = schedule(None, libc::SCHED_IDLE);
        }
        let value = take(work)();
        drop(tell);
        value
    })
}

fn hasten(told: &Receiver<Pid>, patience: Duration) {
    if let Ok(thread) = told.recv()
        && told.recv_timeout(patience) == Err(RecvTimeoutError::Timeout)
    {
        // It may end at this moment.
        let _ = schedule(Some(thread), libc::SCHED_OTHER);
    }
}

/// `None`: the calling thread.
fn schedule(thread: Option<Pid>, policy: i32) -> io::Result<()> {
    let parameters = libc::sched_param { sched_priority: 0 };
    let number = Pid::as_raw(thread);
    // SAFETY: the kernel only reads the live structure; the number is that of a thread of this
    // process, which is waited for after this, so that it is no other's.
    let failed = unsafe { libc::sched_setscheduler(number, policy, &raw const parameters) };
    if failed == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn policy() -> i32 {
        // SAFETY: asks about the calling thread and takes no pointer.
        unsafe { libc::sched_getscheduler(0) }
    }

    #[test]
    fn work_idles_and_whoever_waits_for_it_does_not() {
        keep_way_back();
        let seen = run(Duration::from_mins(1), policy);
        let expected = if RETURNS.load(Relaxed) {
            libc::SCHED_IDLE
        } else {
            libc::SCHED_OTHER
        };
        assert_eq!(seen, expected);
        assert_eq!(policy(), libc::SCHED_OTHER);
    }

    #[test]
    fn work_that_takes_too_long_goes_on_as_any_other() {
        keep_way_back();
        let end = Instant::now() + Duration::from_mins(1);
        let seen = run(Duration::from_millis(5), || {
            while policy() == libc::SCHED_IDLE {
                assert!(Instant::now() < end, "still idle");
            }
            policy()
        });
        assert_eq!(seen, libc::SCHED_OTHER);
    }

    #[test]
    fn little_work_is_done_in_place() {
        let here = std::thread::current().id();
        let seen = run(Duration::ZERO, || std::thread::current().id());
        assert_eq!(seen, here);
    }

    #[test]
    fn a_panic_of_the_work_is_that_of_whoever_asked_for_it() {
        let work = || run(Duration::from_mins(1), || panic!("of the work"));
        let panic = std::panic::catch_unwind(work).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"of the work"));
    }
}
