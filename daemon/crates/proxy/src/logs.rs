//! A thread's log targets: each keeps its own batch, so that threads never wait for each other.

use config::haproxy::model::{self, Config, LogFormat, LogSink, LogTarget};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;
use trafficlog::{
    Clock, ConnectRecord, Facility, Filter, Header, HttpRecord, Level, Sink, Socket, SyslogFormat,
    TcpRecord, UtcOffset,
};

/// A finished session in whichever form its section logs it.
#[derive(Debug)]
pub enum Record<'a> {
    Http(HttpRecord<'a>),
    Tcp(TcpRecord<'a>),
    Connect(ConnectRecord<'a>),
    /// Written by a format of the configuration.
    Custom(&'a [u8]),
}

pub struct Logs {
    sinks: Vec<(String, Sink)>,
    /// For each section of the model, its targets.
    sections: Vec<Section>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Section {
    sinks: Vec<usize>,
    clf: bool,
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            sinks: Vec::new(),
            sections: Vec::new(),
            clock: Clock::lazy(),
        }
    }
}

impl Logs {
    /// Opens what is new; targets that stay keep their sockets, which matters once the process
    /// cannot see the file system any more.
    pub fn configure(&mut self, model: &Config) {
        let now = unix_ms() / 1000;
        self.clock
            .set_offset(UtcOffset(sys::localtime::utc_offset(now)));
        let mut known: HashMap<String, Sink> = self.sinks.drain(..).collect();
        self.sections.clear();
        for proxy in &model.proxies {
            let tag = proxy.log_tag.as_ref().or(model.global.log_tag.as_ref());
            let tag = tag.map_or("haproxy", |t| t.value.as_str());
            let mut section = Section {
                clf: proxy.log_format == LogFormat::HttpClf,
                ..Section::default()
            };
            for target in model.log_targets(proxy) {
                let key = format!("{tag} {target:?}");
                let at = self
                    .sinks
                    .iter()
                    .position(|(k, _)| *k == key)
                    .unwrap_or_else(|| {
                        let sink = known
                            .remove(&key)
                            .unwrap_or_else(|| open(model, target, tag));
                        self.sinks.push((key, sink));
                        self.sinks.len() - 1
                    });
                section.sinks.push(at);
            }
            self.sections.push(section);
        }
    }

    /// Whether anything of this section is logged.
    pub fn wants(&self, section: usize, level: Level) -> bool {
        self.sections
            .get(section)
            .is_some_and(|s| s.sinks.iter().any(|at| self.sinks[*at].1.wants(level)))
    }

    pub fn event(&mut self, section: usize, level: Level, text: &str) {
        let now = unix_ms();
        let Some(section) = self.sections.get(section) else {
            return;
        };
        for at in &section.sinks {
            self.sinks[*at]
                .1
                .line(&mut self.clock, now, level, |out, _| {
                    out.extend_from_slice(text.as_bytes());
                });
        }
    }

    /// A connection that ended before anything could be asked.
    pub fn refused(
        &mut self,
        section: usize,
        client: SocketAddr,
        place: &str,
        at_ms: i64,
        why: &str,
    ) {
        let Some(section) = self.sections.get(section) else {
            return;
        };
        for sink in &section.sinks {
            let sink = &mut self.sinks[*sink].1;
            sink.line(&mut self.clock, at_ms, Level::Info, |out, clock| {
                trafficlog::write_refused(out, clock, client, at_ms, place, why);
            });
        }
    }

    pub fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    /// `now`: unix milliseconds. `data`: structured data of RFC 5424, for targets of that format.
    pub fn session(
        &mut self,
        section: usize,
        (level, now): (Level, i64),
        record: &Record<'_>,
        data: &[u8],
    ) {
        let Some(section) = self.sections.get(section) else {
            return;
        };
        for at in &section.sinks {
            self.sinks[*at].1.line_with(
                &mut self.clock,
                now,
                level,
                data,
                |out, clock| match record {
                    Record::Http(r) if section.clf => trafficlog::write_clf(out, clock, r),
                    Record::Http(r) => trafficlog::write_http(out, clock, r),
                    Record::Tcp(r) => trafficlog::write_tcp(out, clock, r),
                    Record::Connect(r) => trafficlog::write_connect(out, r),
                    Record::Custom(text) => out.extend_from_slice(text),
                },
            );
        }
    }

    pub fn is_pending(&self) -> bool {
        self.sinks.iter().any(|(_, s)| s.is_pending())
    }

    pub fn flush(&mut self) {
        for (_, sink) in &mut self.sinks {
            sink.flush();
        }
    }
}

pub fn unix_ms() -> i64 {
    i64::try_from(sys::epoll::unix_us() / 1000).unwrap_or(0)
}

fn open(model: &Config, target: &LogTarget, tag: &str) -> Sink {
    let socket = match &target.sink.value {
        LogSink::Udp(address) => Socket::udp(*address).ok(),
        LogSink::Unix(path) => unix(path),
        LogSink::Stdout => duplicate(std::io::stdout().as_fd()),
        LogSink::Stderr => duplicate(std::io::stderr().as_fd()),
        LogSink::UdpName(..) | LogSink::Fd(_) | LogSink::Ring(_) => None,
    };
    let filter = Filter {
        facility: Facility(target.facility as u8),
        max_level: level(target.max_level),
        min_level: level(target.min_level),
    };
    let format = match target.format.as_ref().map(|f| f.value.as_str()) {
        Some("rfc3164") => SyslogFormat::Rfc3164,
        Some("rfc5424") => SyslogFormat::Rfc5424,
        Some("priority") => SyslogFormat::Priority,
        Some("short") => SyslogFormat::Short,
        Some("timed") => SyslogFormat::Timed,
        Some("iso") => SyslogFormat::Iso,
        Some("raw") => SyslogFormat::Raw,
        _ => SyslogFormat::Local,
    };
    let host = model.global.log_send_hostname.as_ref().map(|name| {
        let own = || {
            rustix::system::uname()
                .nodename()
                .to_string_lossy()
                .into_owned()
        };
        name.as_ref().map_or_else(own, |n| n.value.clone())
    });
    let header = Header {
        format,
        tag: tag.to_owned(),
        pid: std::process::id(),
        host,
    };
    Sink::new(
        socket,
        filter,
        header,
        target.len.as_ref().map_or(1024, |n| n.value as usize),
    )
}

/// Where the local log daemon listens.
const LOCAL: &str = "/dev/log";

static KEPT: OnceLock<Option<OwnedFd>> = OnceLock::new();

/// Opens the way to the local log daemon while it can be reached: to be called before the process
/// changes its root.
pub fn keep_local_socket() {
    KEPT.get_or_init(|| match Socket::unix(LOCAL) {
        Ok(Socket::Datagram(fd) | Socket::Stream(fd)) => Some(fd),
        Err(_) => None,
    });
}

fn unix(path: &str) -> Option<Socket> {
    if let Ok(socket) = Socket::unix(path) {
        return Some(socket);
    }
    let kept = KEPT.get()?.as_ref().filter(|_| path == LOCAL)?;
    rustix::io::fcntl_dupfd_cloexec(kept, 3)
        .ok()
        .map(Socket::Datagram)
}

fn duplicate(fd: BorrowedFd<'_>) -> Option<Socket> {
    rustix::io::fcntl_dupfd_cloexec(fd, 3)
        .ok()
        .map(Socket::Stream)
}

fn level(level: model::Level) -> Level {
    Level::from_number(level as u8)
}
