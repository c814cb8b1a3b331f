//! What a parse may know beside the text.

use crate::diagnostic::{Diagnostic, Severity};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long texts of so many bytes may be read on time that others leave, and as long again for what
/// follows from them: some twice of what either takes on a processor of its own, as long as nobody
/// takes whoever waits for it for hung.
pub fn patience(bytes: usize) -> Duration {
    let alone = Duration::from_nanos(250).saturating_mul(u32::try_from(bytes).unwrap_or(u32::MAX));
    alone.min(Duration::from_millis(200))
}

/// Reads files that a configuration names (`include` of keepalived.conf, pattern files). Injected,
/// so that parsing itself is pure; a worker in a chroot gets the texts it needs beforehand.
pub trait FileLoader: Sync {
    /// The files that match a shell pattern, as (path, text), in name order. `relative_to` is the
    /// path of the including file. Empty when nothing matches.
    fn load(&self, pattern: &str, relative_to: &str) -> Vec<(String, String)>;
}

/// A loader for texts without includes.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

impl FileLoader for NoFiles {
    fn load(&self, _pattern: &str, _relative_to: &str) -> Vec<(String, String)> {
        Vec::new()
    }
}

/// How strictly to read, and the variables that `${NAME}` may name.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Unknown and not yet supported directives are warnings instead of errors.
    pub tolerant: bool,
    /// The environment for `${NAME}`; never read from the process by this crate.
    pub env: &'a BTreeMap<String, String>,
    /// keepalived's `@ID` selector: `-i ID`, by default the short host name.
    pub config_id: &'a str,
    /// keepalived's `--all-config`: a plain `include` that finds nothing is an error too.
    pub every_file: bool,
    /// haproxy's `-dD`: what a text says by `.diag` is shown.
    pub diagnostic: bool,
    /// Findings that are no errors are left out: they were told when the text was read first.
    pub errors_alone: bool,
    pub files: &'a dyn FileLoader,
}

impl Options<'_> {
    /// Leaves out what nobody wants to hear.
    pub(crate) fn sift(&self, findings: &mut Vec<Diagnostic>) {
        if self.errors_alone {
            findings.retain(|finding| finding.severity == Severity::Error);
        }
    }
}

static EMPTY_ENV: BTreeMap<String, String> = BTreeMap::new();

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            tolerant: false,
            env: &EMPTY_ENV,
            config_id: "",
            every_file: false,
            diagnostic: false,
            errors_alone: false,
            files: &NoFiles,
        }
    }
}
