//! The log line of an exchange.

use super::Worker;
use super::conn::{Client, Txn};
use super::memory::at_server;
use crate::logs::{Logs, Record, unix_ms};
use crate::plan::Mode;
use crate::rules::context::SessionView;
use crate::rules::memory::LogLevel;
use crate::rules::{Context, Format};
use config::haproxy::model::LogFormat;
use std::sync::atomic::Ordering::Relaxed;
use trafficlog::{ConnectRecord, Counts, Endpoint, HttpRecord, Level, Queues, TcpRecord, Timer};

/// The time between two instants, when both came.
fn between(from: u64, to: u64) -> Timer {
    if from == 0 || to == 0 {
        Timer::NEVER
    } else {
        Timer::ms(to.saturating_sub(from))
    }
}

impl Worker {
    /// Unix milliseconds; the clock is read once in a millisecond.
    pub(super) fn unix_now(&self) -> i64 {
        let (at, unix) = self.wall.get();
        if at == self.now {
            return unix;
        }
        let unix = unix_ms();
        self.wall.set((self.now, unix));
        unix
    }

    pub(super) fn log(&mut self, i: u32, txn: &Txn) {
        if !self.logs.has_targets(self.clients[i].frontend().section) {
            return;
        }
        let mut logs = std::mem::take(&mut self.logs);
        self.log_with(&mut logs, i, txn);
        self.logs = logs;
    }

    /// `option logasap`: the line is written now; `coming`: bytes that are about to be sent.
    pub(super) fn log_early(&mut self, i: u32, txn: &mut Txn, coming: usize) {
        txn.log.bytes_out += coming as u64;
        self.log(i, txn);
        txn.log.bytes_out -= coming as u64;
        txn.log.logged = true;
    }

    /// `error-log-format`: a connection that ended before it could ask anything.
    pub(super) fn log_unasked(&mut self, i: u32, level: Level) {
        let c = &self.clients[i];
        let mut txn = Txn {
            http: c.frontend().mode == Mode::Http,
            ..Txn::default()
        };
        txn.log.started = c.accepted;
        txn.log.end(b'P', b'R');
        let mut logs = std::mem::take(&mut self.logs);
        if let Some(format) = &c.frontend().log.error {
            // There is no session yet that could have one.
            let view = SessionView {
                status: 0,
                ..self.view(i, &txn)
            };
            self.log_custom(&mut logs, i, &txn, &view, (level, self.unix_now()), format);
        }
        self.logs = logs;
    }

    #[allow(clippy::too_many_lines)] // one record, field by field
    fn log_with(&self, logs: &mut Logs, i: u32, txn: &Txn) {
        let c = &self.clients[i];
        let f = c.frontend();
        let n = &txn.log;
        if n.logged {
            return;
        }
        // What is worth a look: also a request that went well in the end, and a server's own error.
        let failed = n.cause != 0 || n.retries > 0 || n.redispatched || txn.status >= 500;
        let mut level = if failed {
            f.log.level_of_errors()
        } else {
            Level::Info
        };
        match self.with_memory(i, |memory| memory.log_level).flatten() {
            Some(LogLevel::Silent) => return,
            Some(LogLevel::As(given)) => level = given,
            None => {}
        }
        if !logs.wants(f.section, level) || (f.log.only_errors && !failed) {
            return;
        }
        let nothing = n.bytes_in == 0 && n.line.is_empty() && c.pend.is_empty();
        if f.log.dont_log_null && nothing && !c.link.has_unread() {
            return;
        }
        let age = i64::try_from(self.now.saturating_sub(n.started)).unwrap_or(0);
        let now_ms = self.unix_now();
        let started_ms = now_ms - age;
        let b = txn.backend(&c.plan);
        let s = txn.server(&c.plan);
        let counts = Counts {
            process: u64::from(c.plan.totals.connections.load(Relaxed)),
            frontend: u64::from(f.shared.active.load(Relaxed)),
            backend: b.map_or(0, |b| u64::from(b.shared.sessions())),
            server: s.map_or(0, |s| u64::from(s.shared.active.load(Relaxed))),
            retries: u64::from(n.retries),
            redispatched: n.redispatched,
        };
        let queues = Queues {
            server: u64::from(n.server_queue),
            backend: u64::from(n.backend_queue),
        };
        let unix = || Endpoint::Unix(line_number(c));
        let client = self.client_address(i).map_or_else(unix, Endpoint::Tcp);
        let memory = c.memory.as_ref().map(|m| m.borrow());
        let captures = |slots: &'static str| -> Vec<&[u8]> {
            let Some(memory) = memory
                .as_ref()
                .filter(|_| !n.line.is_empty() || n.turned_away)
            else {
                return Vec::new();
            };
            let list = if slots == "request" {
                &memory.request_captures
            } else {
                &memory.response_captures
            };
            list.iter()
                .map(|slot| slot.as_deref().unwrap_or_default())
                .collect()
        };
        let (request_headers, response_headers) = (captures("request"), captures("response"));
        let secure = c.acceptor().is_some();
        let backend = b.map_or(f.name.as_str(), |b| b.name.as_str());
        let server = s.map(|s| s.name.as_str());
        let ready = n.head_done.max(n.started);
        let wait = between(ready, n.connecting);
        let connect = between(n.connecting, n.connected);
        let total = self.now.saturating_sub(n.started);
        let unasked = txn.http && n.line.is_empty() && !n.turned_away;
        let own = match &f.log.error {
            Some(format) if unasked => Some(format),
            _ => f.log.custom.as_ref(),
        };
        if let Some(format) = own {
            let view = SessionView {
                method: method_name(txn),
                counts,
                queues,
                ..self.view(i, txn)
            };
            drop(memory);
            return self.log_custom(logs, i, txn, &view, (level, now_ms), format);
        }
        let record = match (&f.log.format, txn.http) {
            (LogFormat::Http | LogFormat::HttpClf | LogFormat::HttpJson, true) => {
                Record::Http(HttpRecord {
                    client,
                    request_time_ms: started_ms,
                    frontend: &f.name,
                    tls: secure,
                    backend,
                    server,
                    request: between(n.started, n.head_done),
                    wait,
                    connect,
                    response: between(n.connected, n.response),
                    active: total,
                    early: f.log.early,
                    status: if txn.status == 0 {
                        -1
                    } else {
                        i32::from(txn.status)
                    },
                    bytes: n.bytes_out,
                    captured_request_cookie: memory
                        .as_ref()
                        .and_then(|m| m.request_cookie.as_deref()),
                    captured_response_cookie: memory
                        .as_ref()
                        .and_then(|m| m.response_cookie.as_deref()),
                    termination: n.termination(),
                    cookies: txn.cookies,
                    counts,
                    queues,
                    request_headers: &request_headers,
                    response_headers: &response_headers,
                    request_line: (!n.line.is_empty()).then_some(&n.line),
                })
            }
            (
                LogFormat::Tcp
                | LogFormat::TcpJson
                | LogFormat::Http
                | LogFormat::HttpClf
                | LogFormat::HttpJson,
                _,
            ) => Record::Tcp(TcpRecord {
                client,
                accept_time_ms: started_ms,
                frontend: &f.name,
                tls: secure,
                backend,
                server,
                wait,
                connect,
                total,
                early: f.log.early,
                bytes: n.bytes_out,
                termination: n.termination(),
                counts,
                queues,
            }),
            (LogFormat::Connect | LogFormat::Custom(_), http) => Record::Connect(ConnectRecord {
                client,
                destination: c.local().map_or_else(unix, Endpoint::Tcp),
                frontend: &f.name,
                mode: if http { "HTTP" } else { "TCP" },
            }),
        };
        logs.session(f.section, (level, now_ms), &record, &[]);
    }

    /// `log-format`, `error-log-format`, `log-format-sd`
    fn log_custom(
        &self,
        logs: &mut Logs,
        i: u32,
        txn: &Txn,
        view: &SessionView<'_>,
        at: (Level, i64),
        format: &Format,
    ) {
        let c = &self.clients[i];
        let f = c.frontend();
        let ctx = Context {
            // Of the server's response; an answer of our own has none.
            status: if txn.log.response > 0 { txn.status } else { 0 },
            server: txn.server(&c.plan).map(|s| s.name.as_str()),
            session: Some(view),
            ..self.context(i, txn.backend)
        };
        let ctx = at_server(&ctx, self, txn);
        let (mut text, mut data) = (Vec::new(), Vec::new());
        format.write_at(&ctx, logs.clock(), &mut text);
        if let Some(format) = &f.log.structured {
            format.write_at(&ctx, logs.clock(), &mut data);
        }
        logs.session(f.section, at, &Record::Custom(&text), &data);
    }
}

/// The number of the line that the client came in by: what unix sockets are told apart by.
pub(super) fn line_number(c: &Client) -> u64 {
    let number = c.frontend().bind_number(c.bind as usize);
    number.unwrap_or(0).into()
}

/// The method, as far as it is one that everybody knows.
fn method_name(txn: &Txn) -> Option<&'static str> {
    use http1::Method as M;
    if !txn.http || txn.log.line.is_empty() {
        return None;
    }
    Some(match txn.method {
        M::Get => "GET",
        M::Head => "HEAD",
        M::Post => "POST",
        M::Put => "PUT",
        M::Delete => "DELETE",
        M::Connect => "CONNECT",
        M::Options => "OPTIONS",
        M::Trace => "TRACE",
        M::Other => return None,
    })
}
