//! Leaving the terminal: a second process that goes on in the background.

use std::io;

use rustix::process::Pid;

/// Which of the two processes this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forked {
    /// The one that was started; the other has this number.
    Parent(Pid),
    /// The one that goes on.
    Child,
}

/// Doubles this process. Refused when it has more than one thread: the others would be missing in
/// the copy, with whatever they hold.
pub fn fork() -> io::Result<Forked> {
    let threads = std::fs::read_dir("/proc/self/task")?.count();
    if threads != 1 {
        let text = format!("{threads} threads run: only one alone can be doubled");
        return Err(io::Error::other(text));
    }
    // SAFETY: there is one thread, this one, so the copy is whole: no lock is held by a thread
    // that is missing in it, and everything may be called in it.
    let number = unsafe { libc::fork() };
    match Pid::from_raw(number) {
        Some(child) if number > 0 => Ok(Forked::Parent(child)),
        None => Ok(Forked::Child),
        Some(_) => Err(io::Error::last_os_error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_several_threads_is_not_doubled() {
        // The test harness is one thread, this test another.
        let error = fork().unwrap_err().to_string();
        assert!(error.contains("only one alone can be doubled"), "{error}");
    }
}
