//! Files that hold a process id, where keepalived's users look for them.

use std::io;
use std::path::{Path, PathBuf};

/// A file that goes away with this value.
#[derive(Debug)]
pub struct PidFile {
    path: PathBuf,
}

impl PidFile {
    /// Writes it in one step: whoever reads it sees a whole number, old or new.
    pub fn write(path: &Path, pid: u32) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        crate::dump::replace(path, format!("{pid}\n").as_bytes(), 0o644)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The process that a file names, if it lives and is the one that the file was written by: its
/// program or its name says so.
pub fn running(path: &Path) -> Option<u32> {
    let pid: u32 = std::fs::read_to_string(path).ok()?.trim().parse().ok()?;
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    let known = name.starts_with("keepalived") || name.starts_with("tandemd");
    (known && pid != std::process::id()).then_some(pid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_lives_as_long_as_the_value_and_strangers_do_not_count() {
        let path = std::env::temp_dir().join(format!("tandem-pid-{}", std::process::id()));
        let file = PidFile::write(&path, 1).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "1\n");
        assert_eq!(running(&path), None, "the first process is no keepalived");
        drop(file);
        assert!(!path.exists());
        assert_eq!(running(&path), None);
    }
}
