//! What `tandemd run`, or `tandemd keepalived` in the place of keepalived, was asked to do.

use std::path::PathBuf;

use trafficlog::Facility;

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
    pub log: LogOptions,
    /// Set when this runs in the place of keepalived.
    pub stand_in: Option<StandIn>,
    pub version: String,
    pub commit: String,
}

/// Where the daemon's own log goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogOptions {
    pub console: Console,
    /// To the log daemon, where there is one.
    pub syslog: bool,
    pub facility: Facility,
    /// Appended to this file as well.
    pub file: Option<PathBuf>,
    /// Name in front of each line of the log daemon's.
    pub tag: String,
    /// What only helps to find a fault is left out otherwise.
    pub detail: bool,
}

/// Whether lines go to standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Console {
    Always,
    /// Only if there is nothing else.
    Never,
    /// If it is a terminal, and then there alone.
    Terminal,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self {
            console: Console::Terminal,
            syslog: true,
            facility: Facility::DAEMON,
            file: None,
            tag: "tandemd".to_owned(),
            detail: true,
        }
    }
}

impl LogOptions {
    /// To standard error alone.
    pub fn foreground() -> Self {
        Self {
            console: Console::Always,
            syslog: false,
            ..Self::default()
        }
    }
}

/// What keepalived's users rely on beside the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// `@ID` lines that count; the short host name if `None`.
    pub config_id: Option<String>,
    /// An include that finds nothing is an error.
    pub every_file: bool,
    /// Virtual servers are left to somebody else; otherwise a file that has some is refused.
    pub vrrp_only: bool,
    pub pid_file: PathBuf,
    pub vrrp_pid_file: PathBuf,
    /// Whether a VRRP process that ends is started again.
    pub respawn: bool,
    /// Where SIGUSR1 and SIGUSR2 write.
    pub dump_directory: PathBuf,
    /// The configuration is written into the log at start.
    pub dump_at_start: bool,
    /// Over `net_namespace` of the file.
    pub namespace: Option<String>,
}
