//! Files and processes that the supervisor watches on behalf of the VRRP process, which reads no
//! files (keepalived.conf(5), `track_file` and `vrrp_track_process`).

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSpec {
    pub name: String,
    pub path: String,
    /// Written when the file is not there.
    pub init: Option<i32>,
    /// Written even if it is.
    pub overwrite: bool,
}

/// How arguments are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameters {
    /// Not at all.
    Any,
    /// All of them, and no more.
    Exact,
    /// The given ones first, then whatever follows.
    Partial,
    /// All of them; the last one may go on.
    Initial,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessSpec {
    pub name: String,
    /// Name or path of the program, then arguments.
    pub argv: Vec<String>,
    /// The program is compared with the command line's, not with the process's name.
    pub full_command: bool,
    pub parameters: Parameters,
    pub quorum: u32,
    pub quorum_max: Option<u32>,
    pub fork_delay_us: u64,
    pub terminate_delay_us: u64,
}

/// What is seen of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileSeen {
    /// The number in it; 0 for an empty or absent one.
    Value(i32),
    /// Something else than a number, or it cannot be read.
    Unreadable,
}

/// What to watch, in place of everything before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WatchList {
    pub files: Vec<FileSpec>,
    pub processes: Vec<ProcessSpec>,
}

/// What is seen now, as far as it has changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    pub files: Vec<(String, FileSeen)>,
    /// Whether there are as many processes as there should be.
    pub processes: Vec<(String, bool)>,
}
