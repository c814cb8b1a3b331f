//! How a worker process is started.
//!
//! `vrrpd` and `proxy` each export `pub fn run(channel: Channel, options: &WorkerOptions) -> i32`
//! (the exit status). The binary has then already set the process name, the parent-death signal
//! (SIGTERM), limits, user, root directory and capabilities; SIGTERM and the end of the channel
//! both mean "release everything and exit".

/// What a worker needs to read the configuration texts just as the supervisor did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkerOptions {
    /// Unknown directives are warnings.
    pub tolerant: bool,
    /// keepalived's `@ID` selector: the short host name.
    pub config_id: String,
}
