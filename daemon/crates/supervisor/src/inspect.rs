//! Everything that can be said about a configuration on this host without running it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

use config::json::Finding;
use config::keepalived::model::{Command, Notify};
use config::{Diagnostic, Severity, Span, keepalived};

use crate::configuration::{Half, Loaded, load};
use crate::daemon::inputs;
use crate::options::RunOptions;
use crate::users::Users;
use crate::{certificates, guard, host, places};

/// What was found.
#[derive(Debug)]
pub struct Inspection {
    pub findings: Vec<Finding>,
    /// For people.
    pub text: String,
    /// Errors, if any, are about interfaces that this host does not have (yet).
    pub only_interfaces: bool,
    /// Commands would run as a user who may do anything, without `enable_script_security`.
    pub unguarded: bool,
}

pub fn inspect(options: &RunOptions) -> Inspection {
    let loaded = load(inputs(options));
    let mut text = loaded.rendered();
    let more = machine(&loaded);
    let config = loaded.keepalived.as_ref().map(|half| &half.parsed.config);
    let unguarded = config
        .is_some_and(|config| !config.global.enable_script_security && runs_something(config));
    for finding in &more {
        let _ = writeln!(text, "{finding}");
    }
    if unguarded {
        text.push_str(
            "warning: commands are run, but nothing keeps others from changing them: \
             write 'enable_script_security' into global_defs\n",
        );
    }
    let only_interfaces = loaded.is_valid();
    Inspection {
        findings: all(&loaded, more),
        text,
        only_interfaces,
        unguarded,
    }
}

/// What a start would find on this machine, and what would go wrong later; nothing is opened.
pub fn machine(loaded: &Loaded) -> Vec<Finding> {
    let known = Users::read();
    let mut found = host::problems(loaded, &known);
    if let Some(half) = &loaded.haproxy {
        found.extend(places::missing(half));
    }
    found.extend(certificates::expiring(loaded));
    if let Some(half) = &loaded.keepalived {
        found.extend(programs(half));
        found.extend(users(half, &known));
    }
    found
}

fn all(loaded: &Loaded, more: Vec<Finding>) -> Vec<Finding> {
    let mut findings = loaded.findings();
    findings.extend(more);
    findings
}

fn commands(notify: &Notify) -> impl Iterator<Item = &Command> {
    [
        &notify.master,
        &notify.backup,
        &notify.fault,
        &notify.stop,
        &notify.deleted,
        &notify.master_rx_lower_pri,
        &notify.any,
    ]
    .into_iter()
    .flatten()
}

/// Of every script and notification: the program and where it stands.
fn each_program(config: &keepalived::Config) -> Vec<(&str, Span)> {
    let scripts = config.scripts.iter().map(|script| &script.argv);
    let instances = config.instances.iter().map(|instance| &instance.notify);
    let groups = config.sync_groups.iter().map(|group| &group.notify);
    let notify = instances.chain(groups).flat_map(commands);
    scripts
        .chain(notify.map(|command| &command.argv))
        .filter_map(|argv| Some((argv.value.first()?.as_str(), argv.span)))
        .collect()
}

/// What is not there does not count: it is told by itself.
fn runs_something(config: &keepalived::Config) -> bool {
    let programs = each_program(config);
    programs.iter().any(|(program, _)| guard::can_run(program))
}

/// Users that commands are to run as and this host does not have.
fn users(half: &Half<keepalived::Config>, known: &Users) -> Vec<Finding> {
    let config = &half.parsed.config;
    let global = config.global.script_user.iter();
    let scripts = config
        .scripts
        .iter()
        .filter_map(|script| script.user.as_ref());
    let mut told = HashSet::new();
    let mut findings = Vec::new();
    for user in global.chain(scripts) {
        let (name, group) = (&user.user, user.group.as_ref());
        let group = group.map(|group| group.value.as_str());
        let Err(error) = known.identity(Some(&name.value), group) else {
            continue;
        };
        if told.insert(name.value.clone()) {
            let text = error.to_string();
            let mut diagnostic =
                Diagnostic::new(Severity::Warning, "host/no-user", name.span, text);
            diagnostic.suggestion = Some("create it, or name one that exists".to_owned());
            findings.push(Finding::new(&diagnostic, &half.parsed.sources));
        }
    }
    findings
}

fn programs(half: &Half<keepalived::Config>) -> Vec<Finding> {
    let config = &half.parsed.config;
    let secured = config.global.enable_script_security;
    let mut findings = Vec::new();
    for (program, span) in each_program(config) {
        let (code, message, help) = if !guard::can_run(program) {
            let why = if Path::new(program).exists() {
                "is not an executable file"
            } else {
                "does not exist on this host"
            };
            let message =
                format!("'{program}' {why}: what needs it is a fault as long as it cannot run");
            (
                "host/no-program",
                message,
                "install it, or correct the path",
            )
        } else if let Some(objection) = secured.then(|| guard::objection(program)).flatten() {
            let help = "make it and its folders root's, writable for root alone";
            ("host/insecure-program", objection, help)
        } else {
            continue;
        };
        let mut diagnostic = Diagnostic::new(Severity::Warning, code, span, message);
        diagnostic.suggestion = Some(help.to_owned());
        findings.push(Finding::new(&diagnostic, &half.parsed.sources));
    }
    findings
}
