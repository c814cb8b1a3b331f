//! `notify_fifo`: one line for each event, in the order of events.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::FileTypeExt as _;

use rustix::fs::{CWD, FileType, Mode, OFlags};

/// A named pipe that somebody may read. Made when it is not there, and then also removed again.
#[derive(Debug)]
pub struct Fifo {
    path: String,
    file: File,
    created: bool,
    /// Lines that nobody took in time.
    pub lost: u64,
}

impl Fifo {
    pub fn open(path: &str) -> io::Result<Self> {
        let created =
            match rustix::fs::mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0) {
                Ok(()) => true,
                Err(rustix::io::Errno::EXIST) => false,
                Err(error) => return Err(error.into()),
            };
        // Reading too keeps the pipe open without a reader, and no write waits for one.
        let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
        if !file.metadata()?.file_type().is_fifo() {
            return Err(io::Error::other("is there already and is no FIFO"));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            created,
            lost: 0,
        })
    }

    pub fn path(&self) -> &str {
        &self.path
    }

    /// Writes a line whole or not at all; false when the pipe is full.
    pub fn write(&mut self, line: &str) -> bool {
        let written = self.file.write_all(line.as_bytes()).is_ok();
        self.lost += u64::from(!written);
        written
    }
}

impl Drop for Fifo {
    fn drop(&mut self) {
        if self.created {
            // Whoever removed it before has done this already.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn without_a_reader_lines_wait_until_the_pipe_is_full_and_never_in_parts() {
        let path = std::env::temp_dir().join(format!("tandem-full-{}", std::process::id()));
        let path = path.to_str().unwrap();
        let mut fifo = Fifo::open(path).unwrap();
        let line = "INSTANCE \"VI_1\" MASTER 100\n";
        let mut written = 0;
        while fifo.write(line) {
            written += 1;
        }
        assert!(!fifo.write(line));
        assert_eq!(fifo.lost, 2);
        assert!(written > 1000, "{written}");
        let mut text = vec![0; written * line.len()];
        File::open(path).unwrap().read_exact(&mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), line.repeat(written));
        assert!(fifo.write(line), "there is room again");
        drop(fifo);
        assert!(!fs::exists(path).unwrap());
    }
}
