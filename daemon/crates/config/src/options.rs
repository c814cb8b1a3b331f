//! What a parse may know beside the text.

use std::collections::BTreeMap;

/// Reads files that a configuration names (`include` of keepalived.conf, pattern files). Injected,
/// so that parsing itself is pure; a worker in a chroot gets the texts it needs beforehand.
pub trait FileLoader {
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
    pub files: &'a dyn FileLoader,
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
            files: &NoFiles,
        }
    }
}
