//! Another program in the place of the one that runs.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::daemon::BINARY;
use super::{Daemon, Pair};

/// A program of the same kind under another name.
pub fn program(pair: &Pair, name: &str) -> PathBuf {
    let path = pair.directory.join(name);
    std::fs::copy(BINARY, &path).unwrap();
    path
}

pub fn upgrade(daemon: &Daemon, to: &Path) -> Output {
    let mut command = Command::new(to);
    command.arg("upgrade").arg("--run-dir").arg(&daemon.run_dir);
    command.output().unwrap()
}
