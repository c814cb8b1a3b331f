//! A thread's log targets: each keeps its own batch, so that threads never wait for each other.

mod forward;
mod open;
mod sections;
mod targets;

use crate::plan::Plan;
use config::haproxy::model::{LogSink, LogTarget};
use sections::Sections;
use std::collections::HashMap;
use std::sync::Arc;
use trafficlog::{Clock, ConnectRecord, Endpoint, HttpRecord, Level, Sink, TcpRecord, UtcOffset};

pub use open::keep_local_socket;
pub use targets::{TargetStatus, Targets};

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
    targets: Vec<Target>,
    /// What the targets were opened for; they are opened again when they break.
    plan: Option<Arc<Plan>>,
    /// Whose targets these are, in its order.
    sections: Arc<Sections>,
    clock: Clock,
}

struct Target {
    key: String,
    sink: Sink,
    /// Its line of the configuration.
    line: LogTarget,
    /// Unix milliseconds before which it is not opened again.
    again: i64,
}

/// Until a target that broke is opened again.
const AGAIN_MS: i64 = 1000;

impl Default for Logs {
    fn default() -> Self {
        Self {
            targets: Vec::new(),
            plan: None,
            sections: Arc::default(),
            clock: Clock::lazy(),
        }
    }
}

impl Logs {
    /// Opens what is new; targets that stay keep their sockets, which matters once the process
    /// cannot see the file system any more.
    pub fn configure(&mut self, plan: &Arc<Plan>) {
        let now = unix_ms() / 1000;
        self.clock
            .set_offset(UtcOffset(sys::localtime::utc_offset(now)));
        let names = &plan.log_targets.names;
        // A name that moved is another target.
        let moved = |t: &Target| match (&t.line.sink.value, &self.plan) {
            (LogSink::UdpName(name, _), Some(old)) => {
                old.log_targets.names.get(name) != names.get(name)
            }
            _ => false,
        };
        self.targets.retain(|target| !moved(target));
        let mut known: HashMap<String, Target> = self
            .targets
            .drain(..)
            .map(|target| (target.key.clone(), target))
            .collect();
        self.sections = plan.log_targets.sections.clone();
        let wanted = self.sections.wanted.iter();
        self.targets.extend(wanted.map(|wanted| {
            known.remove(&wanted.key).unwrap_or_else(|| Target {
                sink: open::sink(&plan.model, wanted, &plan.log_targets),
                line: wanted.line.clone(),
                key: wanted.key.clone(),
                again: 0,
            })
        }));
        self.plan = Some(plan.clone());
    }

    /// Whether this section logs to anywhere.
    pub fn has_targets(&self, section: usize) -> bool {
        let section = self.sections.list.get(section);
        section.is_some_and(|s| !s.targets.is_empty())
    }

    /// Whether anything of this section is logged.
    pub fn wants(&self, section: usize, level: Level) -> bool {
        self.sections.list.get(section).is_some_and(|s| {
            s.targets
                .iter()
                .any(|at| self.targets[*at].sink.wants(level))
        })
    }

    pub fn event(&mut self, section: usize, level: Level, text: &str) {
        let now = unix_ms();
        let Some(section) = self.sections.list.get(section) else {
            return;
        };
        for at in &section.targets {
            let sink = &mut self.targets[*at].sink;
            sink.line(&mut self.clock, now, level, |out, clock| {
                if section.json {
                    trafficlog::write_event_json(out, clock, now, &section.name, text);
                } else {
                    out.extend_from_slice(text.as_bytes());
                }
            });
        }
    }

    /// A connection that ended before anything could be asked.
    pub fn refused(
        &mut self,
        section: usize,
        level: Level,
        client: Endpoint,
        (place, at_ms): (&str, i64),
        why: &str,
    ) {
        let Some(section) = self.sections.list.get(section) else {
            return;
        };
        for at in &section.targets {
            let sink = &mut self.targets[*at].sink;
            sink.line(&mut self.clock, at_ms, level, |out, clock| {
                if section.json {
                    trafficlog::write_refused_json(out, clock, client, at_ms, place, why);
                } else {
                    trafficlog::write_refused(out, clock, client, at_ms, place, why);
                }
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
        let Some(section) = self.sections.list.get(section) else {
            return;
        };
        for at in &section.targets {
            let sink = &mut self.targets[*at].sink;
            sink.line_with(
                &mut self.clock,
                now,
                level,
                data,
                |out, clock, room| match record {
                    Record::Http(r) if section.json => {
                        trafficlog::write_http_json(out, clock, r, room);
                    }
                    Record::Http(r) if section.clf => trafficlog::write_clf(out, clock, r),
                    Record::Http(r) => trafficlog::write_http(out, clock, r),
                    Record::Tcp(r) if section.json => trafficlog::write_tcp_json(out, clock, r),
                    Record::Tcp(r) => trafficlog::write_tcp(out, clock, r),
                    Record::Connect(r) => trafficlog::write_connect(out, r),
                    Record::Custom(text) => out.extend_from_slice(text),
                },
            );
        }
    }

    pub fn is_pending(&self) -> bool {
        self.targets.iter().any(|target| target.sink.is_pending())
    }

    pub fn flush(&mut self) {
        let Some(plan) = &self.plan else { return };
        for target in &mut self.targets {
            if target.sink.flush() {
                continue;
            }
            // Gone: a log daemon that was started again has another socket.
            let now = unix_ms();
            if now >= target.again {
                target.again = now + AGAIN_MS;
                let socket = open::socket(&plan.model, &target.line, &plan.log_targets);
                if let Some(socket) = socket {
                    target.sink.reconnect(socket);
                }
            }
        }
    }
}

pub fn unix_ms() -> i64 {
    i64::try_from(sys::epoll::unix_us() / 1000).unwrap_or(0)
}
