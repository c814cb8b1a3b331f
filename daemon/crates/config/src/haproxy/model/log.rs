//! `log` lines, facilities, levels, formats.

use super::Format;
use crate::source::Spanned;
use std::net::SocketAddr;
use std::time::Duration;

/// A `log` line of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum LogLine {
    /// `log global`
    Global,
    Target(LogTarget),
}

/// `log ADDRESS [len N] [format F] [sample R:S] [limit N] FACILITY [MAXLEVEL [MINLEVEL]]`
#[derive(Debug, Clone, PartialEq)]
pub struct LogTarget {
    pub sink: Spanned<LogSink>,
    /// Longest line; 1024 by default.
    pub len: Option<Spanned<u32>>,
    /// `rfc3164` (default), `rfc5424`, `local`, `short`, `raw`, …
    pub format: Option<Spanned<String>>,
    pub sample: Option<LogSample>,
    /// Most lines in a second; the others are counted and left out.
    pub limit: Option<Spanned<u32>>,
    pub facility: Facility,
    /// Least urgent level still sent; `debug` by default.
    pub max_level: Level,
    /// Messages more urgent than this are sent as this.
    pub min_level: Level,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LogSink {
    Udp(SocketAddr),
    /// Host name and port, resolved at run time.
    UdpName(String, u16),
    /// A datagram socket, e.g. `/dev/log`.
    Unix(String),
    Stdout,
    Stderr,
    Fd(i32),
    /// A `ring` section.
    Ring(String),
    /// A ring of its own, forwarded over TCP or to a stream socket of this machine.
    Stream(StreamAddress),
}

/// `sample 1,3-4:5`: of every five lines the first, the third and the fourth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSample {
    /// First and last number, from 1.
    pub ranges: Vec<(u32, u32)>,
    pub size: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StreamAddress {
    Tcp(SocketAddr),
    /// A stream socket of this machine.
    Unix(String),
}

/// A `ring` section: lines in memory, forwarded to its servers.
#[derive(Debug, Clone, PartialEq)]
pub struct Ring {
    pub name: Spanned<String>,
    pub description: Option<Spanned<String>>,
    /// How a line is written when its `log` line does not say; `raw` by default.
    pub format: Option<Spanned<String>>,
    pub max_line: Option<Spanned<u32>>,
    /// Bytes that are kept at most; 16384 by default.
    pub size: Option<Spanned<u32>>,
    pub timeout_connect: Option<Spanned<Duration>>,
    pub timeout_server: Option<Spanned<Duration>>,
    pub servers: Vec<RingServer>,
}

impl Ring {
    /// One of which nothing is said yet.
    pub fn named(name: Spanned<String>) -> Self {
        Self {
            name,
            description: None,
            format: None,
            max_line: None,
            size: None,
            timeout_connect: None,
            timeout_server: None,
            servers: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct RingServer {
    pub name: Spanned<String>,
    pub address: Spanned<StreamAddress>,
    /// `log-proto octet-count` (RFC 6587, 3.4.1) instead of a line end behind each line.
    pub octet_count: bool,
}

/// RFC 3164 facility; the discriminant is its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Facility {
    Kern = 0,
    User = 1,
    Mail = 2,
    Daemon = 3,
    Auth = 4,
    Syslog = 5,
    Lpr = 6,
    News = 7,
    Uucp = 8,
    Cron = 9,
    Auth2 = 10,
    Ftp = 11,
    Ntp = 12,
    Audit = 13,
    Alert = 14,
    Cron2 = 15,
    Local0 = 16,
    Local1 = 17,
    Local2 = 18,
    Local3 = 19,
    Local4 = 20,
    Local5 = 21,
    Local6 = 22,
    Local7 = 23,
}

/// RFC 3164 severity; lower is more urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    Emerg = 0,
    Alert = 1,
    Crit = 2,
    Err = 3,
    Warning = 4,
    Notice = 5,
    Info = 6,
    Debug = 7,
}

/// What a line about a finished session says.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum LogFormat {
    /// Nothing chosen: "Connect from A:P to B:P (frontend/MODE)".
    #[default]
    Connect,
    /// `option tcplog`
    Tcp,
    /// `option httplog`
    Http,
    /// `option httplog clf`
    HttpClf,
    /// `option httplog json`
    HttpJson,
    /// `option tcplog json`
    TcpJson,
    /// `log-format`
    Custom(Format),
}

/// `capture request|response header NAME len N`, `capture cookie NAME len N`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    pub name: Spanned<String>,
    pub len: u32,
}
