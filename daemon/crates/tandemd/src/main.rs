//! The binary that runs on the hosts: the command line, and the processes it becomes.
#![forbid(unsafe_code)]

mod args;
mod check;
mod client;
mod flags;
mod keepalived;
mod lint;
mod parse;
mod probe;
mod verdict;
mod worker;

use std::io::Write as _;
use std::process::ExitCode;

use args::{Command, RunArgs};
use supervisor::{LogOptions, RunOptions};

/// All went as asked.
const OK: u8 = 0;
/// Refused or failed.
const FAILED: u8 = 1;
/// The command line is wrong (sysexits.h, `EX_USAGE`).
const USAGE: u8 = 64;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const COMMIT: &str = env!("TANDEM_COMMIT");

const HELP: &str = "\
tandemd: VRRP and a TCP/HTTP proxy in one binary

  tandemd run [--haproxy FILE]... [--keepalived FILE] [--run-dir DIR] [--tolerant] [--foreground]
      Run until stopped. Either file may be left out: only that half runs then.
  tandemd check [--haproxy FILE]... [--keepalived FILE] [--json] [--tolerant] [--diagnostic] [--alone]
      Read the files and show everything that is wrong with them, and what this machine lacks of
      what they name. Exit 0 if they can be run here, 1 if they cannot be run, 2 if it is only
      this machine that does not fit. --alone looks at nothing of this machine.
  tandemd lint A.conf B.conf [--haproxy FILE]... [--sysctl FILE]... [--addresses FILE]...
               [--firewall FILE]... [--root DIR]... [--segment FILE]... [--id NAME]...
               [--target-failover TIME] [--election] [--json]
      Compare the keepalived.conf files of two nodes: rules E01 to E17 of docs/lint.md. What is
      told of the machines is given once for both nodes or once for each. Exit 0 without an error.
  tandemd parse [--haproxy FILE]... [--keepalived FILE]... [--id NAME] [--alone] [--meaning]
      Print the files as they are written, with places and comments, as JSON: `tandem import` reads
      it. Passwords are not masked. --alone reads no included files. --meaning prints the model
      that the files add up to instead, for comparing two of them.
  tandemd reload [--json] [--run-dir DIR]
      Take up the files again, all or nothing; prints what changed, or why it was refused. Exit 0
      if applied.
  tandemd upgrade [--run-dir DIR]
      The running daemon goes on as this program: no connection is cut, no advert left out, the
      process keeps its number. Exit 0 if it did; otherwise everything is as before.
  tandemd handover [--run-dir DIR] [--timeout-ms N]
      Give the virtual addresses to the peer and wait until it is done.
  tandemd lead [--run-dir DIR]
      Become master at once where no other router has been heard since the start, instead of waiting
      for the down timer. For a pair of which nobody leads yet.
  tandemd status [--json] [--run-dir DIR]
      What runs, who is master, which servers are up.
  tandemd metrics [--run-dir DIR]
      The same for Prometheus, as text.
  tandemd probe-address --interface IF ADDR... [--timeout-ms N] [--json]
      Ask the segment who answers for addresses. Exit 0 if nobody else does, 1 if somebody does,
      2 if it could not be asked.
  tandemd keepalived [FLAG]...
      Run in the place of keepalived, with its flags, signals and files; also by a link of that
      name. See tandemd keepalived --help.
  tandemd --version [--json]

Signals to the running daemon: SIGHUP and SIGUSR2 reload; SIGTERM hands over, drains and stops, a second one
stops at once; SIGINT stops without draining. The run directory is /run/tandem by default.
";

fn main() -> ExitCode {
    let mut words = std::env::args_os();
    let program = words.next();
    if keepalived::is_name(program.as_deref()) {
        return ExitCode::from(keepalived::run(words));
    }
    let command = match args::parse(words) {
        Ok(command) => command,
        Err(message) => {
            complain(&message);
            return ExitCode::from(USAGE);
        }
    };
    ExitCode::from(execute(command))
}

fn execute(command: Command) -> u8 {
    match command {
        Command::Run(args) => run(args),
        Command::Check {
            haproxy,
            keepalived,
            manner,
        } => check::check(&haproxy, keepalived.as_deref(), manner),
        Command::Lint(args) => lint::lint(&args),
        Command::Parse(args) => parse::parse(&args),
        Command::Reload { run_dir, json } => client::reload(&run_dir, json),
        Command::Upgrade { run_dir } => client::upgrade(&run_dir),
        Command::Handover { run_dir, timeout } => client::handover(&run_dir, timeout),
        Command::Lead { run_dir } => client::lead(&run_dir),
        Command::Status { run_dir, json } => client::status(&run_dir, json),
        Command::Metrics { run_dir } => client::metrics(&run_dir),
        Command::ProbeAddress {
            interface,
            addresses,
            timeout,
            json,
        } => probe::probe(&interface, &addresses, timeout, json),
        Command::VrrpWorker(args) => finish(worker::vrrp(&args)),
        Command::ProxyWorker(args) => finish(worker::proxy(&args)),
        Command::MailWorker(args) => finish(worker::mail(&args)),
        Command::Keepalived(words) => keepalived::run(words),
        Command::Version { json } => version(json),
        Command::Help => {
            say(HELP.trim_end());
            OK
        }
    }
}

fn run(args: RunArgs) -> u8 {
    let log = if args.foreground {
        LogOptions::foreground()
    } else {
        LogOptions::default()
    };
    let status = supervisor::run(RunOptions {
        haproxy: args.haproxy,
        keepalived: args.keepalived,
        run_dir: args.run_dir,
        tolerant: args.tolerant,
        log,
        stand_in: None,
        version: VERSION.to_owned(),
        commit: COMMIT.to_owned(),
    });
    u8::try_from(status).unwrap_or(FAILED)
}

fn version(json: bool) -> u8 {
    if json {
        let document = serde_json::json!({
            "version": VERSION,
            "commit": COMMIT,
            "protocol": supervisor::PROTOCOL,
        });
        say(&document.to_string());
    } else {
        say(&format!("tandemd {VERSION} ({COMMIT})"));
    }
    OK
}

fn finish(result: Result<(), String>) -> u8 {
    match result {
        Ok(()) => OK,
        Err(message) => {
            complain(&message);
            FAILED
        }
    }
}

/// To standard output; a reader that went away is no failure of ours.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "tandemd: {text}");
}
