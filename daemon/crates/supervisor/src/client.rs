//! Asking a running daemon through its control socket.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::control::Request;
use crate::run_dir;

/// Why a running daemon could not be asked.
#[derive(Debug)]
pub enum ClientError {
    NotRunning {
        path: PathBuf,
        source: io::Error,
    },
    Broken {
        path: PathBuf,
        source: io::Error,
    },
    /// No reply in time.
    Silent {
        path: PathBuf,
        after: Duration,
    },
    /// The daemon refused the request.
    Refused(String),
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRunning { path, source } => write!(
                f,
                "no running tandemd answers at {}: {source}; is the service started, and is --run-dir the same?",
                path.display()
            ),
            Self::Broken { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Silent { path, after } => write!(
                f,
                "{}: no reply within {} ms",
                path.display(),
                after.as_millis()
            ),
            Self::Refused(message) => write!(f, "the daemon refused: {message}"),
        }
    }
}

impl std::error::Error for ClientError {}

/// Asks the daemon of a run directory and waits for its reply.
pub fn ask(run_dir: &Path, request: &Request, timeout: Duration) -> Result<Value, ClientError> {
    let path = run_dir::control_socket(run_dir);
    let mut stream = UnixStream::connect(&path).map_err(|source| ClientError::NotRunning {
        path: path.clone(),
        source,
    })?;
    let broken = |source: io::Error| match source.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ClientError::Silent {
            path: path.clone(),
            after: timeout,
        },
        _ => ClientError::Broken {
            path: path.clone(),
            source,
        },
    };
    let mut exchange = || {
        stream.set_read_timeout(Some(timeout))?;
        let mut line = serde_json::to_string(request)?;
        line.push('\n');
        stream.write_all(line.as_bytes())?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        Ok(serde_json::from_str::<Value>(&reply)?)
    };
    let reply: Value = exchange().map_err(broken)?;
    match reply.get("error").and_then(Value::as_str) {
        Some(message) => Err(ClientError::Refused(message.to_owned())),
        None => Ok(reply),
    }
}
