//! Debian's haproxy beside ours, for comparison.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Haproxy {
    child: Child,
    file: PathBuf,
}

impl Haproxy {
    /// `None` when the program is not installed.
    pub fn start(config: &str, port: u16) -> Option<Self> {
        let file =
            std::env::temp_dir().join(format!("tandem-diff-{}-{port}.cfg", std::process::id()));
        std::fs::write(&file, config).unwrap();
        let child = Command::new("haproxy")
            .args(["-db", "-f"])
            .arg(&file)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut child) = child else {
            let _ = std::fs::remove_file(&file);
            return None;
        };
        let end = Instant::now() + super::WAIT;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > end || child.try_wait().unwrap().is_some() {
                let _ = child.kill();
                let mut said = String::new();
                let _ = std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said);
                let _ = std::fs::remove_file(&file);
                panic!("haproxy does not listen: {said}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Self { child, file })
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.file);
    }
}

/// What haproxy answers at its socket.
pub fn ask(socket: &std::path::Path, command: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::os::unix::net::UnixStream::connect(socket).unwrap();
    writeln!(stream, "{command}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
