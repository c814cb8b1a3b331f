//! Debian's haproxy beside ours, for comparison.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where it is asked; it leaves the file behind.
pub struct Socket(pub PathBuf);

impl Socket {
    pub fn new(what: &str, number: impl std::fmt::Display) -> Self {
        let file = format!("tandem-{what}-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(file))
    }

    /// For `global`.
    pub fn line(&self) -> String {
        format!("stats socket {} level admin", self.0.display())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

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
        let end = Instant::now() + 3 * super::WAIT;
        let ports = bound(config);
        while !listening(&ports) || std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
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

/// The TCP ports of loopback that a configuration binds: haproxy opens one after the other.
fn bound(config: &str) -> Vec<u16> {
    let binds = config.lines().filter_map(|line| {
        let address = line.trim_start().strip_prefix("bind 127.0.0.1:")?;
        let port = address.split_whitespace().next()?;
        port.parse().ok()
    });
    binds.collect()
}

/// Whether each is listened on; asked without a connection, which would be logged. proc(5)
fn listening(ports: &[u16]) -> bool {
    const LISTEN: &str = "0A";
    let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let open: Vec<&str> = sockets
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().skip(1);
            let (local, _, state) = (words.next()?, words.next()?, words.next()?);
            (state == LISTEN).then(|| local.rsplit(':').next())?
        })
        .collect();
    ports
        .iter()
        .all(|port| open.contains(&format!("{port:04X}").as_str()))
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
