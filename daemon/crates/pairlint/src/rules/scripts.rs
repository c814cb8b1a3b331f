//! E09: check scripts that cannot run, or tell too late. Order, quoting and shell syntax are the
//! parser's findings.

use crate::facts::{Scripts, Unfit};
use crate::finding::{Finding, Findings};
use crate::node::Node;
use config::keepalived::model::{Command, Notify, Script, ScriptUser};
use config::{Span, Spanned};
use std::time::Duration;

pub fn check(index: usize, node: &Node<'_>, found: &mut Findings) {
    let Some(machine) = node.facts.scripts else {
        return;
    };
    let config = node.config();
    for script in &config.scripts {
        let what = format!("the check '{}'", script.name);
        program(index, node, machine, (&what, &script.argv, true), found);
        user(index, machine, (&what, script.user.as_ref()), found);
    }
    let of_instances = config.instances.iter().map(|i| &i.notify);
    for notify in of_instances.chain(config.sync_groups.iter().map(|g| &g.notify)) {
        for (keyword, command) in commands(notify) {
            program(index, node, machine, (keyword, &command.argv, false), found);
            user(index, machine, (keyword, command.user.as_ref()), found);
        }
    }
}

fn commands(notify: &Notify) -> impl Iterator<Item = (&'static str, &Command)> {
    let all = [
        ("notify_master", &notify.master),
        ("notify_backup", &notify.backup),
        ("notify_fault", &notify.fault),
        ("notify_stop", &notify.stop),
        ("notify", &notify.any),
    ];
    all.into_iter()
        .filter_map(|(name, command)| Some((name, command.as_ref()?)))
}

fn program(
    index: usize,
    node: &Node<'_>,
    machine: &dyn Scripts,
    (what, argv, is_check): (&str, &Spanned<Vec<String>>, bool),
    found: &mut Findings,
) {
    let Some(path) = argv.first() else { return };
    let Some(unfit) = machine.unfit(path) else {
        return;
    };
    let after = if is_check {
        "keepalived leaves out a check that it cannot run: the node stays master when its service is dead (tandemd goes to FAULT)"
    } else {
        "nobody is told of the change"
    };
    let finding: &mut Finding = match &unfit {
        Unfit::Missing => found
            .error("E09", format!("{what} runs {path}, which does not exist"))
            .help("install it on this node, or correct the path"),
        Unfit::NotExecutable => found
            .error(
                "E09",
                format!("{what} runs {path}, which is not executable"),
            )
            .help(format!("chmod +x {path}")),
        Unfit::Insecure(part) => {
            let message = format!("{what} runs {path} as root, and others may change {part}");
            let guarded = node.config().global.enable_script_security;
            let finding = if guarded {
                found.error("E09", message)
            } else {
                found.warning("E09", message)
            };
            finding.help(format!("chown root {part} and take the write permission from others, or run it as another user"))
        }
    };
    finding.at(index, argv.span);
    let guarded = node.config().global.enable_script_security;
    if matches!(unfit, Unfit::Insecure(_)) && !guarded {
        finding.why("whoever may write there is root on this host");
    } else {
        finding.why(after);
    }
}

fn user(
    index: usize,
    machine: &dyn Scripts,
    (what, user): (&str, Option<&ScriptUser>),
    found: &mut Findings,
) {
    let Some(user) = user else { return };
    let name = &user.user;
    if name.bytes().all(|b| b.is_ascii_digit()) || machine.has_user(name) {
        return;
    }
    found
        .error(
            "E09",
            format!("{what} runs as user '{name}', who does not exist"),
        )
        .at(index, name.span)
        .why("the script cannot be started")
        .help(format!(
            "create the user (useradd --system {name}), or name another"
        ));
}

/// Checks that notice a dead service later than the pair is wanted to have failed over.
pub fn slow(index: usize, node: &Node<'_>, target: Duration, found: &mut Findings) {
    for script in &node.config().scripts {
        let fall = script.fall.value;
        let needs = script.interval.value.saturating_mul(fall);
        if needs <= target {
            continue;
        }
        let message = format!(
            "the check '{}' notices a dead service after up to {} s, {} s are wanted",
            script.name,
            needs.as_secs_f64(),
            target.as_secs_f64()
        );
        found
            .warning("E09", message)
            .at(index, slowest(script))
            .why(format!(
                "it runs every {} s and has to fail {fall} time(s) in a row; the failover itself comes on top",
                script.interval.as_secs_f64()
            ))
            .help("shorten interval, or lower fall");
    }
}

fn slowest(script: &Script) -> Span {
    let written = |span: Span| span != Span::default();
    if written(script.interval.span) {
        script.interval.span
    } else if written(script.fall.span) {
        script.fall.span
    } else {
        script.name.span
    }
}
