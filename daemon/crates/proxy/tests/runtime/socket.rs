//! A client of a runtime socket.

use crate::support::WAIT;
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A path for a socket that no other test has; its file goes when this does.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let file = format!("tandem-rt-{}-{number}-{name}", std::process::id());
        Self(std::env::temp_dir().join(file))
    }

    pub fn line(&self, words: &str) -> String {
        format!("stats socket {} {words}", self.0.display())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub fn connect(path: &Path) -> UnixStream {
    let stream = UnixStream::connect(path).unwrap();
    stream.set_read_timeout(Some(WAIT)).unwrap();
    stream.set_write_timeout(Some(WAIT)).unwrap();
    stream
}

/// All that is answered to these bytes, which are the last ones.
pub fn talk(path: &Path, bytes: &[u8]) -> String {
    let mut stream = connect(path);
    // Who is answered before the end may be left before it.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        // Closed with some of the bytes still unread.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        read => drop(read.unwrap()),
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// The answer to one line.
pub fn ask(path: &Path, line: &str) -> String {
    talk(path, format!("{line}\n").as_bytes())
}
