//! One run of a script or a notify command: as its user, in its own process group, no shell.

use std::ffi::{OsStr, OsString};
use std::io;
use std::time::{Duration, Instant};

use sys::epoll::{Epoll, Interest};
use sys::process::{Child, Exit, Spawn, spawn};
use sys::signal::Signal;

use crate::users::Users;

/// Between asking a script to end and killing it (as keepalived does).
const GRACE: Duration = Duration::from_secs(2);

/// A command and whom it runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    pub argv: Vec<String>,
    pub user: Option<String>,
    pub group: Option<String>,
}

#[derive(Debug)]
pub struct Running {
    child: Child,
    pub token: u64,
    /// When it is asked to end, or after that killed.
    pub deadline: Instant,
    /// It was told to end.
    pub asked: bool,
}

impl Running {
    /// Ends it now, with all that it started.
    pub fn kill(&self) {
        let _ = self.child.signal_group(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Starts a command; its end makes `token` ready. The error says why it cannot be run. `guarded`:
/// nothing that others may change runs as root.
pub fn start(
    command: &Command,
    token: u64,
    deadline: Instant,
    users: &Users,
    guarded: bool,
    epoll: &Epoll,
) -> Result<Running, String> {
    let (program, args) = command
        .argv
        .split_first()
        .ok_or_else(|| "the command is empty".to_owned())?;
    let identity = if command.user.is_some() || command.group.is_some() {
        let identity = users.identity(command.user.as_deref(), command.group.as_deref());
        Some(identity.map_err(|error| error.to_string())?)
    } else {
        None
    };
    let as_root = identity.as_ref().is_none_or(|identity| identity.uid == 0);
    if guarded
        && as_root
        && let Some(reason) = crate::guard::objection(program)
    {
        return Err(reason);
    }
    let args: Vec<OsString> = args.iter().map(OsString::from).collect();
    let env: Vec<(OsString, OsString)> = std::env::vars_os()
        .filter(|(name, _)| name != "NOTIFY_SOCKET" && name != "WATCHDOG_USEC")
        .collect();
    let child = spawn(&Spawn {
        program: OsStr::new(program),
        name: None,
        args: &args,
        env: &env,
        identity,
        channel: None,
        death_signal: Some(Signal::KILL),
        silent: true,
        own_group: true,
    })
    .map_err(|error| spawn_error(program, &error))?;
    if let Err(error) = epoll.add(child.pidfd(), token, Interest::Input) {
        let _ = child.signal_group(Signal::KILL);
        let _ = child.wait();
        return Err(error.to_string());
    }
    Ok(Running {
        child,
        token,
        deadline,
        asked: false,
    })
}

fn spawn_error(program: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("{program} does not exist"),
        io::ErrorKind::PermissionDenied => format!("{program} may not be executed"),
        _ => format!("{program}: {error}"),
    }
}

/// Asks a command to end when its time is over, and kills it when it does not.
pub fn end_if_late(running: &mut Running, now: Instant) {
    if now < running.deadline {
        return;
    }
    let signal = if running.asked {
        Signal::KILL
    } else {
        Signal::TERM
    };
    let _ = running.child.signal_group(signal);
    running.asked = true;
    running.deadline = now + GRACE;
}

/// Takes note of the end of a command.
pub fn finish(running: &Running, epoll: &Epoll) -> Option<Exit> {
    let _ = epoll.delete(running.child.pidfd());
    let exit = running.child.try_wait().ok().flatten();
    // What the script left running in its group goes with it only when it was cut short.
    if running.asked {
        let _ = running.child.signal_group(Signal::KILL);
    }
    exit
}
