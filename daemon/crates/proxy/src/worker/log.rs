//! What is remembered of an exchange, and its log line.

use super::Worker;
use super::conn::Txn;
use crate::logs::{Record, unix_ms};
use config::haproxy::model::LogFormat;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering::Relaxed;
use trafficlog::{ConnectRecord, Counts, HttpRecord, Level, Queues, TcpRecord, Termination, Timer};

/// Instants are milliseconds of the monotonic clock; 0 = did not happen.
#[derive(Debug, Default)]
pub struct Notes {
    pub started: u64,
    pub head_done: u64,
    pub queued: u64,
    pub connecting: u64,
    pub connected: u64,
    pub response: u64,
    pub bytes_in: u64,
    pub bytes_out: u64,
    pub retries: u32,
    pub redispatched: bool,
    pub queue_position: u32,
    /// The request line as received.
    pub line: Vec<u8>,
    pub cause: u8,
    pub state: u8,
}

impl Notes {
    /// Remembers how the session ended; the first reason counts.
    pub fn end(&mut self, cause: u8, state: u8) {
        if self.cause == 0 {
            (self.cause, self.state) = (cause, state);
        }
    }

    fn termination(&self) -> Termination {
        if self.cause == 0 {
            Termination::NORMAL
        } else {
            Termination::new(self.cause, self.state)
        }
    }
}

pub(super) const NOWHERE: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// The time between two instants, when both came.
fn between(from: u64, to: u64) -> Timer {
    if from == 0 || to == 0 {
        Timer::NEVER
    } else {
        Timer::ms(to.saturating_sub(from))
    }
}

impl Worker {
    pub(super) fn log(&mut self, i: u32, txn: &Txn) {
        let c = &self.clients[i];
        let f = c.frontend();
        let n = &txn.log;
        let failed = n.cause != 0;
        let level = if failed && f.log.separate_errors {
            Level::Err
        } else {
            Level::Info
        };
        if !self.logs.wants(f.section, level) || (f.log.only_errors && !failed) {
            return;
        }
        if f.log.dont_log_null && n.bytes_in == 0 && n.line.is_empty() && c.pend.is_empty() {
            return;
        }
        let age = i64::try_from(self.now.saturating_sub(n.started)).unwrap_or(0);
        let started_ms = unix_ms() - age;
        let b = txn.backend(&c.plan);
        let s = txn.server(&c.plan);
        let counts = Counts {
            process: u64::from(c.plan.totals.connections.load(Relaxed)),
            frontend: u64::from(f.shared.active.load(Relaxed)),
            backend: b.map_or(0, |b| u64::from(b.shared.active.load(Relaxed))),
            server: s.map_or(0, |s| u64::from(s.shared.active.load(Relaxed))),
            retries: u64::from(n.retries),
            redispatched: n.redispatched,
        };
        let queues = Queues {
            server: 0,
            backend: u64::from(n.queue_position),
        };
        let client = c.peer.unwrap_or(NOWHERE);
        let backend = b.map_or(f.name.as_str(), |b| b.name.as_str());
        let server = s.map(|s| s.name.as_str());
        let ready = n.head_done.max(n.started);
        let wait = between(ready, n.connecting);
        let connect = between(n.connecting, n.connected);
        let total = self.now.saturating_sub(n.started);
        let record = match (&f.log.format, txn.http) {
            (LogFormat::Http | LogFormat::HttpClf, true) => Record::Http(HttpRecord {
                client,
                request_time_ms: started_ms,
                frontend: &f.name,
                tls: false,
                backend,
                server,
                request: between(n.started, n.head_done),
                wait,
                connect,
                response: between(n.connected, n.response),
                active: total,
                early: false,
                status: if txn.status == 0 {
                    -1
                } else {
                    i32::from(txn.status)
                },
                bytes: n.bytes_out,
                captured_request_cookie: None,
                captured_response_cookie: None,
                termination: n.termination(),
                cookies: txn.cookies,
                counts,
                queues,
                request_headers: &[],
                response_headers: &[],
                request_line: (!n.line.is_empty()).then_some(&n.line),
            }),
            (LogFormat::Tcp | LogFormat::Http | LogFormat::HttpClf, _) => Record::Tcp(TcpRecord {
                client,
                accept_time_ms: started_ms,
                frontend: &f.name,
                tls: false,
                backend,
                server,
                wait,
                connect,
                total,
                early: false,
                bytes: n.bytes_out,
                termination: n.termination(),
                counts,
                queues,
            }),
            (LogFormat::Connect | LogFormat::Custom(_), http) => Record::Connect(ConnectRecord {
                client,
                destination: c.local().unwrap_or(NOWHERE),
                frontend: &f.name,
                mode: if http { "HTTP" } else { "TCP" },
            }),
        };
        self.logs.session(f.section, level, &record);
    }
}
