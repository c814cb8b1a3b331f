//! One name's way from question to address, and again when its time is up. Clock-free.

use super::message::Kind;
use super::reply::{Reply, read};
use super::{Hosts, Settings};
use std::net::{IpAddr, SocketAddr};

const TIMEOUT_MS: u64 = 1000;
const RETRY_MS: u64 = 5000;
/// Rounds over all servers before giving up for now.
const ROUNDS: usize = 2;
const SHORTEST_S: u32 = 1;
const LONGEST_S: u32 = 3600;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Addresses and the shortest time to live among them, in seconds.
    Addresses(Vec<IpAddr>, u32),
    /// The name has no such record, or is not there.
    Nothing,
    /// The server could not say.
    Failed,
}

/// `None`: not an answer to this question.
pub fn answer(message: &[u8], asked: &[u8], kind: Kind) -> Option<Answer> {
    Some(match read(message, asked, kind).ok()? {
        // Of many addresses the ones that came are enough.
        Reply::Good(all) | Reply::Truncated(all) if !all.is_empty() => {
            Answer::Addresses(all.addresses, all.ttl)
        }
        Reply::Empty | Reply::Nx => Answer::Nothing,
        _ => Answer::Failed,
    })
}

/// A question to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub server: SocketAddr,
    pub name: String,
    pub kind: Kind,
}

#[derive(Debug)]
pub struct Lookup {
    pub name: String,
    /// The last good answer; kept whatever comes after it.
    pub address: Option<IpAddr>,
    settings: Settings,
    candidates: Vec<String>,
    candidate: usize,
    kind: Kind,
    tries: usize,
    asking: bool,
    /// When the question is late, or the next one is due; `None` = never.
    pub due: Option<u64>,
}

impl Lookup {
    /// `before`: what was known under other settings.
    pub fn new(
        name: &str,
        hosts: &Hosts,
        settings: &Settings,
        before: Option<IpAddr>,
        now: u64,
    ) -> Self {
        let fixed = hosts.get(name);
        Self {
            name: name.to_owned(),
            address: fixed.or(before),
            settings: settings.clone(),
            candidates: settings.candidates(name),
            candidate: 0,
            kind: Kind::A,
            tries: 0,
            asking: false,
            // A name of the hosts file is never asked for.
            due: fixed.is_none().then_some(now),
        }
    }

    /// The time of `due` has come: what to ask now.
    pub fn run(&mut self, now: u64) -> Option<Step> {
        if self.asking {
            self.tries += 1;
            if self.tries >= ROUNDS * self.settings.servers.len() {
                self.rest(now);
                return None;
            }
        }
        self.asking = true;
        self.due = Some(now + TIMEOUT_MS);
        Some(Step {
            server: *self
                .settings
                .servers
                .get(self.tries % self.settings.servers.len())?,
            name: self.candidates.get(self.candidate)?.clone(),
            kind: self.kind,
        })
    }

    /// Takes an answer; whether the address is another one now.
    pub fn take(&mut self, answer: Answer, now: u64) -> bool {
        match answer {
            Answer::Addresses(all, ttl) => {
                self.rest(now);
                self.due = Some(now + u64::from(ttl.clamp(SHORTEST_S, LONGEST_S)) * 1000);
                // An address that is still good stays: connections to it are open.
                if self.address.is_some_and(|a| all.contains(&a)) {
                    return false;
                }
                self.address = all.first().copied().or(self.address);
                true
            }
            Answer::Nothing => {
                self.tries = 0;
                self.asking = false;
                match self.kind {
                    Kind::A => self.kind = Kind::Aaaa,
                    Kind::Aaaa | Kind::Srv => {
                        (self.kind, self.candidate) = (Kind::A, self.candidate + 1);
                    }
                }
                if self.candidate < self.candidates.len() {
                    self.due = Some(now);
                } else {
                    self.rest(now);
                }
                false
            }
            Answer::Failed => {
                // As if no answer came: the next server is asked at once.
                self.due = Some(now);
                false
            }
        }
    }

    /// Begins anew some time later.
    fn rest(&mut self, now: u64) {
        (self.asking, self.tries, self.candidate, self.kind) = (false, 0, 0, Kind::A);
        self.due = Some(now + RETRY_MS);
    }
}
