//! The daemon's own log: to the log daemon, or to standard error in the foreground; limited in
//! rate, so that nothing outside can fill a disk through it.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use trafficlog::{Clock, Facility, Filter, Header, Level, Sink, Socket, SyslogFormat, UtcOffset};

const LOG_SOCKET: &str = "/dev/log";
/// Lines that may come at once.
const BURST: u32 = 500;
/// Lines a second in the long run.
const RATE: u32 = 50;

#[derive(Debug)]
pub struct Journal {
    /// `None`: lines go to standard error.
    sink: Option<Sink>,
    clock: Clock,
    limit: Limit,
}

impl Journal {
    /// Standard error if asked for, if it is a terminal, or if there is no log daemon.
    pub fn open(foreground: bool) -> Self {
        let socket = if foreground || std::io::stderr().is_terminal() {
            None
        } else {
            Socket::unix(LOG_SOCKET).ok()
        };
        let sink = socket.map(|socket| {
            let filter = Filter {
                facility: Facility::DAEMON,
                max_level: Level::Debug,
                min_level: Level::Emerg,
            };
            let header = Header {
                format: SyslogFormat::Local,
                tag: "tandemd".to_owned(),
                pid: std::process::id(),
                host: None,
            };
            Sink::new(Some(socket), filter, header, 4096)
        });
        Self {
            sink,
            clock: Clock::new(UtcOffset(0)),
            limit: Limit::new(Instant::now()),
        }
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

    fn write(&mut self, level: Level, text: &str) {
        let Some(sink) = &mut self.sink else {
            // Standard error may be closed; there is nobody left to tell.
            let _ = writeln!(std::io::stderr(), "tandemd: {text}");
            return;
        };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let unix_ms = i64::try_from(now.as_millis()).unwrap_or(0);
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
