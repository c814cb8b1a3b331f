//! What SIGUSR1, SIGUSR2 and their like write: state and counters where keepalived's users, and
//! the exporters that parse them, look for them.

mod configuration;
mod counters;
mod document;

pub use configuration::configuration;

use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// What is asked for by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SIGUSR1
    Data,
    /// SIGUSR2; and whether the counters begin anew.
    Stats { clear: bool },
    /// SIGRTMIN + 2
    Json,
}

impl Kind {
    pub fn file(self) -> &'static str {
        match self {
            Self::Data => "keepalived.data",
            Self::Stats { .. } => "keepalived.stats",
            Self::Json => "keepalived.json",
        }
    }
}

/// Writes what a kind asks for; where.
pub fn write(
    kind: Kind,
    directory: &Path,
    config: &config::keepalived::Config,
    vrrp: &Value,
    base: &Value,
) -> io::Result<PathBuf> {
    let text = match kind {
        Kind::Data => configuration(config, Some(vrrp)),
        Kind::Stats { .. } => counters::text(vrrp, base),
        Kind::Json => document::json(config, vrrp, base),
    };
    let path = directory.join(kind.file());
    replace(&path, text.as_bytes(), 0o600)?;
    Ok(path)
}

/// Puts a file in the place of whatever has its name. The folder may be writable for everybody:
/// the text goes into a file that is new, and a link under the name is replaced, never followed.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let fresh = path.with_file_name(name);
    // Of an earlier attempt that was cut short; removing does not follow links.
    let _ = std::fs::remove_file(&fresh);
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .custom_flags(no_follow)
        .open(&fresh)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| std::fs::rename(&fresh, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&fresh);
    }
    written
}

/// A member of a status document as text.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "(none)".to_owned(),
        other => other.to_string(),
    }
}

/// The instances of a status document.
fn instances(vrrp: &Value) -> &[Value] {
    vrrp["instances"].as_array().map_or(&[], Vec::as_slice)
}

/// A counter since the last time that they were cleared.
fn counted(instance: &Value, base: &Value, names: &[&str]) -> u64 {
    let of = |instance: &Value| -> u64 {
        let values = names.iter().map(|name| &instance["counters"][*name]);
        values.filter_map(Value::as_u64).sum()
    };
    let same = |other: &&Value| other["name"] == instance["name"];
    let before = instances(base).iter().find(same).map_or(0, of);
    // A process that was started again counts from zero.
    let now = of(instance);
    now.checked_sub(before).unwrap_or(now)
}

#[cfg(test)]
#[path = "dump_test.rs"]
mod tests;
