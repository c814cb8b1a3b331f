//! The committed figures, and what they depend on beside the sources.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::process::Command;

#[derive(Debug, Serialize, Deserialize)]
pub struct Figures {
    pub compiled: Compiled,
    /// By case, for one request.
    pub requests: BTreeMap<String, Counts>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Counts {
    pub syscalls: f64,
    pub instructions: f64,
}

/// Another compiler makes other instructions of the same sources, and the C library takes other
/// routines on another processor.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compiled {
    pub compiler: String,
    pub vectors: String,
}

impl Compiled {
    pub fn here() -> Self {
        let version = Command::new("rustc").arg("--version").output();
        let version = version.map(|out| out.stdout).unwrap_or_default();
        let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let has = |flag| processor.split_ascii_whitespace().any(|word| word == flag);
        let vectors = if has("avx2") { "AVX2" } else { "no AVX2" };
        Self {
            compiler: String::from_utf8_lossy(&version).trim().to_owned(),
            vectors: vectors.to_owned(),
        }
    }
}

impl fmt::Display for Compiled {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} with {}", self.compiler, self.vectors)
    }
}

impl Figures {
    pub fn read() -> Self {
        let file = crate::file();
        let text = std::fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    pub fn of(&self, id: &str) -> Counts {
        *self
            .requests
            .get(id)
            .unwrap_or_else(|| panic!("no figures of the case {id}"))
    }

    pub fn write(&self) {
        let mut text = serde_json::to_string_pretty(self).unwrap();
        text.push('\n');
        std::fs::write(crate::file(), text).unwrap();
    }
}

pub fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
