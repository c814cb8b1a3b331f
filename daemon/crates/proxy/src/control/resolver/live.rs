//! A `resolvers` section with its sockets.

use super::draw;
use super::wire::{TOKENS, Wire};
use crate::names::{Counters, Hold, Outcome, Rules, Section, Send};
use config::haproxy::model::{NameServers, Resolvers};
use std::net::SocketAddr;
use std::time::Duration;
use sys::epoll::Epoll;

#[derive(Debug)]
pub struct Live {
    pub name: String,
    pub servers: Vec<NameServer>,
    pub section: Section,
    wires: Vec<Wire>,
    /// Tokens of its sockets begin here.
    base: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameServer {
    pub name: String,
    pub address: SocketAddr,
    pub stream: bool,
}

impl Live {
    /// `before`: the same section of the configuration so far; what it knows stays while it asks
    /// the same servers in the same way.
    pub fn new(spec: &Resolvers, system: &[SocketAddr], base: u64, before: Option<Self>) -> Self {
        let servers = servers(spec, system);
        let rules = rules(spec);
        let same = before.filter(|b| b.servers == servers && b.section.rules == rules);
        let wires = servers
            .iter()
            .map(|s| Wire::new(s.address, s.stream))
            .collect();
        Self {
            name: spec.name.value.clone(),
            section: same.map_or_else(|| Section::new(rules, servers.len()), |b| b.section),
            wires,
            servers,
            base,
        }
    }

    pub fn run_due(&mut self, now: u64, epoll: &Epoll) -> Vec<usize> {
        let Outcome { sends, concluded } = self.section.run_due(now, draw);
        self.send(sends, now, epoll);
        for wire in &mut self.wires {
            wire.rest(now);
        }
        concluded
    }

    /// A socket is ready; names whose round is over.
    pub fn on_event(&mut self, token: u64, now: u64, epoll: &Epoll) -> Vec<usize> {
        let at = token - self.base;
        let server = usize::try_from(at / TOKENS).unwrap_or(usize::MAX);
        let Some(wire) = self.wires.get_mut(server) else {
            return Vec::new();
        };
        let incoming = wire.on_event(at % TOKENS, now);
        let mut all = Vec::new();
        for message in incoming.messages {
            let fits = message.len() <= usize::from(self.section.rules.payload);
            if !incoming.by_stream && !fits {
                let outcome = self.section.too_big(server, &message, now, draw);
                self.send(outcome.sends, now, epoll);
                all.extend(outcome.concluded);
                continue;
            }
            let by_stream = incoming.by_stream;
            let outcome = self.section.take(server, &message, by_stream, now, draw);
            self.send(outcome.sends, now, epoll);
            all.extend(outcome.concluded);
        }
        all
    }

    fn send(&mut self, sends: Vec<Send>, now: u64, epoll: &Epoll) {
        for send in sends {
            let base = self.base + send.server as u64 * TOKENS;
            let sent = self
                .wires
                .get_mut(send.server)
                .is_some_and(|w| w.send(&send.message, send.stream, base, now, epoll));
            if !sent {
                self.section.not_sent(send.server);
            }
        }
    }

    /// `SECTION/SERVER`, as haproxy names who told an address.
    pub fn teller(&self, resolution: usize) -> String {
        let by = self.section.get(resolution).map_or(0, |known| known.by);
        let server = self.servers.get(by).map_or("", |s| s.name.as_str());
        format!("{}/{server}", self.name)
    }

    pub fn counters(&self) -> impl Iterator<Item = (&NameServer, &Counters)> {
        self.servers.iter().zip(&self.section.counters)
    }
}

fn servers(spec: &Resolvers, system: &[SocketAddr]) -> Vec<NameServer> {
    let mut all = Vec::new();
    for source in &spec.sources {
        match source {
            NameServers::Given {
                name,
                address,
                stream,
            } => all.push(NameServer {
                name: name.value.clone(),
                address: *address,
                stream: *stream,
            }),
            NameServers::System => all.extend(system.iter().map(|address| NameServer {
                name: address.ip().to_string(),
                address: *address,
                stream: false,
            })),
        }
    }
    all
}

fn rules(spec: &Resolvers) -> Rules {
    let ms = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX / 4);
    Rules {
        retries: spec.retries,
        resolve: ms(spec.resolve).max(1),
        retry: ms(spec.retry).max(1),
        payload: spec.payload,
        hold: Hold {
            nx: ms(spec.hold.nx),
            refused: ms(spec.hold.refused),
            timeout: ms(spec.hold.timeout),
            other: ms(spec.hold.other),
            valid: ms(spec.hold.valid),
            obsolete: ms(spec.hold.obsolete),
        },
    }
}
