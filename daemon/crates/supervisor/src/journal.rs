//! The daemon's own log: to the log daemon, to standard error, to a file; limited in rate, so that
//! nothing outside can fill a disk through it.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use trafficlog::{Clock, Filter, Header, Level, Sink, Socket, SyslogFormat, UtcOffset};

use crate::options::{Console, LogOptions};

const LOG_SOCKET: &str = "/dev/log";
/// Lines that may come at once.
const BURST: u32 = 500;
/// Lines a second in the long run.
const RATE: u32 = 50;

#[derive(Debug)]
pub struct Journal {
    sink: Option<Sink>,
    file: Option<File>,
    console: bool,
    clock: Clock,
    limit: Limit,
}

impl Journal {
    /// As asked for; standard error in any case if there is nothing else.
    pub fn open(options: &LogOptions) -> io::Result<Self> {
        let terminal = options.console == Console::Terminal && io::stderr().is_terminal();
        let console = terminal || options.console == Console::Always;
        let socket = if options.syslog && !terminal {
            Socket::unix(LOG_SOCKET).ok()
        } else {
            None
        };
        let sink = socket.map(|socket| sink(socket, options));
        let file = options.file.as_deref().map(appended).transpose()?;
        let nowhere = sink.is_none() && file.is_none() && options.syslog;
        Ok(Self {
            sink,
            file,
            console: console || nowhere,
            clock: Clock::new(UtcOffset(0)),
            limit: Limit::new(Instant::now()),
        })
    }

    pub fn error(&mut self, text: &str) {
        self.line(Level::Err, text);
    }

    pub fn warning(&mut self, text: &str) {
        self.line(Level::Warning, text);
    }

    pub fn notice(&mut self, text: &str) {
        self.line(Level::Notice, text);
    }

    pub fn info(&mut self, text: &str) {
        self.line(Level::Info, text);
    }

    pub fn line(&mut self, level: Level, text: &str) {
        match self.limit.admit(Instant::now()) {
            Admission::Refused => return,
            Admission::After(0) => {}
            Admission::After(lost) => {
                self.write(Level::Warning, &format!("{lost} log lines suppressed"));
            }
        }
        for line in text.lines() {
            self.write(level, line);
        }
    }

    /// A whole document, however long: it is asked for, not caused from outside.
    pub fn document(&mut self, text: &str) {
        for line in text.lines() {
            self.write(Level::Info, line);
        }
    }

    /// The console went away: a daemon that has left its terminal.
    pub fn leave_console(&mut self) {
        self.console = false;
    }

    fn write(&mut self, level: Level, text: &str) {
        // What cannot be written to is closed or full; there is nobody left to tell.
        if self.console {
            let _ = writeln!(std::io::stderr(), "tandemd: {text}");
        }
        if let Some(file) = &mut self.file {
            let _ = writeln!(file, "{} {text}", now_text());
        }
        let Some(sink) = &mut self.sink else { return };
        let unix_ms = unix_ms();
        self.clock
            .set_offset(UtcOffset(sys::localtime::utc_offset(unix_ms / 1000)));
        let push = |out: &mut Vec<u8>, _: &mut Clock| out.extend_from_slice(text.as_bytes());
        sink.line(&mut self.clock, unix_ms, level, push);
        if !sink.flush() {
            // The log daemon was restarted: its new socket takes the next line.
            if let Ok(socket) = Socket::unix(LOG_SOCKET) {
                sink.reconnect(socket);
                sink.line(&mut self.clock, unix_ms, level, push);
                sink.flush();
            }
        }
    }
}

fn sink(socket: Socket, options: &LogOptions) -> Sink {
    let filter = Filter {
        facility: options.facility,
        max_level: if options.detail {
            Level::Debug
        } else {
            Level::Info
        },
        min_level: Level::Emerg,
    };
    let header = Header {
        format: SyslogFormat::Local,
        tag: options.tag.clone(),
        pid: std::process::id(),
        host: None,
    };
    Sink::new(Some(socket), filter, header, 4096)
}

/// Never through a link that somebody else has put there.
fn appended(path: &Path) -> io::Result<File> {
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(no_follow)
        .open(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
}

fn unix_ms() -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(0)
}

/// Seconds since 1970 with three decimals: sortable, and free of time zones.
fn now_text() -> String {
    let ms = unix_ms();
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// A token bucket that counts what it refuses.
#[derive(Debug)]
struct Limit {
    tokens: f64,
    filled: Instant,
    refused: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Admission {
    Refused,
    /// Let through, after so many refused ones that nobody was told about yet.
    After(u64),
}

impl Limit {
    fn new(now: Instant) -> Self {
        Self {
            tokens: f64::from(BURST),
            filled: now,
            refused: 0,
        }
    }

    fn admit(&mut self, now: Instant) -> Admission {
        let passed: Duration = now.saturating_duration_since(self.filled);
        self.filled = now;
        self.tokens = (self.tokens + passed.as_secs_f64() * f64::from(RATE)).min(f64::from(BURST));
        if self.tokens < 1.0 {
            self.refused += 1;
            return Admission::Refused;
        }
        self.tokens -= 1.0;
        Admission::After(std::mem::take(&mut self.refused))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_a_flood_is_counted() {
        let start = Instant::now();
        let mut limit = Limit::new(start);
        for _ in 0..BURST {
            assert_eq!(limit.admit(start), Admission::After(0));
        }
        assert_eq!(limit.admit(start), Admission::Refused);
        assert_eq!(limit.admit(start), Admission::Refused);
        let later = start + Duration::from_secs(1);
        assert_eq!(limit.admit(later), Admission::After(2));
        for _ in 1..RATE {
            assert_eq!(limit.admit(later), Admission::After(0));
        }
        assert_eq!(limit.admit(later), Admission::Refused);
    }
}
