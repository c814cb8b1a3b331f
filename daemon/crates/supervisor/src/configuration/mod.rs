//! Reading configuration: texts from files, both parsers, all findings at once.

mod attach;
mod certificates;
mod disk;
mod environment;
mod settled;
mod shown;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::json::Finding;
use config::{FileId, FileLoader, Options, Parsed, Severity, Source, haproxy, keepalived};
use ipc::{Attachment, SourceFile};
use sha2::{Digest as _, Sha256};

use crate::options::StandIn;
use attach::{attached, included, names};
pub use disk::DiskFiles;
use disk::{read_all, sources};
pub use environment::{environment, short_host_name};
pub use settled::{Texts, again};
pub use shown::Showing;

/// What is read, and how strictly.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    pub haproxy: &'a [PathBuf],
    pub keepalived: Option<&'a Path>,
    pub tolerant: bool,
    /// What haproxy.cfg says by `.diag` is shown.
    pub diagnostic: bool,
    pub stand_in: Option<&'a StandIn>,
}

impl<'a> Inputs<'a> {
    pub fn config_id(&self) -> String {
        let said = self.stand_in.and_then(|it| it.config_id.clone());
        said.unwrap_or_else(short_host_name)
    }

    pub fn options(
        &self,
        env: &'a BTreeMap<String, String>,
        config_id: &'a str,
        files: &'a dyn FileLoader,
    ) -> Options<'a> {
        Options {
            tolerant: self.tolerant,
            env,
            config_id,
            diagnostic: self.diagnostic,
            errors_alone: false,
            every_file: self.stand_in.is_some_and(|it| it.every_file),
            files,
        }
    }
}

/// One of the two configurations, with the texts it came from.
#[derive(Debug, Clone)]
pub struct Half<C> {
    pub files: Vec<SourceFile>,
    pub parsed: Parsed<C>,
    /// Files that the texts name and the worker cannot open.
    pub attachments: Vec<Attachment>,
    /// SHA-256 of the text; of all texts one after the other where there are several.
    pub sha256: String,
}

impl<C> Half<C> {
    /// All that a worker gets to read.
    pub fn texts(&self) -> (&[SourceFile], &[Attachment]) {
        (&self.files, &self.attachments)
    }
}

/// A configuration that was read and parsed; valid only if [`Loaded::is_valid`].
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    pub haproxy: Option<Half<haproxy::Config>>,
    pub keepalived: Option<Half<keepalived::Config>>,
    /// Files that could not be read, as findings.
    unreadable: Vec<Finding>,
    /// Lines about the warnings, once the findings themselves are gone.
    warned: String,
    /// Some instance or group wants mails.
    pub mails: bool,
    /// Files of certificates, which are renewed while the proxy runs.
    pub certificates: Vec<String>,
    /// The proxy needs the right to foreign addresses or marks.
    pub raw: bool,
    /// `external-check`, by the section whose servers it checks.
    pub programs: BTreeMap<String, haproxy::model::ExternalCheck>,
}

impl Loaded {
    pub fn is_valid(&self) -> bool {
        self.unreadable.is_empty()
            && self
                .haproxy
                .as_ref()
                .is_none_or(|half| half.parsed.is_valid())
            && self
                .keepalived
                .as_ref()
                .is_none_or(|half| half.parsed.is_valid())
    }

    /// Whether scripts that others may change are kept from running as root.
    pub fn guards_scripts(&self) -> bool {
        self.keepalived
            .as_ref()
            .is_some_and(|half| half.parsed.config.global.enable_script_security)
    }

    /// Everything that was found, for programs.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.unreadable.clone();
        if let Some(half) = &self.haproxy {
            findings.extend(Finding::all(&half.parsed.diagnostics, &half.parsed.sources));
        }
        if let Some(half) = &self.keepalived {
            findings.extend(Finding::all(&half.parsed.diagnostics, &half.parsed.sources));
        }
        findings
    }

    /// A line for each warning, as it was logged when the files were taken up.
    pub fn warnings(&self) -> String {
        let findings = self.findings();
        let warnings = findings
            .iter()
            .filter(|it| it.severity == Severity::Warning);
        let lines = warnings.flat_map(|it| [it.to_string(), "\n".to_owned()]);
        self.warned.clone() + &lines.collect::<String>()
    }

    /// Everything that was found, with source lines and carets, for people.
    pub fn rendered(&self) -> String {
        let mut out = String::new();
        for finding in &self.unreadable {
            let _ = writeln!(out, "error: {}: {}", finding.file, finding.message);
        }
        if let Some(half) = &self.haproxy {
            out.push_str(&config::render::render_all(
                &half.parsed.diagnostics,
                &half.parsed.sources,
            ));
        }
        if let Some(half) = &self.keepalived {
            out.push_str(&config::render::render_all(
                &half.parsed.diagnostics,
                &half.parsed.sources,
            ));
        }
        out
    }
}

/// Reads and parses. Never fails as a whole: what is wrong is among the findings.
pub fn load(inputs: Inputs<'_>) -> Loaded {
    let env = environment();
    let stand_in = inputs.stand_in;
    let config_id = inputs.config_id();
    let options = inputs.options(&env, &config_id, &DiskFiles);
    let mut loaded = Loaded::default();
    if !inputs.haproxy.is_empty() {
        let files = read_all(inputs.haproxy, &mut loaded.unreadable);
        let (parsed, attachments) = aside(&files, |files| {
            let parsed = haproxy::parse(files, &options);
            let mut attachments = attached(&parsed.config);
            let certificates = certificates::attached(&parsed.config);
            loaded.certificates = certificates::renewable(&parsed.config, &certificates);
            attachments.extend(certificates);
            loaded.raw = parsed.config.needs_raw();
            loaded.programs = settled::programs(&parsed.config);
            (parsed, attachments)
        });
        loaded.haproxy = Some(half(files, parsed, attachments));
    }
    if let Some(path) = inputs.keepalived {
        let files = read_all(&[path.to_owned()], &mut loaded.unreadable);
        let mut parsed = aside(&files, |files| keepalived::parse(files, &options));
        if stand_in.is_some_and(|stand_in| !stand_in.vrrp_only) {
            refuse_virtual_servers(&mut parsed);
        }
        let mut attachments = included(files.len(), &parsed.sources);
        attachments.extend(names(&parsed.config));
        loaded.mails = settled::mails(&parsed.config);
        loaded.keepalived = Some(half(files, parsed, attachments));
    }
    loaded
}

/// Reading takes a while, and traffic goes before.
fn aside<T: Send>(files: &[SourceFile], parse: impl FnOnce(&[Source]) -> T + Send) -> T {
    // For the proxy process, too, which is started after this.
    sys::spare::keep_way_back();
    sys::spare::run(patience(files), || parse(&sources(files)))
}

fn patience(files: &[SourceFile]) -> Duration {
    config::patience(files.iter().map(|file| file.text.len()).sum())
}

/// Who starts keepalived for both halves does not get one of them alone: traffic to the virtual
/// servers would end, and nobody would say so. With `--vrrp` it is what was asked for.
fn refuse_virtual_servers(parsed: &mut Parsed<keepalived::Config>) {
    let blocks = parsed.config.lvs.iter().map(|block| block.title.span);
    let starts: BTreeSet<(FileId, u32)> = blocks.map(|span| (span.file, span.start)).collect();
    for finding in &mut parsed.diagnostics {
        let place = (finding.span.file, finding.span.start);
        if finding.code == "keepalived/not-yet" && starts.contains(&place) {
            finding.severity = Severity::Error;
            let help = "start it with --vrrp if another program does the virtual servers";
            finding.suggestion = Some(help.to_owned());
        }
    }
}

/// A finding about a whole file or the machine, without a place in a text.
pub fn finding_without_place(code: &str, file: &str, message: String) -> Finding {
    Finding {
        severity: config::Severity::Error,
        code: code.to_owned(),
        message,
        file: file.to_owned(),
        line: 1,
        column: 1,
        length: 0,
        suggestion: None,
        source: String::new(),
    }
}

fn half<C>(files: Vec<SourceFile>, parsed: Parsed<C>, attachments: Vec<Attachment>) -> Half<C> {
    let mut digest = Sha256::new();
    for file in &files {
        digest.update(file.text.as_bytes());
    }
    let sha256 = digest
        .finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
    Half {
        files,
        parsed,
        attachments,
        sha256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_a_finding_beside_the_others() {
        let missing = [PathBuf::from("/nonexistent/haproxy.cfg")];
        let loaded = load(Inputs {
            haproxy: &missing,
            keepalived: Some(Path::new("/nonexistent/keepalived.conf")),
            tolerant: false,
            diagnostic: false,
            stand_in: None,
        });
        assert!(!loaded.is_valid());
        let files: Vec<String> = loaded.findings().into_iter().map(|f| f.file).collect();
        assert!(files.contains(&"/nonexistent/haproxy.cfg".to_owned()));
        assert!(files.contains(&"/nonexistent/keepalived.conf".to_owned()));
    }

    #[test]
    fn the_digest_is_that_of_the_text() {
        let path = std::env::temp_dir().join(format!("tandem-digest-{}", std::process::id()));
        std::fs::write(&path, "abc").unwrap();
        let files = read_all(std::slice::from_ref(&path), &mut Vec::new());
        let half = half(files, haproxy::parse(&[], &Options::default()), Vec::new());
        assert_eq!(
            half.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        std::fs::remove_file(&path).unwrap();
    }
}
