//! Questions to name servers, in the control thread: a socket of its own for each, so that an
//! answer has to hit port and number.

use crate::names::message::{Kind, answer, query};
use crate::names::{Hosts, Known, Lookup, Settings};
use crate::plan::Attachments;
use config::haproxy::model::{Config, Host, LogSink, LogTarget, Server, ServerAddress};
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use sys::epoll::{Epoll, Interest};

/// Tokens of name lookups lie between this and those of checks.
pub const TOKEN_BASE: u64 = 1 << 16;

#[derive(Debug, Default)]
pub struct Resolver {
    lookups: Vec<(Lookup, Option<Asked>)>,
}

#[derive(Debug)]
struct Asked {
    socket: UdpSocket,
    question: Vec<u8>,
    kind: Kind,
}

impl Resolver {
    /// Looks after the names of this configuration; what is known stays.
    pub fn configure(&mut self, model: &Config, files: &Attachments, now: u64) {
        let before = self.known();
        let servers = model.proxies.iter().flat_map(|p| &p.servers);
        let logs = model.proxies.iter().flat_map(|p| model.log_targets(p));
        let names: BTreeSet<&str> = servers
            .filter_map(server_name)
            .chain(logs.filter_map(log_name))
            .collect();
        self.lookups.clear();
        if names.is_empty() {
            return;
        }
        let hosts = Hosts::parse(&text(files, "/etc/hosts"));
        let settings = Settings::parse(&text(files, "/etc/resolv.conf"));
        for name in names {
            let known = before.get(name).copied();
            let lookup = Lookup::new(name, &hosts, &settings, known, now);
            self.lookups.push((lookup, None));
        }
    }

    pub fn known(&self) -> Known {
        let good = |(l, _): &(Lookup, _)| Some((l.name.clone(), l.address?));
        self.lookups.iter().filter_map(good).collect()
    }

    pub fn next_due(&self) -> Option<u64> {
        self.lookups.iter().filter_map(|(l, _)| l.due).min()
    }

    /// Asks what is due.
    pub fn run_due(&mut self, now: u64, epoll: &Epoll) {
        for (token, (lookup, asked)) in (TOKEN_BASE..).zip(&mut self.lookups) {
            if lookup.due.is_none_or(|due| due > now) {
                continue;
            }
            *asked = None;
            let Some(step) = lookup.run(now) else {
                continue;
            };
            // One that cannot be sent counts as not answered: the next is tried in time.
            *asked = ask(step.server, &step.name, step.kind)
                .filter(|a| epoll.add(&a.socket, token, Interest::Input).is_ok());
        }
    }

    /// An answer came; whether an address changed.
    pub fn on_event(&mut self, token: u64, now: u64) -> bool {
        let index = usize::try_from(token - TOKEN_BASE).unwrap_or(usize::MAX);
        let Some((lookup, slot)) = self.lookups.get_mut(index) else {
            return false;
        };
        let Some(asked) = slot else { return false };
        let mut buf = [0; 4096];
        loop {
            match asked.socket.recv(&mut buf) {
                Ok(n) => {
                    if let Some(answer) = answer(&buf[..n], &asked.question, asked.kind) {
                        *slot = None;
                        return lookup.take(answer, now);
                    }
                }
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => return false,
                // Refused by the host: another server is asked when the time is up.
                Err(_) => {
                    *slot = None;
                    return false;
                }
            }
        }
    }
}

fn server_name(server: &Server) -> Option<&str> {
    match &server.address.value {
        ServerAddress::Tcp {
            host: Host::Name(name),
            ..
        } => Some(name),
        _ => None,
    }
}

fn log_name(target: &LogTarget) -> Option<&str> {
    match &target.sink.value {
        LogSink::UdpName(name, _) => Some(name),
        _ => None,
    }
}

fn text(files: &Attachments, path: &str) -> String {
    let bytes = files.get(path).cloned();
    let bytes = bytes
        .or_else(|| std::fs::read(path).ok())
        .unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn ask(server: SocketAddr, name: &str, kind: Kind) -> Option<Asked> {
    let random = RandomState::new().build_hasher().finish();
    let question = query(u16::try_from(random & 0xffff).ok()?, name, kind)?;
    let any: IpAddr = if server.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.set_nonblocking(true).ok()?;
    socket.connect(server).ok()?;
    socket.send(&question).ok()?;
    Some(Asked {
        socket,
        question,
        kind,
    })
}
