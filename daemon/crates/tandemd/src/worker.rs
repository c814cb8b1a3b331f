//! The first steps of a worker process: its name, its tie to the supervisor, and giving up every
//! right that it does not need, before it reads a byte.

use std::ffi::CString;
use std::io;

use rustix::process::{Pid, Resource, Rlimit};
use sys::caps::{self, Capability};
use sys::files::Reach;
use sys::filter::Process;
use sys::process::{Identity, die_with_parent};
use sys::signal::Signal;

use crate::args::WorkerArgs;

/// Open files that the proxy asks for; as many as it may have are taken.
const MOST_FILES: u64 = 1 << 20;

/// What the VRRP process gets when the supervisor dies: it hands over and ends.
const VRRP_DEATH: Signal = Signal::TERM;
/// What the proxy gets then, should it not notice the end of its channel.
const PROXY_DEATH: Signal = Signal::KILL;

/// What the mail process finds its server with.
const RESOLVER: [&str; 2] = ["/etc/hosts", "/etc/resolv.conf"];

pub fn vrrp(args: &WorkerArgs) -> Result<(), String> {
    sys::memory::stay_small();
    // It gives up its rights, and what it can reach, once its sockets are open and its memory is locked.
    let ignored = [Signal::HUP, Signal::QUIT];
    prepare("tandemd-vrrp", args, &ignored, VRRP_DEATH)
        .map_err(|error| format!("vrrp process: {error}"))?;
    vrrpd::run_worker().map_err(|error| format!("vrrp process: {error}"))
}

pub fn proxy(args: &WorkerArgs) -> Result<(), String> {
    // A service manager or a terminal signals every process at once. The proxy must serve on until
    // the addresses are handed over, so it stops when the supervisor says so or is gone.
    let ignored = [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT];
    prepare("tandemd-proxy", args, &ignored, PROXY_DEATH)
        .and_then(|()| confine(args))
        .inspect(|()| sys::spare::keep_way_back())
        .and_then(|()| shut_in(&[], Process::Proxy))
        .map_err(|error| format!("proxy process: {error}"))?;
    proxy::run_worker().map_err(|error| format!("proxy process: {error}"))
}

/// Sends one mail and ends.
pub fn mail(args: &WorkerArgs) -> Result<(), String> {
    let ignored = [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT];
    prepare("tandemd-mail", args, &ignored, PROXY_DEATH)
        .and_then(|()| drop_rights(args))
        .and_then(|()| {
            shut_in(
                &RESOLVER.map(|file| Reach::Read(file.into())),
                Process::Mail,
            )
        })
        .map_err(|error| format!("mail process: {error}"))?;
    mail::run_worker().map_err(|error| format!("mail process: {error}"))
}

fn prepare(name: &str, args: &WorkerArgs, ignored: &[Signal], death: Signal) -> io::Result<()> {
    rustix::thread::set_name(&CString::new(name)?)?;
    for signal in ignored {
        sys::signal::ignore(*signal)?;
    }
    // Keys and passwords pass through every one of them.
    caps::keep_memory_private()?;
    tie(args, death)
}

fn tie(args: &WorkerArgs, death: Signal) -> io::Result<()> {
    let parent = Pid::from_raw(args.parent.cast_signed())
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "--parent 0"))?;
    die_with_parent(death, parent)
}

/// For the proxy, which talks to everybody.
fn confine(args: &WorkerArgs) -> io::Result<()> {
    raise_file_limit();
    // Read now: the zone file is out of reach after the change of root.
    sys::localtime::utc_offset(0);
    // The same goes for the local log daemon's socket.
    proxy::logs::keep_local_socket();
    // The first process to go when memory runs out is not the one that holds the addresses.
    // Raising the score needs no right; it fails only where /proc is missing.
    let _ = sys::oom::set_score(0);
    if let Some(directory) = &args.chroot {
        caps::chroot(directory)?;
    }
    drop_rights(args)
}

/// Another user, no capability but what the configuration asks for, and no way to get one.
fn drop_rights(args: &WorkerArgs) -> io::Result<()> {
    // `usesrc` and `set-mark` need it.
    let keep: &[Capability] = if args.raw { &[Capability::NetRaw] } else { &[] };
    caps::bound(keep)?;
    rustix::thread::set_keep_capabilities(args.raw)?;
    if let (Some(uid), Some(gid)) = (args.uid, args.gid) {
        caps::change_user(&Identity {
            uid,
            gid,
            groups: args.groups.clone(),
        })?;
    }
    caps::keep_only(keep)?;
    caps::no_new_privileges()?;
    // The kernel forgot the tie with the change of user.
    tie(args, PROXY_DEATH)
}

/// The last step: no file but these, and no system call but those of such a process.
fn shut_in(reaches: &[Reach], process: Process) -> io::Result<()> {
    sys::files::only(reaches)?;
    sys::filter::install(process)
}

fn raise_file_limit() {
    let limit = |value| Rlimit {
        current: Some(value),
        maximum: Some(value),
    };
    if rustix::process::setrlimit(Resource::Nofile, limit(MOST_FILES)).is_ok() {
        return;
    }
    let allowed = rustix::process::getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: allowed.maximum,
        maximum: allowed.maximum,
    };
    let _ = rustix::process::setrlimit(Resource::Nofile, most);
}
