//! Names that the system's name servers know: a socket of its own for each question, so that an
//! answer has to hit port and number.

use super::draw;
use crate::names::message::query;
use crate::names::{Hosts, Kind, Lookup, Settings, answer};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use sys::epoll::{Epoll, Interest};

#[derive(Debug, Default)]
pub struct Lookups {
    entries: Vec<Entry>,
    /// By name.
    places: HashMap<String, usize>,
}

#[derive(Debug)]
struct Entry {
    lookup: Lookup,
    asked: Option<Asked>,
    /// One answer is enough.
    once: bool,
}

#[derive(Debug)]
struct Asked {
    socket: UdpSocket,
    question: Vec<u8>,
    kind: Kind,
}

impl Lookups {
    /// Looks after these names; what is known of them stays.
    pub fn configure(
        &mut self,
        names: HashMap<String, bool>,
        hosts: &Hosts,
        settings: &Settings,
        now: u64,
    ) {
        let before: HashMap<String, IpAddr> = self
            .entries
            .drain(..)
            .filter_map(|e| Some((e.lookup.name.clone(), e.lookup.address?)))
            .collect();
        self.places.clear();
        for (at, (name, once)) in names.into_iter().enumerate() {
            let known = before.get(&name).copied();
            self.entries.push(Entry {
                lookup: Lookup::new(&name, hosts, settings, known, now),
                asked: None,
                once,
            });
            self.places.insert(name, at);
        }
    }

    pub fn address(&self, name: &str) -> Option<IpAddr> {
        let at = *self.places.get(name)?;
        self.entries.get(at)?.lookup.address
    }

    pub fn next_due(&self) -> Option<u64> {
        self.entries.iter().filter_map(|e| e.lookup.due).min()
    }

    /// Asks what is due. Tokens begin at `base`.
    pub fn run_due(&mut self, now: u64, base: u64, epoll: &Epoll) {
        for (token, entry) in (base..).zip(&mut self.entries) {
            if entry.lookup.due.is_none_or(|due| due > now) {
                continue;
            }
            entry.asked = None;
            let Some(step) = entry.lookup.run(now) else {
                continue;
            };
            // One that cannot be sent counts as not answered: the next is tried in time.
            entry.asked = ask(step.server, &step.name, step.kind)
                .filter(|a| epoll.add(&a.socket, token, Interest::Input).is_ok());
        }
    }

    /// An answer came; the name whose address changed.
    pub fn on_event(&mut self, index: usize, now: u64) -> Option<String> {
        let entry = self.entries.get_mut(index)?;
        let mut buf = [0; 4096];
        loop {
            let asked = entry.asked.as_ref()?;
            match asked.socket.recv(&mut buf) {
                Ok(n) => {
                    if let Some(answer) = answer(&buf[..n], &asked.question, asked.kind) {
                        entry.asked = None;
                        let moved = entry.lookup.take(answer, now);
                        if entry.once && entry.lookup.address.is_some() {
                            entry.lookup.due = None;
                        }
                        return moved.then(|| entry.lookup.name.clone());
                    }
                }
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => return None,
                // Refused by the host: another server is asked when the time is up.
                Err(_) => {
                    entry.asked = None;
                    return None;
                }
            }
        }
    }
}

fn ask(server: SocketAddr, name: &str, kind: Kind) -> Option<Asked> {
    let question = query(draw(), name, kind)?;
    let socket = datagrams(server)?;
    socket.send(&question).ok()?;
    Some(Asked {
        socket,
        question,
        kind,
    })
}

/// A socket with a port of its own that hears this server alone.
pub fn datagrams(server: SocketAddr) -> Option<UdpSocket> {
    let any: IpAddr = if server.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.set_nonblocking(true).ok()?;
    socket.connect(server).ok()?;
    Some(socket)
}
