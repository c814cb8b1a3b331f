//! What `tandemd run` was asked to do.

use std::path::PathBuf;

/// Where sockets, lock and state live unless said otherwise.
pub const DEFAULT_RUN_DIR: &str = "/run/tandem";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOptions {
    /// haproxy.cfg files, read as one configuration; none: no proxy runs.
    pub haproxy: Vec<PathBuf>,
    /// keepalived.conf; none: no VRRP runs.
    pub keepalived: Option<PathBuf>,
    pub run_dir: PathBuf,
    /// Unknown directives are warnings.
    pub tolerant: bool,
    /// Log to standard error instead of the log daemon.
    pub foreground: bool,
    pub version: String,
    pub commit: String,
}
