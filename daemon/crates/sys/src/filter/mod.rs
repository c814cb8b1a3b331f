//! Which system calls a process may still make (seccomp(2)).
//!
//! A call that is not on the list ends the whole process: it is a bug or somebody else's code, and
//! the supervisor starts another one. A few calls are refused instead, because libraries try them in
//! passing and go on without. The lists are known for x86-64; elsewhere, and where the kernel knows
//! no filters, there is none, and [`known`] says so.

mod lists;

use std::io;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, SeccompRule, TargetArch};

pub use lists::Process;
use lists::Rules;

/// Whether this machine's calls are listed, and its kernel (or what stands in for it, as valgrind
/// does) can filter them. To be asked before a filter is there, which would end the process for it.
pub fn known() -> bool {
    let action = libc::SECCOMP_RET_KILL_PROCESS;
    let operation = libc::SECCOMP_GET_ACTION_AVAIL;
    // SAFETY: reads the action, which lives, and changes nothing (seccomp(2)).
    let answer = unsafe { libc::syscall(libc::SYS_seccomp, operation, 0, &raw const action) };
    cfg!(target_arch = "x86_64") && answer == 0
}

/// From now on this thread, and those it starts, may make the calls of `process` and no others.
/// It can never run another program with more rights, either: the kernel demands that first.
pub fn install(process: Process) -> io::Result<()> {
    if !known() {
        return Ok(());
    }
    let refuse = |errno: i32| SeccompAction::Errno(errno.unsigned_abs());
    let refused = [
        // The C library falls back to the call whose arguments a filter can see.
        (lists::unseen(), refuse(libc::ENOSYS)),
        (lists::refused(process), refuse(libc::EACCES)),
    ];
    for (rules, action) in refused {
        apply(rules, SeccompAction::Allow, action)?;
    }
    let allowed = lists::allowed(process);
    apply(allowed, SeccompAction::KillProcess, SeccompAction::Allow)
}

/// `matching` for what the rules name, `otherwise` for all else. Of several filters the strictest
/// decides, so the lists are laid one over the other.
fn apply(rules: Rules, otherwise: SeccompAction, matching: SeccompAction) -> io::Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let rules: std::collections::BTreeMap<i64, Vec<SeccompRule>> = rules;
    let filter = SeccompFilter::new(rules, otherwise, matching, TargetArch::x86_64);
    let program: BpfProgram = filter
        .and_then(TryInto::try_into)
        .map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(|error| match error {
        seccompiler::Error::Prctl(error) | seccompiler::Error::Seccomp(error) => error,
        other => io::Error::other(other),
    })
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Command;

    const PART: &str = "TANDEM_FILTER_TEST";

    /// Runs this same test in a process of its own, where it does what `part` says.
    fn fate(test: &str, part: &str) -> std::process::ExitStatus {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &format!("filter::tests::{test}"), "--nocapture"])
            .env(PART, part)
            .output()
            .unwrap()
            .status
    }

    fn attempt(part: &str) {
        match part {
            "exec" => drop(Command::new("/bin/true").spawn()),
            "socket" => drop(rustix::net::socket(
                rustix::net::AddressFamily::from_raw(40),
                rustix::net::SocketType::DGRAM,
                None,
            )),
            "realtime" => drop(crate::realtime::schedule_fifo(1)),
            "root" => drop(rustix::process::chroot("/")),
            "user" => drop(rustix::thread::set_thread_res_uid(
                rustix::process::Uid::ROOT,
                rustix::process::Uid::ROOT,
                rustix::process::Uid::ROOT,
            )),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn a_call_that_is_not_on_the_list_ends_the_process() {
        if let Ok(part) = std::env::var(PART) {
            // What it would return is of no interest: it does not.
            install(Process::Proxy).unwrap();
            attempt(&part);
            return;
        }
        for part in ["exec", "socket", "realtime", "root", "user"] {
            let status = fate("a_call_that_is_not_on_the_list_ends_the_process", part);
            assert_eq!(status.signal(), Some(libc::SIGSYS), "{part}: {status:?}");
        }
    }

    #[test]
    fn work_goes_on_and_a_file_is_an_error() {
        let name = "work_goes_on_and_a_file_is_an_error";
        if std::env::var(PART).is_err() {
            assert!(fate(name, "work").success());
            return;
        }
        crate::spare::keep_way_back();
        install(Process::Proxy).unwrap();
        let error = std::fs::read("/etc/passwd").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // Threads are started, with the same list, and memory is given and taken.
        let connected = std::thread::spawn(move || std::net::TcpStream::connect(address).is_ok());
        assert!(listener.accept().is_ok());
        assert!(connected.join().unwrap());
        assert_eq!(vec![7_u8; 64 << 20][1 << 20], 7);
        crate::memory::give_back(false).unwrap();
        let patience = std::time::Duration::from_mins(1);
        assert_eq!(crate::spare::run(patience, || 1 + 1), 2);
    }
}
