//! The lists. They come from what the processes do under their tests, TLS and the allocator
//! included: traffic, time, memory, threads. Nothing on them starts a program, changes rights or
//! root, looks into another process, loads code, or makes memory executable.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompRule};

/// By the call's number; an empty list of rules matches whatever the arguments are.
pub type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Whose calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    Proxy,
    Vrrp,
    Mail,
}

/// Everybody's: memory, threads, time, descriptors that are open, sockets, readiness.
const COMMON: &[c_long] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_fcntl,
    libc::SYS_dup,
    libc::SYS_pipe2,
    libc::SYS_splice,
    libc::SYS_tee,
    libc::SYS_sendfile,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_membarrier,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_setaffinity,
    libc::SYS_sigaltstack,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_restart_syscall,
    libc::SYS_tgkill,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_getrlimit,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_poll,
    libc::SYS_ppoll,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_wait,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_eventfd2,
    libc::SYS_timerfd_create,
    libc::SYS_timerfd_settime,
    libc::SYS_timerfd_gettime,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept4,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    libc::SYS_setsockopt,
    libc::SYS_getsockopt,
    libc::SYS_shutdown,
    libc::SYS_sendto,
    libc::SYS_recvfrom,
    libc::SYS_sendmsg,
    libc::SYS_recvmsg,
    libc::SYS_sendmmsg,
    libc::SYS_recvmmsg,
];

/// What reading and writing files by name takes; which files is not for this list to say.
const FILES: &[c_long] = &[
    libc::SYS_open,
    libc::SYS_openat,
    libc::SYS_stat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
];

/// The VRRP process keeps its memory locked, takes signals from a descriptor, lists the kernel's
/// settings, and makes and removes FIFOs.
const VRRP: &[c_long] = &[
    libc::SYS_mlockall,
    libc::SYS_munlockall,
    libc::SYS_signalfd4,
    libc::SYS_getdents64,
    libc::SYS_mknodat,
    libc::SYS_unlink,
    libc::SYS_unlinkat,
];

/// How its threads are scheduled: on spare time, or as any other.
const POLICIES: [i32; 2] = [libc::SCHED_OTHER, libc::SCHED_IDLE];

/// Tried in passing by the allocator, the standard library when it tells of a panic, and others.
const IN_PASSING: &[c_long] = &[
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_readlinkat,
    libc::SYS_getcwd,
    libc::SYS_set_mempolicy,
    libc::SYS_get_mempolicy,
];

const FAMILIES: [i32; 3] = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6];
const VRRP_FAMILIES: [i32; 2] = [libc::AF_NETLINK, libc::AF_PACKET];

/// Of open descriptors: ready bytes, whether a call may wait, whether it is a terminal.
const IOCTLS: [u64; 4] = [libc::FIONREAD, libc::FIONBIO, libc::TIOCOUTQ, libc::TCGETS];

/// What the loader was told about the machine (`PR_GET_AUXV`).
const AUXILIARY: i32 = 0x4155_5856;
/// Names of threads and of memory.
const PRCTLS: [i32; 4] = [
    libc::PR_SET_NAME,
    libc::PR_GET_NAME,
    libc::PR_SET_VMA,
    AUXILIARY,
];

pub fn allowed(process: Process) -> Rules {
    let mut rules = whole(COMMON);
    // What is refused is not forbidden.
    rules.extend(whole(IN_PASSING));
    rules.extend(whole(FILES));
    rules.extend(whole(&[libc::SYS_clone3]));
    let mut families = FAMILIES.to_vec();
    if process == Process::Vrrp {
        rules.extend(whole(VRRP));
        families.extend(VRRP_FAMILIES);
    }
    let one_of = |arg: u8, values: &[i32]| {
        let values = values.iter().map(|value| i64::from(*value).cast_unsigned());
        values
            .filter_map(|value| rule(arg, SeccompCmpOp::Eq, value))
            .collect()
    };
    let ioctls = IOCTLS
        .iter()
        .filter_map(|it| rule(1, SeccompCmpOp::Eq, *it));
    // Threads of its own, never another process.
    let thread = i64::from(libc::CLONE_THREAD).cast_unsigned();
    // Memory is written or run, never both, and none becomes executable.
    let run = i64::from(libc::PROT_EXEC).cast_unsigned();
    let never_run = || {
        rule(2, SeccompCmpOp::MaskedEq(run), 0)
            .into_iter()
            .collect()
    };
    let of_thread = rule(0, SeccompCmpOp::MaskedEq(thread), thread);
    // Its own limits are looked at; only the VRRP process sets one, that of locked memory.
    let limits = match process {
        Process::Vrrp => condition(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, 0),
        _ => condition(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0),
    };
    rules.extend([
        (libc::SYS_socket, one_of(0, &families)),
        (libc::SYS_prctl, one_of(0, &PRCTLS)),
        (libc::SYS_ioctl, ioctls.collect()),
        (libc::SYS_clone, of_thread.into_iter().collect()),
        (libc::SYS_mmap, never_run()),
        (libc::SYS_mprotect, never_run()),
        (libc::SYS_prlimit64, limits.into_iter().collect()),
    ]);
    if process == Process::Proxy {
        rules.insert(libc::SYS_sched_setscheduler, one_of(1, &POLICIES));
    }
    rules
}

/// Answered with "permission denied".
pub fn refused(process: Process) -> Rules {
    let mut rules = whole(IN_PASSING);
    if process == Process::Proxy {
        rules.extend(whole(FILES));
    }
    rules
}

/// Answered as by a kernel that does not have them.
pub fn unseen() -> Rules {
    whole(&[libc::SYS_clone3])
}

fn whole(calls: &[c_long]) -> Rules {
    calls.iter().map(|call| (*call, Vec::new())).collect()
}

/// A rule over 32 bits of one argument; `None` cannot be: the positions are below six.
fn rule(arg: u8, operator: SeccompCmpOp, value: u64) -> Option<SeccompRule> {
    condition(arg, SeccompCmpArgLen::Dword, operator, value)
}

fn condition(
    arg: u8,
    length: SeccompCmpArgLen,
    operator: SeccompCmpOp,
    value: u64,
) -> Option<SeccompRule> {
    let condition = SeccompCondition::new(arg, length, operator, value).ok()?;
    SeccompRule::new(vec![condition]).ok()
}
