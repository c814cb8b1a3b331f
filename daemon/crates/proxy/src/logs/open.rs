//! Opening log targets.

use super::sections::Wanted;
use super::targets::{self, Targets};
use config::haproxy::model::{self, Config, LogSink, LogTarget};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;
use trafficlog::{Facility, Filter, Header, Level, Sample, Sink, Socket, SyslogFormat};

/// Bytes of a line, where nobody says.
const LINE: usize = 1024;

/// A target with its own batch, for one thread.
pub fn sink(model: &Config, wanted: &Wanted, targets: &Targets) -> Sink {
    let target = &wanted.line;
    let ring = targets::ring_of(model, target);
    let filter = Filter {
        facility: Facility(target.facility as u8),
        max_level: level(target.max_level),
        min_level: level(target.min_level),
    };
    // The lines of a ring are what its section says, raw when it says nothing.
    let of_ring = ring.as_ref().and_then(|ring| ring.format.as_ref());
    let in_ring = matches!(target.sink.value, LogSink::Ring(_));
    let format = if in_ring {
        of_ring
    } else {
        target.format.as_ref()
    };
    let named = model.global.log_send_hostname.as_ref();
    let format = match format.map(|format| format.value.as_str()) {
        Some("local") => SyslogFormat::Local,
        Some("rfc3164") => SyslogFormat::Rfc3164,
        Some("rfc5424") => SyslogFormat::Rfc5424,
        Some("priority") => SyslogFormat::Priority,
        Some("short") => SyslogFormat::Short,
        Some("timed") => SyslogFormat::Timed,
        Some("iso") => SyslogFormat::Iso,
        Some("raw") => SyslogFormat::Raw,
        _ if in_ring => SyslogFormat::Raw,
        _ if named.is_some() => SyslogFormat::Rfc3164,
        _ => SyslogFormat::Local,
    };
    let proxy = model.proxies.get(wanted.section);
    let tag = proxy.map_or("", |proxy| targets::tag(model, proxy));
    let header = Header {
        format,
        tag: tag.to_owned(),
        pid: std::process::id(),
        host: host(model, format),
    };
    let len = target.len.as_ref().map_or(LINE, |n| n.value as usize);
    // The original counts the line end only where there is no header.
    let len = len + usize::from(format != SyslogFormat::Raw);
    let of_ring = ring.and_then(|ring| ring.max_line);
    // Without the line end, which is not part of a message there.
    let len = of_ring.map_or(len, |n| len.min(n.value as usize + 1));
    let sample = target.sample.as_ref();
    let sample = sample.map(|sample| Sample::new(sample.ranges.clone(), sample.size));
    let limit = target.limit.as_ref().map(|limit| limit.value);
    let figures = targets.figures(&wanted.key);
    Sink::new(socket(model, target, targets), filter, header, len)
        .sampled(sample)
        .limited(limit, figures)
}

/// The name of this machine, where the format has a place for it.
fn host(model: &Config, format: SyslogFormat) -> Option<String> {
    let own = || {
        let name = rustix::system::uname();
        name.nodename().to_string_lossy().into_owned()
    };
    let named = model.global.log_send_hostname.as_ref();
    let named = named.map(|name| name.as_ref().map_or_else(own, |name| name.value.clone()));
    match format {
        SyslogFormat::Local => None,
        SyslogFormat::Rfc3164 => Some(named.unwrap_or_else(|| "localhost".to_owned())),
        _ => named,
    }
}

/// The way out; `None` while there is none.
pub fn socket(model: &Config, target: &LogTarget, targets: &Targets) -> Option<Socket> {
    match &target.sink.value {
        LogSink::Udp(address) => Socket::udp(*address).ok(),
        LogSink::UdpName(name, port) => {
            let address = targets.names.get(name)?;
            Socket::udp(SocketAddr::new(*address, *port)).ok()
        }
        LogSink::Unix(path) => unix(path),
        LogSink::Stdout | LogSink::Fd(1) => duplicate(std::io::stdout().as_fd()),
        LogSink::Stderr | LogSink::Fd(2) => duplicate(std::io::stderr().as_fd()),
        LogSink::Fd(number) => {
            let fd = sys::fdpass::inherited(*number).ok()?;
            Some(Socket::Stream(fd))
        }
        LogSink::Ring(_) | LogSink::Stream(_) => Some(Socket::Ring(targets.ring(model, target)?)),
    }
}

/// Where the local log daemon listens.
const LOCAL: &str = "/dev/log";

static KEPT: OnceLock<Option<OwnedFd>> = OnceLock::new();

/// Opens the way to the local log daemon while it can be reached: to be called before the process
/// changes its root.
pub fn keep_local_socket() {
    KEPT.get_or_init(|| match Socket::unix(LOCAL) {
        Ok(Socket::Datagram(fd) | Socket::Stream(fd)) => Some(fd),
        Ok(Socket::Udp { .. } | Socket::Ring(_)) | Err(_) => None,
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
