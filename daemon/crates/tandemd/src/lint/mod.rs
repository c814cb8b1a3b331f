//! `tandemd lint A.conf B.conf`: what the two files of a pair get wrong together.

mod args;
mod disk;
mod machine;

pub use args::{LintArgs, parse};

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use config::{Options, Parsed, Source, haproxy, keepalived};
use pairlint::{Facts, Node, Settings};
use supervisor::configuration::{DiskFiles, short_host_name};

use crate::{FAILED, OK, complain, say};
use machine::Machine;

/// What a file or a fact of a machine could not be read for.
type Reason = String;

pub fn lint(args: &LintArgs) -> u8 {
    match run(args) {
        Ok(code) => code,
        Err(reasons) => {
            for reason in reasons {
                complain(&reason);
            }
            FAILED
        }
    }
}

fn run(args: &LintArgs) -> Result<u8, Vec<Reason>> {
    let (files, machines) = gather(args)?;
    let mut nodes = Vec::new();
    for (index, (label, parsed)) in files.iter().enumerate() {
        let facts = machines.get(index).map_or_else(Facts::default, facts);
        nodes.push(Node {
            label: label.clone(),
            parsed,
            facts,
        });
    }
    let settings = Settings {
        target_failover: args.target_failover,
    };
    let report = pairlint::lint(&nodes, settings);
    if args.json {
        say(&serde_json::to_string_pretty(&report.json(&nodes)).unwrap_or_default());
    } else {
        let mut text = report.text(&nodes);
        if args.election {
            text.push_str(&report.election_text(&nodes));
        }
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
    Ok(if report.has_errors() { FAILED } else { OK })
}

type Files = Vec<(String, Parsed<keepalived::Config>)>;

/// Reads everything and tells all that cannot be read at once.
fn gather(args: &LintArgs) -> Result<(Files, Vec<Machine>), Vec<Reason>> {
    let env = supervisor::configuration::environment();
    let (mut files, mut machines, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for (index, path) in args.files.iter().chain(&args.segment).enumerate() {
        let id = args.ids.get(index).cloned();
        match keepalived_file(path, id.clone(), &env) {
            Ok(parsed) => files.push((label(&args.files, path, id), parsed)),
            Err(reason) => reasons.push(reason),
        }
    }
    for index in 0..args.files.len() {
        machines.push(Machine::read(args, index, &env, &mut reasons));
    }
    if reasons.is_empty() {
        Ok((files, machines))
    } else {
        Err(reasons)
    }
}

/// One file for both nodes is told apart by its configuration ids.
fn label(files: &[PathBuf], path: &Path, id: Option<String>) -> String {
    let shown = path.display().to_string();
    let twice = files.iter().filter(|other| *other == path).count() > 1;
    id.filter(|_| twice).unwrap_or(shown)
}

fn text(path: &Path) -> Result<String, Reason> {
    let bytes =
        std::fs::read(path).map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn keepalived_file(
    path: &Path,
    id: Option<String>,
    env: &BTreeMap<String, String>,
) -> Result<Parsed<keepalived::Config>, Reason> {
    let config_id = id.unwrap_or_else(short_host_name);
    let options = Options {
        tolerant: true,
        env,
        config_id: &config_id,
        files: &DiskFiles,
        ..Options::default()
    };
    let source = Source::new(path.display().to_string(), text(path)?);
    let mut parsed = keepalived::parse(&[source], &options);
    keepalived::mask(&mut parsed, env);
    Ok(parsed)
}

fn haproxy_file(
    path: &Path,
    env: &BTreeMap<String, String>,
) -> Result<Parsed<haproxy::Config>, Reason> {
    let options = Options {
        tolerant: true,
        env,
        config_id: "",
        files: &DiskFiles,
        ..Options::default()
    };
    let source = Source::new(path.display().to_string(), text(path)?);
    Ok(haproxy::parse(&[source], &options))
}

fn facts(machine: &Machine) -> Facts<'_> {
    Facts {
        haproxy: machine.haproxy.as_ref(),
        sysctls: machine.sysctls.clone(),
        addresses: machine.addresses.clone(),
        firewall: machine.firewall.clone(),
        scripts: machine
            .tree
            .as_ref()
            .map(|tree| tree as &dyn pairlint::Scripts),
    }
}
