//! Children: spawn with a channel at a fixed descriptor, pidfd, parent-death signal, wait.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use rustix::process::{Pid, PidfdFlags, WaitId, WaitIdOptions};

use crate::signal::Signal;

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Code(i32),
    Signal(i32),
}

/// A child process, watched through its pidfd: readable when it has ended, and never another
/// process that got the same number.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    pidfd: OwnedFd,
}

/// Whom a child runs as; `None` in [`Spawn::identity`] keeps the parent's user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub uid: u32,
    pub gid: u32,
    /// Supplementary groups, replacing the parent's.
    pub groups: Vec<u32>,
}

/// What to start. The standard input is `/dev/null`; the environment is exactly `env`.
#[derive(Debug)]
pub struct Spawn<'a> {
    pub program: &'a OsStr,
    /// What the child sees as its own name; the program's path if `None`.
    pub name: Option<&'a OsStr>,
    pub args: &'a [OsString],
    pub env: &'a [(OsString, OsString)],
    pub identity: Option<Identity>,
    /// A socket that the child finds under this number.
    pub channel: Option<(BorrowedFd<'a>, RawFd)>,
    /// Signal that the child gets when this process dies.
    pub death_signal: Option<Signal>,
    /// Whether standard output and error are `/dev/null` or the parent's.
    pub silent: bool,
    /// Own process group, so that a kill reaches what a script started.
    pub own_group: bool,
    /// The child is raised to this `oom_score_adj` when the parent's is below it.
    pub least_oom_score: Option<i32>,
}

impl Child {
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().cast_unsigned()
    }

    pub fn pidfd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        Ok(rustix::process::pidfd_send_signal(&self.pidfd, signal)?)
    }

    /// A child that the program before this one, in the same process, started.
    pub fn adopt(pid: u32) -> io::Result<Self> {
        let pid =
            Pid::from_raw(pid.cast_signed()).ok_or_else(|| io::Error::other("0 is no process"))?;
        // Not waited for yet, so its number cannot belong to anybody else.
        let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty())?;
        Ok(Self { pid, pidfd })
    }

    /// Signals the process group of a child spawned with `own_group`. Only while the child has
    /// not been waited for: its number is then still its own.
    pub fn signal_group(&self, signal: Signal) -> io::Result<()> {
        Ok(rustix::process::kill_process_group(self.pid, signal)?)
    }

    /// How the child ended, or `None` while it runs. Reaps it.
    pub fn try_wait(&self) -> io::Result<Option<Exit>> {
        self.wait_with(WaitIdOptions::EXITED | WaitIdOptions::NOHANG)
    }

    /// Waits for the end of the child and reaps it.
    pub fn wait(&self) -> io::Result<Exit> {
        loop {
            if let Some(exit) = self.wait_with(WaitIdOptions::EXITED)? {
                return Ok(exit);
            }
        }
    }

    fn wait_with(&self, options: WaitIdOptions) -> io::Result<Option<Exit>> {
        loop {
            return match rustix::process::waitid(WaitId::PidFd(self.pidfd.as_fd()), options) {
                Ok(None) => Ok(None),
                Ok(Some(status)) => Ok(Some(match status.exit_status() {
                    Some(code) => Exit::Code(code),
                    None => Exit::Signal(status.terminating_signal().unwrap_or(0)),
                })),
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => Err(error.into()),
            };
        }
    }
}

/// Starts a program. Errors of the child before exec (missing program, no right to change user)
/// come back here.
pub fn spawn(what: &Spawn<'_>) -> io::Result<Child> {
    let mut command = Command::new(what.program);
    if let Some(name) = what.name {
        command.arg0(name);
    }
    command.args(what.args).env_clear().stdin(Stdio::null());
    command.envs(what.env.iter().map(|(name, value)| (name, value)));
    if what.silent {
        command.stdout(Stdio::null()).stderr(Stdio::null());
    }
    if what.own_group {
        command.process_group(0);
    }
    let identity = what.identity.clone();
    let channel = what.channel.map(|(fd, number)| (fd.as_raw_fd(), number));
    let death_signal = what.death_signal;
    let parent = rustix::process::getpid();
    let least_oom_score = what.least_oom_score.map(crate::oom::Score::new);
    let prepare = move || {
        // Before the change of user, who may not write the file. Where /proc is missing, nothing
        // is chosen by score either.
        if let Some(least) = least_oom_score {
            let _ = crate::oom::raise_score(least);
        }
        if let Some(identity) = &identity {
            become_user(identity)?;
        }
        crate::signal::unblock_all()?;
        // After the change of user, which clears it.
        if let Some(signal) = death_signal {
            die_with_parent(signal, parent)?;
        }
        if let Some((fd, number)) = channel {
            move_descriptor(fd, number)?;
        }
        Ok(())
    };
    // SAFETY: the closure runs in the child between fork and exec, where only async-signal-safe
    // work is allowed: it does nothing but system calls on values prepared before the fork.
    unsafe { command.pre_exec(prepare) };
    let child = command.spawn()?;
    let pid = Pid::from_raw(child.id().cast_signed())
        .ok_or_else(|| io::Error::other("the child has no process id"))?;
    // The child is not waited for yet, so its number cannot belong to anybody else.
    let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty())?;
    Ok(Child { pid, pidfd })
}

/// Asks the kernel to signal this process when its parent (`expected`) dies; fails when it has
/// died already. The kernel forgets the wish when the process changes user or capabilities.
pub fn die_with_parent(signal: Signal, expected: Pid) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(signal))?;
    if rustix::process::getppid() == Some(expected) {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::BrokenPipe,
            "the parent process has ended",
        ))
    }
}

/// The parent process; `None` when it lives in another PID namespace.
pub fn parent() -> Option<Pid> {
    rustix::process::getppid()
}

fn become_user(identity: &Identity) -> io::Result<()> {
    let uid = rustix::process::Uid::from_raw(identity.uid);
    let gid = rustix::process::Gid::from_raw(identity.gid);
    // SAFETY: `groups` outlives the call and its length is given; u32 is gid_t on Linux. The raw
    // call is used because it allocates nothing in the forked child.
    let failed = unsafe {
        libc::syscall(
            libc::SYS_setgroups,
            identity.groups.len(),
            identity.groups.as_ptr(),
        )
    };
    if failed != 0 {
        return Err(io::Error::last_os_error());
    }
    rustix::thread::set_thread_res_gid(gid, gid, gid)?;
    rustix::thread::set_thread_res_uid(uid, uid, uid)?;
    Ok(())
}

fn move_descriptor(fd: RawFd, number: RawFd) -> io::Result<()> {
    // dup2 onto the same number would keep close-on-exec, so that case clears the flag instead.
    // SAFETY: both calls work on numbers alone; the child replaces its image right after, so no
    // owner of `number` is left in it.
    let failed = unsafe {
        if fd == number {
            libc::fcntl(fd, libc::F_SETFD, 0)
        } else {
            libc::dup2(fd, number)
        }
    };
    if failed < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    fn shell(args: &[OsString]) -> Spawn<'_> {
        Spawn {
            program: OsStr::new("/bin/sh"),
            name: None,
            args,
            env: &[],
            identity: None,
            channel: None,
            death_signal: None,
            silent: true,
            own_group: false,
            least_oom_score: None,
        }
    }

    #[test]
    fn exit_codes_and_signals_are_told_apart() {
        let args = ["-c".into(), "exit 7".into()];
        assert_eq!(spawn(&shell(&args)).unwrap().wait().unwrap(), Exit::Code(7));
        let args = ["-c".into(), "kill -9 $$".into()];
        assert_eq!(
            spawn(&shell(&args)).unwrap().wait().unwrap(),
            Exit::Signal(9)
        );
    }

    #[test]
    fn a_running_child_is_not_waited_for_and_a_group_kill_ends_it() {
        let args = ["-c".into(), "sleep 60 & wait".into()];
        let spawned = Spawn {
            own_group: true,
            ..shell(&args)
        };
        let child = spawn(&spawned).unwrap();
        assert_eq!(child.try_wait().unwrap(), None);
        child.signal_group(Signal::KILL).unwrap();
        assert_eq!(child.wait().unwrap(), Exit::Signal(9));
    }

    #[test]
    fn the_channel_is_found_at_its_number() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        let args = ["-c".into(), "echo here >&3".into()];
        let child = spawn(&Spawn {
            channel: Some((theirs.as_fd(), 3)),
            ..shell(&args)
        })
        .unwrap();
        drop(theirs);
        let mut text = String::new();
        ours.read_to_string(&mut text).unwrap();
        assert_eq!(text, "here\n");
        assert_eq!(child.wait().unwrap(), Exit::Code(0));
    }

    #[test]
    fn a_missing_program_is_an_error_of_the_caller() {
        let missing = Spawn {
            program: OsStr::new("/nonexistent/program"),
            ..shell(&[])
        };
        assert_eq!(spawn(&missing).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
