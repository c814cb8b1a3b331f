//! Certificates of a configuration: whether the proxy could use them, and how long they last.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use config::haproxy::model::{Bind, BindTls, Proxy};
use config::json::Finding;
use config::{Diagnostic, Options, Severity, Source, Span, Spanned, haproxy};
use tls::{Files, Line, Store};

use crate::configuration::{Half, Loaded};

const DAY: u64 = 86_400;
/// A certificate that lasts shorter than this is warned of, or than a third of its life when that
/// is shorter: those of a few days are renewed every other day.
const SOON: u64 = 30 * DAY;
/// What to do about a file that is not what it should be.
const PUT: &str = "put the right file there, or correct the path";

/// What the proxy would refuse.
pub fn problems(loaded: &Loaded) -> Vec<Finding> {
    looked_at(loaded).0
}

/// Certificates that end soon, or have ended.
pub fn expiring(loaded: &Loaded) -> Vec<Finding> {
    looked_at(loaded).1
}

fn looked_at(loaded: &Loaded) -> (Vec<Finding>, Vec<Finding>) {
    let Some(half) = loaded.haproxy.as_ref().filter(|half| encrypts(half)) else {
        return (Vec::new(), Vec::new());
    };
    let files = half.attachments.iter();
    let look = Look {
        half,
        files: files.map(|f| (f.path.clone(), f.bytes.clone())).collect(),
        now: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |now| now.as_secs()),
    };
    let (mut problems, mut warnings) = (Vec::new(), Vec::new());
    for proxy in half.parsed.config.proxies.iter().filter(|p| !p.disabled) {
        for bind in &proxy.binds {
            if let Some(tls) = bind.tls.as_deref() {
                look.bind(bind, tls, &mut problems, &mut warnings);
            }
        }
        look.servers(proxy, &mut problems);
    }
    // Several lines may show one certificate.
    (each_once(problems), each_once(warnings))
}

fn encrypts(half: &Half<haproxy::Config>) -> bool {
    let mut proxies = half.parsed.config.proxies.iter();
    proxies.any(|proxy| {
        proxy.binds.iter().any(|bind| bind.tls.is_some())
            || proxy.servers.iter().any(|server| server.tls.is_some())
    })
}

struct Look<'l> {
    half: &'l Half<haproxy::Config>,
    files: Files,
    now: u64,
}

impl Look<'_> {
    fn bind(
        &self,
        bind: &Bind,
        tls: &BindTls,
        problems: &mut Vec<Finding>,
        warnings: &mut Vec<Finding>,
    ) {
        let global = &self.half.parsed.config.global;
        for list in &tls.crt_lists {
            let Some(bytes) = self.files.get(&list.value) else {
                continue;
            };
            let source = Source::new(list.value.clone(), String::from_utf8_lossy(bytes));
            let options = Options::default();
            let read = haproxy::listed(&source, global, &tls.settings, &options);
            let found = Finding::all(&read.diagnostics, &read.sources);
            let (errors, others): (Vec<_>, Vec<_>) = found
                .into_iter()
                .partition(|found| found.severity == Severity::Error);
            problems.extend(errors);
            warnings.extend(others);
        }
        let named = tls.settings.files().chain(&tls.ticket_keys);
        let named = named.chain(&tls.certificates);
        problems.extend(self.missing(named, ""));
        let line = match Line::read(tls, global, &self.files) {
            Ok(line) => line,
            Err(wrong) => {
                // What is wrong in a list has been said with its place there.
                let missing = wrong
                    .into_iter()
                    .filter(|(_, why)| *why == tls::Problem::Missing);
                problems.extend(missing.map(|(file, why)| self.problem(bind, tls, &file, &why)));
                return;
            }
        };
        let mut store = Store::default();
        let made = store.acceptor("check", &line, global.tls.extra_files, &self.files);
        match made {
            Err(wrong) => {
                let said = wrong.iter();
                problems.extend(said.map(|(file, why)| self.problem(bind, tls, file, why)));
            }
            Ok(_acceptor) => {
                for certificate in store.list(&self.files) {
                    if let Some(why) = &certificate.unstapled {
                        let path = &certificate.path;
                        let message =
                            format!("'{path}' goes without the OCSP response beside it: {why}");
                        let help = "get a new response from the authority; it is taken up while the proxy runs";
                        let found = (Severity::Warning, "host/certificate", message);
                        warnings.push(self.finding(found, place(bind, tls, path), help));
                    }
                    if let Some((code, message, help)) = self.lives(&certificate) {
                        let span = place(bind, tls, &certificate.path);
                        let found = (Severity::Warning, code, message);
                        warnings.push(self.finding(found, span, help));
                    }
                }
            }
        }
    }

    /// Files of a line that are not there: all of them, where the use of one ends with the first.
    fn missing<'f>(
        &self,
        named: impl Iterator<Item = &'f Spanned<String>>,
        whose: &str,
    ) -> Vec<Finding> {
        // A certificate may be a folder, or several files with the beginning of their names.
        let is_there = |name: &str| {
            let mut names = self.files.keys();
            names.any(|file| file.starts_with(name))
        };
        let missing = named.filter(|file| !is_there(&file.value));
        missing
            .map(|file| {
                let message = format!("{whose}'{}': {}", file.value, tls::Problem::Missing);
                let found = (Severity::Error, "host/no-file", message);
                self.finding(found, file.span, PUT)
            })
            .collect()
    }

    /// In words, with the code and what to do, when clients refuse a certificate or will soon.
    fn lives(&self, certificate: &tls::Described) -> Option<(&'static str, String, &'static str)> {
        let path = &certificate.path;
        let (from, until) = (certificate.facts.not_before, certificate.facts.not_after);
        let renew = "renew it; a new file is taken up while the proxy runs";
        let ends = |what: String| Some(("host/certificate-expires", what, renew));
        if until.unix <= self.now {
            let date = until.date();
            return ends(format!(
                "the certificate in '{path}' has expired on {date}: clients refuse it"
            ));
        }
        if from.unix > self.now {
            let date = from.date();
            let message = format!(
                "the certificate in '{path}' is valid from {date} on: clients refuse it until then"
            );
            let help = "put one there that is valid now, or set the clock of this host";
            return Some(("host/certificate", message, help));
        }
        let left = until.unix - self.now;
        if left >= SOON.min(until.unix.saturating_sub(from.unix) / 3) {
            return None;
        }
        let (days, date) = (left / DAY, until.date());
        ends(format!(
            "the certificate in '{path}' expires in {days} days, on {date}"
        ))
    }

    fn servers(&self, proxy: &Proxy, problems: &mut Vec<Finding>) {
        let mut store = Store::default();
        for server in &proxy.servers {
            let Some(tls) = server.tls.as_deref() else {
                continue;
            };
            let whose = format!("server '{}': ", server.name);
            let files = tls.settings.files().chain(&tls.crt);
            problems.extend(self.missing(files, &whose));
            if let Err((file, why)) = store.connector(tls, &self.files) {
                let message = format!("{whose}'{file}': {why}");
                let files = tls.settings.files().chain(&tls.crt);
                let span = files.into_iter().find(|f| f.value == file);
                let span = span.map_or(server.name.span, |f| f.span);
                let code = code_of(&why);
                problems.push(self.finding((Severity::Error, code, message), span, PUT));
            }
        }
    }

    fn problem(&self, bind: &Bind, tls: &BindTls, file: &str, why: &tls::Problem) -> Finding {
        let found = (Severity::Error, code_of(why), format!("'{file}': {why}"));
        self.finding(found, place(bind, tls, file), PUT)
    }

    fn finding(
        &self,
        (severity, code, message): (Severity, &'static str, String),
        span: Span,
        help: &str,
    ) -> Finding {
        let found = Diagnostic::new(severity, code, span, message).help(help);
        Finding::new(&found, &self.half.parsed.sources)
    }
}

fn code_of(why: &tls::Problem) -> &'static str {
    match why {
        tls::Problem::Missing => "host/no-file",
        _ => "host/certificate",
    }
}

/// In the order of the text.
fn each_once(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    let mut told = HashSet::new();
    findings.retain(|it| told.insert((it.file.clone(), it.line, it.column, it.message.clone())));
    findings
}

/// Which word of the line the file came in by.
fn place(bind: &Bind, tls: &BindTls, file: &str) -> Span {
    let own = tls.settings.files().chain(&tls.ticket_keys);
    let named = own.chain(&tls.certificates);
    let mut matching = named.filter(|word| file.starts_with(&word.value));
    let list = || tls.crt_lists.first().map(|list| list.span);
    let address = || bind.addresses.first().map(|address| address.span);
    let found = matching.next().map(|word| word.span);
    found.or_else(list).or_else(address).unwrap_or_default()
}

#[cfg(test)]
#[path = "certificates_test.rs"]
mod tests;
