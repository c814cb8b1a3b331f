//! Why a round or a run did not come to its end.

use std::fmt;
use std::io;
use std::time::Duration;

#[derive(Debug)]
pub enum BenchError {
    Usage(String),
    Io {
        what: String,
        source: io::Error,
    },
    Timeout {
        what: String,
        after: Duration,
    },
    Ended {
        what: String,
        log: String,
    },
    Json {
        file: String,
        source: serde_json::Error,
    },
    Panicked(String),
}

impl fmt::Display for BenchError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Panicked(text) => out.write_str(text),
            Self::Io { what, source } => write!(out, "{what}: {source}"),
            Self::Timeout { what, after } => write!(out, "not within {after:?}: {what}"),
            Self::Ended { what, log } => write!(out, "{what} ended by itself: {log}"),
            Self::Json { file, source } => {
                write!(out, "{file}: not a result of this benchmark: {source}")
            }
        }
    }
}

impl std::error::Error for BenchError {}

/// Says what was being done when the system refused.
pub trait While<T> {
    fn during(self, what: impl Into<String>) -> Result<T, BenchError>;
}

impl<T, E: Into<io::Error>> While<T> for Result<T, E> {
    fn during(self, what: impl Into<String>) -> Result<T, BenchError> {
        self.map_err(|source| BenchError::Io {
            what: what.into(),
            source: source.into(),
        })
    }
}
