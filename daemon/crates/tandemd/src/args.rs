//! The command line: words to a [`Command`], or a message that says what to write instead.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use config::suggest::nearest;

use crate::check::{Machine, Manner};
use crate::flags::{Flag, Flags, USAGE};
use crate::lint::{self, LintArgs};
use crate::parse::ParseArgs;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Run(RunArgs),
    Check {
        haproxy: Vec<PathBuf>,
        keepalived: Option<PathBuf>,
        manner: Manner,
    },
    Reload {
        run_dir: PathBuf,
        json: bool,
    },
    Upgrade {
        run_dir: PathBuf,
    },
    Handover {
        run_dir: PathBuf,
        timeout: Duration,
    },
    Lead {
        run_dir: PathBuf,
    },
    Status {
        run_dir: PathBuf,
        json: bool,
    },
    Metrics {
        run_dir: PathBuf,
    },
    Lint(LintArgs),
    Parse(ParseArgs),
    ProbeAddress {
        interface: String,
        addresses: Vec<IpAddr>,
        timeout: Duration,
        json: bool,
    },
    VrrpWorker(WorkerArgs),
    ProxyWorker(WorkerArgs),
    MailWorker(WorkerArgs),
    /// The flags of keepalived, as they are.
    Keepalived(Vec<OsString>),
    Version {
        json: bool,
    },
    Help,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunArgs {
    pub haproxy: Vec<PathBuf>,
    pub keepalived: Option<PathBuf>,
    pub run_dir: PathBuf,
    pub tolerant: bool,
    pub foreground: bool,
}

/// What the supervisor tells a worker on its command line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkerArgs {
    pub parent: u32,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    pub groups: Vec<u32>,
    pub chroot: Option<PathBuf>,
    pub raw: bool,
}

/// Names of commands that people type.
const COMMANDS: [&str; 12] = [
    "run",
    "check",
    "lint",
    "parse",
    "reload",
    "upgrade",
    "handover",
    "lead",
    "status",
    "metrics",
    "probe-address",
    "keepalived",
];

/// Parses the words behind the program's name.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut words = words.into_iter();
    let Some(first) = words.next() else {
        return Err(format!("a command is missing; {USAGE}"));
    };
    let name = first.to_string_lossy().into_owned();
    if name == "lint" {
        return lint::parse(words).map(Command::Lint);
    }
    if name == "keepalived" {
        return Ok(Command::Keepalived(words.collect()));
    }
    let flags = |allowed: &[Flag]| Flags::read(&name, allowed, words);
    match name.as_str() {
        "run" => run(&flags(&[
            Flag::value("--haproxy"),
            Flag::value("--keepalived"),
            Flag::value("--run-dir"),
            Flag::switch("--tolerant"),
            Flag::switch("--foreground"),
        ])?),
        "check" => check(&flags(&[
            Flag::value("--haproxy"),
            Flag::value("--keepalived"),
            Flag::switch("--json"),
            Flag::switch("--tolerant"),
            Flag::switch("--diagnostic"),
            Flag::switch("--alone"),
        ])?),
        "parse" => syntax(&flags(&[
            Flag::value("--haproxy"),
            Flag::value("--keepalived"),
            Flag::value("--id"),
            Flag::switch("--alone"),
            Flag::switch("--meaning"),
        ])?),
        "reload" => {
            let flags = flags(&[Flag::value("--run-dir"), Flag::switch("--json")])?;
            Ok(Command::Reload {
                run_dir: flags.run_dir(),
                json: flags.has("--json"),
            })
        }
        "upgrade" => Ok(Command::Upgrade {
            run_dir: flags(&[Flag::value("--run-dir")])?.run_dir(),
        }),
        "handover" => {
            let flags = flags(&[Flag::value("--run-dir"), Flag::value("--timeout-ms")])?;
            Ok(Command::Handover {
                run_dir: flags.run_dir(),
                timeout: flags.milliseconds("--timeout-ms", 10_000)?,
            })
        }
        "lead" => Ok(Command::Lead {
            run_dir: flags(&[Flag::value("--run-dir")])?.run_dir(),
        }),
        "status" => {
            let flags = flags(&[Flag::value("--run-dir"), Flag::switch("--json")])?;
            Ok(Command::Status {
                run_dir: flags.run_dir(),
                json: flags.has("--json"),
            })
        }
        "metrics" => Ok(Command::Metrics {
            run_dir: flags(&[Flag::value("--run-dir")])?.run_dir(),
        }),
        "probe-address" => probe(&flags(&[
            Flag::value("--interface"),
            Flag::value("--timeout-ms"),
            Flag::switch("--json"),
            Flag::words(),
        ])?),
        "vrrp-worker" => Ok(Command::VrrpWorker(worker(&flags(&WORKER_FLAGS)?)?)),
        "proxy-worker" => Ok(Command::ProxyWorker(worker(&flags(&WORKER_FLAGS)?)?)),
        "mail-worker" => Ok(Command::MailWorker(worker(&flags(&WORKER_FLAGS)?)?)),
        "--version" | "-v" | "version" => Ok(Command::Version {
            json: flags(&[Flag::switch("--json")])?.has("--json"),
        }),
        "--help" | "-h" | "help" => Ok(Command::Help),
        other => Err(match nearest(other, COMMANDS) {
            Some(near) => format!("unknown command '{other}'; did you mean '{near}'?"),
            None => format!("unknown command '{other}'; {USAGE}"),
        }),
    }
}

const WORKER_FLAGS: [Flag; 6] = [
    Flag::value("--parent"),
    Flag::value("--uid"),
    Flag::value("--gid"),
    Flag::value("--groups"),
    Flag::value("--chroot"),
    Flag::switch("--raw"),
];

fn run(flags: &Flags) -> Result<Command, String> {
    let haproxy = flags.paths("--haproxy");
    let keepalived = flags.path("--keepalived")?;
    if haproxy.is_empty() && keepalived.is_none() {
        return Err(
            "run: nothing to run: give --haproxy FILE, --keepalived FILE or both".to_owned(),
        );
    }
    Ok(Command::Run(RunArgs {
        haproxy,
        keepalived,
        run_dir: flags.run_dir(),
        tolerant: flags.has("--tolerant"),
        foreground: flags.has("--foreground"),
    }))
}

fn check(flags: &Flags) -> Result<Command, String> {
    let haproxy = flags.paths("--haproxy");
    let keepalived = flags.path("--keepalived")?;
    if haproxy.is_empty() && keepalived.is_none() {
        return Err(
            "check: nothing to check: give --haproxy FILE, --keepalived FILE or both".to_owned(),
        );
    }
    Ok(Command::Check {
        haproxy,
        keepalived,
        manner: Manner {
            json: flags.has("--json"),
            tolerant: flags.has("--tolerant"),
            diagnostic: flags.has("--diagnostic"),
            machine: if flags.has("--alone") {
                Machine::Another
            } else {
                Machine::This
            },
        },
    })
}

fn syntax(flags: &Flags) -> Result<Command, String> {
    let args = ParseArgs {
        haproxy: flags.paths("--haproxy"),
        keepalived: flags.paths("--keepalived"),
        id: flags.text("--id")?.unwrap_or_default(),
        alone: flags.has("--alone"),
        meaning: flags.has("--meaning"),
    };
    if args.haproxy.is_empty() && args.keepalived.is_empty() {
        return Err(
            "parse: nothing to read: give --haproxy FILE, --keepalived FILE or both".to_owned(),
        );
    }
    Ok(Command::Parse(args))
}

fn probe(flags: &Flags) -> Result<Command, String> {
    let interface = flags.text("--interface")?.ok_or(
        "probe-address: --interface IF is missing: an address is looked for on one segment",
    )?;
    let mut addresses = Vec::new();
    for word in &flags.words {
        let text = word.to_string_lossy();
        let address = text.split('/').next().unwrap_or_default();
        addresses.push(address.parse().map_err(|_| {
            format!("probe-address: '{text}' is no IP address; names are not resolved here")
        })?);
    }
    if addresses.is_empty() {
        return Err("probe-address: give at least one address to look for".to_owned());
    }
    Ok(Command::ProbeAddress {
        interface,
        addresses,
        timeout: flags.milliseconds("--timeout-ms", 500)?,
        json: flags.has("--json"),
    })
}

fn worker(flags: &Flags) -> Result<WorkerArgs, String> {
    let groups = flags.text("--groups")?.unwrap_or_default();
    let groups = groups
        .split(',')
        .filter(|text| !text.is_empty())
        .map(|text| {
            text.parse()
                .map_err(|_| format!("--groups: '{text}' is no number"))
        })
        .collect::<Result<_, String>>()?;
    Ok(WorkerArgs {
        parent: flags
            .number("--parent")?
            .ok_or("this command is started by `tandemd run` alone")?,
        uid: flags.number("--uid")?,
        gid: flags.number("--gid")?,
        groups,
        chroot: flags.path("--chroot")?,
        raw: flags.has("--raw"),
    })
}

#[cfg(test)]
#[path = "args_test.rs"]
mod tests;
