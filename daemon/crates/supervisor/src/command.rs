//! One run of a script or a notify command: as its user, in its own process group, no shell.

use std::ffi::{OsStr, OsString};
use std::io;
use std::time::{Duration, Instant};

use sys::epoll::{Epoll, Interest};
use sys::process::{Child, Exit, Identity, Spawn, spawn};
use sys::signal::Signal;

use crate::users::Users;

/// Between asking a script to end and killing it (as keepalived does).
const GRACE: Duration = Duration::from_secs(2);

/// keepalived.conf(5), `script_user`: whom commands run as that name nobody, if it exists.
const DEFAULT_USER: &str = "keepalived_script";

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
    /// Ends it with all that it started, without waiting for the end.
    pub fn kill(&self) {
        let _ = self.child.signal_group(Signal::KILL);
    }

    /// Asks it to end, and says when it is to be killed.
    pub fn ask(&mut self, now: Instant) {
        let _ = self.child.signal_group(Signal::TERM);
        self.asked = true;
        self.deadline = now + GRACE;
    }
}

/// What starting a command takes.
pub struct Starter<'a> {
    pub users: &'a Users,
    /// `enable_script_security`: nothing that others may change runs as root.
    pub guarded: bool,
    pub epoll: &'a Epoll,
}

impl Starter<'_> {
    /// Starts a command; its end makes `token` ready. The error says why it cannot be run.
    pub fn start(
        &self,
        command: &Command,
        token: u64,
        deadline: Instant,
    ) -> Result<Running, String> {
        let (program, args) = command
            .argv
            .split_first()
            .ok_or_else(|| "the command is empty".to_owned())?;
        let identity = self.identity(command)?;
        let as_root = identity.as_ref().is_none_or(|identity| identity.uid == 0);
        if self.guarded
            && as_root
            && let Some(reason) = crate::guard::objection(program)
        {
            return Err(reason);
        }
        let env: Vec<(OsString, OsString)> = std::env::vars_os()
            .filter(|(name, _)| name != "NOTIFY_SOCKET" && name != "WATCHDOG_USEC")
            .collect();
        self.launch((program, args), &env, identity.as_ref(), token, deadline)
    }

    /// The same with this environment and nothing of ours, as this user.
    pub fn launch(
        &self,
        (program, args): (&str, &[String]),
        env: &[(OsString, OsString)],
        identity: Option<&Identity>,
        token: u64,
        deadline: Instant,
    ) -> Result<Running, String> {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let child = spawn(&Spawn {
            program: OsStr::new(program),
            name: None,
            args: &args,
            env,
            identity: identity.cloned(),
            channel: None,
            death_signal: Some(Signal::KILL),
            silent: true,
            own_group: true,
            // A script is no part of what keeps the addresses.
            least_oom_score: Some(0),
        })
        .map_err(|error| spawn_error(program, identity, &error))?;
        if let Err(error) = self.epoll.add(child.pidfd(), token, Interest::Input) {
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

    /// `None`: whoever this process runs as.
    pub fn identity(&self, command: &Command) -> Result<Option<Identity>, String> {
        let (user, group) = (command.user.as_deref(), command.group.as_deref());
        let named = user.is_some() || group.is_some();
        let user = if named {
            user
        } else if self.users.has_user(DEFAULT_USER) {
            Some(DEFAULT_USER)
        } else {
            return Ok(None);
        };
        let identity = self.users.identity(user, group);
        identity.map(Some).map_err(|error| error.to_string())
    }
}

fn spawn_error(program: &str, identity: Option<&Identity>, error: &io::Error) -> String {
    match error.kind() {
        // The kernel says the same of a script and of what its first line names.
        io::ErrorKind::NotFound if std::fs::exists(program).unwrap_or(false) => {
            format!("{program} begins with an interpreter that does not exist")
        }
        io::ErrorKind::NotFound => format!("{program} does not exist"),
        io::ErrorKind::PermissionDenied => match identity {
            Some(identity) => format!("{program} may not be executed by user {}", identity.uid),
            None => format!("{program} may not be executed"),
        },
        _ => format!("{program}: {error}"),
    }
}

/// Asks a command to end when its time is over, and kills it when it does not.
pub fn end_if_late(running: &mut Running, now: Instant) {
    if now < running.deadline {
        return;
    }
    if running.asked {
        running.kill();
        running.deadline = now + GRACE;
    } else {
        running.ask(now);
    }
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
