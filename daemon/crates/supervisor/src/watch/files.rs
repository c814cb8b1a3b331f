//! A file with a number in it.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

use ipc::watch::{FileSeen, FileSpec};
use rustix::fs::OFlags;

/// No number is longer, blanks around it included.
const LONGEST: u64 = 64;

#[derive(Debug)]
pub struct File {
    pub spec: FileSpec,
    told: Option<FileSeen>,
}

impl File {
    pub fn new(spec: FileSpec) -> Self {
        Self { spec, told: None }
    }

    /// `init_file`: once, when the file is first asked for.
    pub fn initialise(&self) -> io::Result<()> {
        let Some(value) = self.spec.init else {
            return Ok(());
        };
        if !self.spec.overwrite && fs::exists(&self.spec.path)? {
            return Ok(());
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            // Nobody who may write to the folder is to choose what root overwrites.
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
            .open(&self.spec.path)?;
        file.write_all(format!("{value}\n").as_bytes())
    }

    /// What is seen now, if that is something else than before.
    pub fn look(&mut self) -> Option<FileSeen> {
        let seen = read(&self.spec.path);
        (self.told.replace(seen) != Some(seen)).then_some(seen)
    }
}

fn read(path: &str) -> FileSeen {
    let text = || -> io::Result<String> {
        let mut text = String::new();
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags)
            .open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        file.take(LONGEST).read_to_string(&mut text)?;
        Ok(text)
    };
    match text() {
        Ok(text) if text.trim().is_empty() => FileSeen::Value(0),
        Ok(text) => text
            .trim()
            .parse()
            .map_or(FileSeen::Unreadable, FileSeen::Value),
        // No file says nothing against the instance.
        Err(error) if error.kind() == io::ErrorKind::NotFound => FileSeen::Value(0),
        Err(_) => FileSeen::Unreadable,
    }
}
