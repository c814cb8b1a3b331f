//! From the flags to a running daemon: where its files are, and whether it leaves the terminal.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, WaitOptions};
use supervisor::{Console, DEFAULT_RUN_DIR, Facility, LogOptions, RunOptions, StandIn, Start};
use sys::background::{Forked, fork};

use super::line::Line;
use super::{refuse, tell};

const DEFAULT_FILE: &str = "/etc/keepalived/keepalived.conf";
/// Of the package that this takes the place of.
const PID_FILE: &str = "/run/keepalived.pid";
const VRRP_PID_FILE: &str = "/run/vrrp.pid";
/// Below it, one folder for each namespace.
const NAMESPACES: &str = "/run/keepalived";

pub fn run(line: &Line) -> u8 {
    let options = match options(line) {
        Ok(options) => options,
        Err(text) => return refuse(&text),
    };
    if let Some(pid) = options.stand_in.as_ref().and_then(running) {
        return refuse(&format!(
            "daemon is already running (process {pid}); stop it, or give --pid another file"
        ));
    }
    if let Err(text) = surroundings(line) {
        return refuse(&text);
    }
    if line.has("dont-fork") {
        return status(supervisor::run_as(options, Start::Foreground));
    }
    background(options)
}

fn running(stand_in: &StandIn) -> Option<u32> {
    supervisor::running(&stand_in.pid_file)
}

fn status(status: i32) -> u8 {
    u8::try_from(status).unwrap_or(crate::FAILED)
}

/// What is set for the process itself.
fn surroundings(line: &Line) -> Result<(), String> {
    // The name by which pidof(8) and killall(1) know it; it fails only where /proc is missing.
    let _ = rustix::thread::set_name(c"keepalived");
    if let Some(text) = line.text("umask") {
        let mask = u32::from_str_radix(&text, 8)
            .ok()
            .filter(|mask| *mask <= 0o777);
        let mask = mask.ok_or_else(|| {
            format!("Invalid --umask option {text}: write up to three octal digits, e.g. 077")
        })?;
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(mask));
    }
    if line.has("core-dump") || line.has("core-dump-pattern") {
        let unlimited = Rlimit {
            current: None,
            maximum: None,
        };
        rustix::process::setrlimit(Resource::Core, unlimited)
            .map_err(|error| format!("core dumps cannot be allowed: {error}"))?;
    }
    Ok(())
}

/// What the supervisor is asked for.
pub fn options(line: &Line) -> Result<RunOptions, String> {
    let absolute = |path: &Path| std::path::absolute(path).map_err(|error| error.to_string());
    let path = |long: &str| {
        line.value(long)
            .map(|value| absolute(Path::new(value)))
            .transpose()
    };
    let file = path("use-file")?.unwrap_or_else(|| DEFAULT_FILE.into());
    let namespace = line.text("namespace");
    let folder = |default: &str| match &namespace {
        None => PathBuf::from(default),
        Some(name) => {
            let file = Path::new(default).file_name().unwrap_or_default();
            Path::new(NAMESPACES).join(name).join(file)
        }
    };
    let pid_file = path("pid")?;
    let run_dir = match (path("run-dir")?, &pid_file, &namespace) {
        (Some(said), _, _) => said,
        // Several may run side by side, each with its own pid file.
        (None, Some(file), _) => file.with_extension("run"),
        (None, None, Some(name)) => Path::new(DEFAULT_RUN_DIR).join(name),
        (None, None, None) => DEFAULT_RUN_DIR.into(),
    };
    let stand_in = StandIn {
        config_id: line.text("config-id"),
        every_file: line.has("all-config"),
        vrrp_only: line.has("vrrp"),
        pid_file: pid_file.unwrap_or_else(|| folder(PID_FILE)),
        vrrp_pid_file: path("vrrp_pid")?.unwrap_or_else(|| folder(VRRP_PID_FILE)),
        respawn: !line.has("dont-respawn"),
        dump_directory: std::env::var_os("TMPDIR").map_or_else(|| "/tmp".into(), PathBuf::from),
        dump_at_start: line.has("dump-conf"),
        namespace,
    };
    Ok(RunOptions {
        haproxy: Vec::new(),
        keepalived: Some(file),
        run_dir,
        tolerant: true,
        log: log(line, path("log-file")?, &stand_in)?,
        stand_in: Some(stand_in),
        version: crate::VERSION.to_owned(),
        commit: crate::COMMIT.to_owned(),
    })
}

fn log(line: &Line, file: Option<PathBuf>, stand_in: &StandIn) -> Result<LogOptions, String> {
    let console = if line.has("log-console") {
        Console::Always
    } else {
        Console::Never
    };
    let tag = match &stand_in.namespace {
        Some(name) => format!("Keepalived_{name}"),
        None => "Keepalived".to_owned(),
    };
    Ok(LogOptions {
        console,
        syslog: !line.has("no-syslog"),
        facility: line
            .text("log-facility")
            .as_deref()
            .map_or(Ok(Facility::DAEMON), facility)?,
        file,
        tag,
        detail: line.has("log-detail"),
    })
}

/// By name or by the number of a local one.
fn facility(text: &str) -> Result<Facility, String> {
    let number = text.strip_prefix("local").unwrap_or(text);
    match (text, number.parse::<u8>()) {
        ("daemon", _) => Ok(Facility::DAEMON),
        ("user", _) => Ok(Facility(1)),
        (_, Ok(number @ 0..=7)) => Ok(Facility(Facility::LOCAL0.0 + number)),
        _ => Err(format!(
            "Invalid log facility '{text}': write 0 to 7, local0 to local7, user or daemon"
        )),
    }
}

/// The process that was started waits until the other one runs, so that its status says whether
/// there is a daemon.
fn background(options: RunOptions) -> u8 {
    let failed = |error: &dyn std::fmt::Display| {
        tell(&format!("it cannot go into the background: {error}"));
        crate::FAILED
    };
    let (theirs, ours) = match rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC) {
        Ok(pipe) => pipe,
        Err(error) => return failed(&error),
    };
    match fork() {
        Err(error) => failed(&error),
        Ok(Forked::Child) => {
            drop(theirs);
            if let Err(error) = rustix::process::setsid() {
                return failed(&error);
            }
            // It must not keep a file system from being unmounted.
            let _ = rustix::process::chdir("/");
            status(supervisor::run_as(options, Start::Background(ours)))
        }
        Ok(Forked::Parent(child)) => {
            drop(ours);
            let mut word = [0];
            match File::from(theirs).read(&mut word) {
                Ok(1) => crate::OK,
                // It ended without a word: its status says why.
                _ => rustix::process::waitpid(Some(child), WaitOptions::empty())
                    .ok()
                    .flatten()
                    .and_then(|(_, status)| status.exit_status())
                    .map_or(crate::FAILED, status),
            }
        }
    }
}
