//! The run directory: its lock, the process id, the control socket's place.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

/// A run directory that is ours as long as this value lives.
#[derive(Debug)]
pub struct RunDir {
    path: PathBuf,
    lock: File,
}

#[derive(Debug)]
pub enum RunDirError {
    /// Another supervisor holds the lock.
    Taken {
        path: PathBuf,
        pid: String,
    },
    Io {
        path: PathBuf,
        source: io::Error,
    },
}

impl fmt::Display for RunDirError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken { path, pid } => write!(
                f,
                "another tandemd (process {pid}) already runs on {}: two would fight over the same addresses; stop it first or give --run-dir another directory",
                path.display()
            ),
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
        }
    }
}

impl std::error::Error for RunDirError {}

impl RunDir {
    /// Makes the directory if needed and locks it. The lock is the kernel's and ends with the
    /// process, however it ends.
    pub fn lock(path: &Path) -> Result<Self, RunDirError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| RunDirError::Io { path, source }
        };
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(path)
            .map_err(at(path))?;
        let file = path.join("tandemd.pid");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o644)
            .open(&file)
            .map_err(at(&file))?;
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut pid = String::new();
                let _ = lock.read_to_string(&mut pid);
                return Err(RunDirError::Taken {
                    path: path.to_owned(),
                    pid: pid.trim().to_owned(),
                });
            }
            Err(error) => return Err(at(&file)(error.into())),
        }
        lock.set_len(0)
            .and_then(|()| writeln!(lock, "{}", std::process::id()))
            .map_err(at(&file))?;
        Ok(Self {
            path: path.to_owned(),
            lock,
        })
    }

    /// The directory of the program before this one, in the same process: its lock is ours.
    pub fn resumed(path: &Path, lock: OwnedFd) -> Self {
        Self {
            path: path.to_owned(),
            lock: lock.into(),
        }
    }

    pub fn lock_file(&self) -> BorrowedFd<'_> {
        self.lock.as_fd()
    }

    pub fn control_socket(&self) -> PathBuf {
        control_socket(&self.path)
    }

    /// The directory too, if nothing else is in it.
    pub fn remove(&self) {
        let _ = std::fs::remove_dir(&self.path);
    }

    /// Takes away what the daemon put here.
    pub fn clean(&self) {
        let _ = std::fs::remove_file(self.control_socket());
        let _ = self.lock.set_len(0);
        let _ = std::fs::remove_file(self.path.join("tandemd.pid"));
    }
}

/// Where the control socket of a run directory is.
pub fn control_socket(run_dir: &Path) -> PathBuf {
    run_dir.join("control.sock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_supervisor_is_refused_and_told_who_is_first() {
        let path = std::env::temp_dir().join(format!("tandem-run-{}", std::process::id()));
        let first = RunDir::lock(&path).unwrap();
        let error = RunDir::lock(&path).unwrap_err().to_string();
        let pid = std::process::id();
        assert!(
            error.starts_with(&format!("another tandemd (process {pid}) already runs")),
            "{error}"
        );
        first.clean();
        drop(first);
        let again = RunDir::lock(&path).unwrap();
        again.clean();
        std::fs::remove_dir(&path).unwrap();
    }
}
