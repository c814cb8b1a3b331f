//! What a configuration names and nobody opens before it runs: folders of sockets, sockets of log
//! servers, programs.

use std::path::Path;

use config::haproxy::model::{HealthCheck, ListenAddress, LogSink};
use config::json::Finding;
use config::{Diagnostic, Severity, Span, haproxy};

use crate::configuration::Half;
use crate::guard;

/// Made when the service starts, and gone with the machine's run.
const MADE_AT_START: [&str; 2] = ["/run/", "/var/run/"];

/// All that is missing, each at the word that names it.
pub fn missing(half: &Half<haproxy::Config>) -> Vec<Finding> {
    let config = &half.parsed.config;
    let found = folders(config)
        .into_iter()
        .chain(logs(config))
        .chain(programs(config));
    found
        .map(|diagnostic| Finding::new(&diagnostic, &half.parsed.sources))
        .collect()
}

/// Of the sockets that are listened on. A start finds out by opening them.
fn folders(config: &haproxy::Config) -> Vec<Diagnostic> {
    let proxies = config.frontends().filter(|proxy| !proxy.disabled);
    let binds = proxies.flat_map(|proxy| proxy.listen_addresses().map(|(_, _, address)| address));
    let runtime = config.global.runtime_addresses();
    let all = binds.chain(runtime.map(|(_, _, address)| address));
    let mut found = Vec::new();
    for address in all {
        let ListenAddress::Unix(path) = &address.value else {
            continue;
        };
        let Some(folder) = Path::new(path).parent().filter(|folder| !folder.is_dir()) else {
            continue;
        };
        let severity = if MADE_AT_START.iter().any(|made| path.starts_with(made)) {
            Severity::Warning
        } else {
            Severity::Error
        };
        let message = format!(
            "the folder '{}' of the socket does not exist: it cannot be listened on",
            folder.display()
        );
        let help = "create the folder, or name a socket in one that exists";
        found.push(Diagnostic::new(severity, "host/no-folder", address.span, message).help(help));
    }
    found
}

/// A log server that is not there yet is no reason not to serve: lines wait for it.
fn logs(config: &haproxy::Config) -> Vec<Diagnostic> {
    let sections = config.proxies.iter().flat_map(|p| config.log_targets(p));
    let mut told = std::collections::HashSet::new();
    let all = config.global.logs.iter().chain(sections);
    all.filter(|target| told.insert(target.sink.span))
        .filter_map(|target| {
            let LogSink::Unix(path) = &target.sink.value else {
                return None;
            };
            if Path::new(path).exists() {
                return None;
            }
            let message = format!("nobody listens at '{path}': lines are lost until somebody does");
            let help = "start the log server, or correct the path";
            Some(warning("host/no-log", target.sink.span, message).help(help))
        })
        .collect()
}

/// `external-check`: without its program every server is down.
fn programs(config: &haproxy::Config) -> Vec<Diagnostic> {
    let mut told = std::collections::HashSet::new();
    let checks = config.backends().filter(|proxy| !proxy.disabled);
    checks
        .filter_map(|proxy| {
            let HealthCheck::External(check) = &proxy.check.value else {
                return None;
            };
            let command = check.command.as_ref()?;
            if is_there(&command.value, check.path.as_ref().map(|path| &*path.value)) {
                return None;
            }
            let message = format!(
                "'{}' is no executable file of this host: every server that it checks is down",
                command.value
            );
            let help = "install it, or correct the path";
            let found = warning("host/no-program", command.span, message).help(help);
            told.insert(command.span).then_some(found)
        })
        .collect()
}

/// A name without a slash is looked for where `external-check path` says.
fn is_there(program: &str, path: Option<&str>) -> bool {
    if program.contains('/') {
        return guard::can_run(program);
    }
    let folders = path.unwrap_or_default().split(':');
    folders
        .map(|folder| Path::new(folder).join(program))
        .any(|file| file.to_str().is_some_and(guard::can_run))
}

fn warning(code: &'static str, place: Span, message: String) -> Diagnostic {
    Diagnostic::new(Severity::Warning, code, place, message)
}
