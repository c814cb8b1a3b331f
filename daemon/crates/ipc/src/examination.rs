//! Checks by programs: the proxy says which server, the supervisor knows the program.

use serde::{Deserialize, Serialize};

/// One run of the program that a section names to check its servers. What is run, with which `PATH`
/// and as whom is not the proxy's to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examination {
    /// Differs from those of every other process.
    pub id: u64,
    /// Name of the backend or listen section.
    pub section: String,
    pub arguments: Vec<String>,
    /// Names begin with `HAPROXY_`; others are left out.
    pub variables: Vec<(String, String)>,
    pub limit_ms: u64,
}

/// How it ended. Of one that took too long nothing is said: the proxy's own clock has told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Code(i32),
    Signal,
    /// It cannot be run.
    Unusable,
    /// It was not run: ask again.
    Postponed,
}
