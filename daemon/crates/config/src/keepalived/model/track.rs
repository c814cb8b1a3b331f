//! What an instance watches and how it moves the priority.

use super::ScriptName;
use crate::source::Spanned;
use std::time::Duration;

/// −253…253. 0 = FAULT when the tracked thing fails; positive = added while it is well; negative =
/// added while it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Weight {
    pub value: i16,
    /// `reverse`: well and not well change places.
    pub reverse: bool,
}

/// A line of `track_script`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackScript {
    pub name: Spanned<ScriptName>,
    /// Effective weight: the line's own, else the script's.
    pub weight: Spanned<Weight>,
}

/// A line of `track_interface`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackInterface {
    pub interface: Spanned<String>,
    pub weight: Spanned<Weight>,
}

/// `#tandem: track_proxy [weight N]`: the proxy of the same daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TrackProxy {
    pub weight: Weight,
}

/// Top-level `track_file` (older: `vrrp_track_file`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackFile {
    pub name: Spanned<String>,
    pub file: Spanned<String>,
    pub weight: Spanned<Weight>,
    /// `init_file [VALUE] [overwrite]`
    pub init: Option<i32>,
    pub overwrite: bool,
}

/// A line of an instance's `track_file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedFile {
    pub name: Spanned<String>,
    pub weight: Spanned<Weight>,
}

/// Top-level `vrrp_track_process`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackProcess {
    pub name: Spanned<String>,
    /// Program name or path, and arguments to compare.
    pub process: Spanned<Vec<String>>,
    pub weight: Spanned<Weight>,
    /// Least number of processes; 1.
    pub quorum: u32,
    pub quorum_max: Option<u32>,
    pub fork_delay: Duration,
    pub terminate_delay: Duration,
    pub full_command: bool,
    /// `param_match`, as written.
    pub param_match: Option<Spanned<String>>,
}

/// A line of an instance's `track_process`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackedProcess {
    pub name: Spanned<String>,
    pub weight: Spanned<Weight>,
}
