//! One configuration through Debian's haproxy and through ours, with a log target for each.

use super::haproxy::Haproxy;
use super::{Proxy, free_port};
use std::net::UdpSocket;
use std::time::Duration;

/// Before backends that are chosen by the first part of the path.
pub const BY_PATH: &str = "global
    nbthread 1
defaults
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 1s
frontend web
    bind 127.0.0.1:PORT
    use_backend %[path,field(2,/)]
";

/// A proxy that listens on `port` and logs to us.
pub struct Side {
    pub port: u16,
    /// For a second frontend: `OTHER`.
    pub other: u16,
    log: UdpSocket,
}

impl Side {
    fn new() -> Self {
        let log = UdpSocket::bind("127.0.0.1:0").unwrap();
        log.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        Self {
            port: free_port(),
            other: free_port(),
            log,
        }
    }

    fn config(&self, text: &str) -> String {
        let log = self.log.local_addr().unwrap().port().to_string();
        text.replace("PORT", &self.port.to_string())
            .replace("OTHER", &self.other.to_string())
            .replace("LOG", &log)
    }

    /// The next line of the log, whatever it tells of.
    pub fn line(&self) -> String {
        let mut buffer = [0; 9000];
        let n = self.log.recv(&mut buffer).expect("a line");
        let line = String::from_utf8_lossy(&buffer[..n]);
        line.trim_end().replace(&self.port.to_string(), "PORT")
    }

    /// The next lines of the log, without the connection that only looked whether it listens.
    pub fn lines(&self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut buffer = [0; 9000];
        while lines.len() < count {
            let Ok(n) = self.log.recv(&mut buffer) else {
                lines.push("(no line)".to_owned());
                continue;
            };
            let line = String::from_utf8_lossy(&buffer[..n]).trim_end().to_owned();
            if !line.contains("<BADREQ>") && !line.contains("probe") {
                lines.push(line.replace(&self.port.to_string(), "PORT"));
            }
        }
        lines
    }

    /// The next line without its beginning, which has the time and the process.
    pub fn logged(&self) -> String {
        let line = self.lines(1).concat();
        line.split_once("]: ")
            .map_or(line.clone(), |(_, text)| text.to_owned())
    }
}

/// Both, haproxy first; `PORT` and `LOG` in the text are replaced.
pub struct Beside {
    pub theirs: Side,
    pub ours: Side,
    _haproxy: Haproxy,
    _proxy: Proxy,
}

impl Beside {
    /// `None` when haproxy is not installed, which is said.
    pub fn start(text: &str) -> Option<Self> {
        Self::start_with(&[], text)
    }

    /// The same with files, which haproxy reads by itself.
    pub fn start_with(files: &[(&str, &str)], text: &str) -> Option<Self> {
        let (theirs, ours) = (Side::new(), Side::new());
        let Some(haproxy) = Haproxy::start(&theirs.config(text), theirs.port) else {
            eprintln!("skipped: the haproxy binary is not installed");
            return None;
        };
        let proxy = Proxy::start_with(files, &ours.config(text));
        Some(Self {
            theirs,
            ours,
            _haproxy: haproxy,
            _proxy: proxy,
        })
    }

    /// What `ask` gets from both must be the same.
    pub fn agree<T: PartialEq + std::fmt::Debug>(&self, what: &str, ask: impl Fn(u16) -> T) -> T {
        let (one, two) = (ask(self.theirs.port), ask(self.ours.port));
        assert_eq!(one, two, "{what}: haproxy's on the left");
        two
    }
}

/// Looks whether anything comes, without taking it.
pub struct Peek<'a>(pub &'a std::net::TcpStream);

impl std::io::Read for Peek<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.peek(buffer)
    }
}
