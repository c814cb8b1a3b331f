//! Health checks and agents: when they run and their sockets, all in the control thread's epoll.
//! What a check concludes is the `health` crate's; what follows stands in `outcome`.

use super::change::Change;
use super::enrol::Before;
use super::examined::Examined;
use super::probe::{Probe, Progress};
use super::prober::Prober;
use super::roster::Roster;
use super::seen;
use crate::shared::{ServerShared, State};
use health::{CheckResult, CheckStatus};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use sys::epoll::{Epoll, Interest, Ready};

/// Tokens of check sockets start here.
pub const TOKEN_BASE: u64 = 1 << 32;

/// All first checks run within this time: until then nobody knows what works.
pub(super) const FIRST_CHECKS: Duration = Duration::from_millis(200);

#[derive(Debug, Default)]
pub struct Checks {
    pub(super) roster: Roster,
    pub(super) watched: Vec<Watched>,
    /// (when, which, sequence): next starts and timeouts.
    pub(super) due: BinaryHeap<Reverse<(u64, usize, u64)>>,
    pub(super) random: u32,
    pub(super) spread_percent: u32,
    /// Servers by the address of what is shared of them.
    pub(super) places: HashMap<usize, usize>,
    /// Of the process before this one.
    pub(super) inherited: Before,
    pub(super) examined: Examined,
}

/// What is asked: the server, or its agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    Health,
    Agent,
}

#[derive(Debug)]
pub struct Watched {
    pub(super) member: usize,
    pub(super) kind: Kind,
    pub(super) prober: Prober,
    pub(super) identity: String,
    pub(super) running: Option<Running>,
    pub(super) started: u64,
    /// When it is started next, or ends for being too slow.
    pub(super) next: u64,
    /// Entries of `due` with another number are out of date.
    pub(super) sequence: u64,
}

/// A check under way.
#[derive(Debug)]
pub(super) enum Running {
    Probe(Box<Probe>),
    /// A program that the supervisor runs, by the number of the request.
    Program(u64),
}

impl Checks {
    /// When something is to be done next.
    pub fn next_due(&self) -> Option<u64> {
        self.due.peek().map(|Reverse((when, ..))| *when)
    }

    pub(super) fn schedule(&mut self, at: usize, when: u64) {
        let w = &mut self.watched[at];
        w.sequence += 1;
        w.next = when;
        self.due.push(Reverse((when, at, w.sequence)));
    }

    /// Starts what is due and ends what took too long.
    pub fn run_due(&mut self, now: u64, epoll: &Epoll) -> Vec<Change> {
        let mut changes = self.examined.take_changes();
        while let Some(Reverse((when, at, sequence))) = self.due.peek().copied() {
            if when > now {
                break;
            }
            self.due.pop();
            let Some(w) = self.watched.get_mut(at) else {
                continue;
            };
            if w.sequence != sequence {
                continue;
            }
            match w.running.take() {
                Some(Running::Probe(probe)) => {
                    let result = w.prober.timed_out(&probe);
                    self.conclude(at, result, now, &mut changes);
                }
                Some(Running::Program(id)) => self.too_slow(id, at, now, &mut changes),
                None => self.start(at, now, epoll, &mut changes),
            }
        }
        changes
    }

    fn start(&mut self, at: usize, now: u64, epoll: &Epoll, changes: &mut Vec<Change>) {
        if self.is_paused(at) {
            return;
        }
        let interval = self.interval(at);
        let w = &mut self.watched[at];
        if w.prober.is_external() {
            return self.examine(at, interval, now);
        }
        let member = &self.roster.members[w.member];
        let state = if w.prober.tells_state() {
            seen::state(w.prober.place(), member.health.as_ref())
        } else {
            String::new()
        };
        w.started = now;
        match w.prober.start(state, now) {
            Ok(probe) => {
                let token = TOKEN_BASE + at as u64;
                if epoll.add(probe.socket(), token, Interest::Stream).is_err() {
                    let result = CheckResult::new(CheckStatus::SocketError);
                    return self.conclude(at, result, now, changes);
                }
                let limit = w.prober.connect_timeout(interval);
                w.running = Some(Running::Probe(Box::new(probe)));
                self.schedule(at, now + ms(limit));
            }
            Err(result) => self.conclude(at, result, now, changes),
        }
    }

    /// A server in maintenance is not checked; its agent may bring it back.
    fn is_paused(&self, at: usize) -> bool {
        let w = &self.watched[at];
        let member = &self.roster.members[w.member];
        match w.kind {
            Kind::Health => member.unchecked || member.server.state() == State::Maintenance,
            Kind::Agent => member.unasked,
        }
    }

    pub(super) fn interval(&self, at: usize) -> Duration {
        let w = &self.watched[at];
        let member = &self.roster.members[w.member];
        let health = match w.kind {
            Kind::Health => &member.health,
            Kind::Agent => &member.agent,
        };
        health.map_or(Duration::from_secs(2), |health| health.interval())
    }

    pub fn on_event(&mut self, ready: Ready, now: u64, epoll: &Epoll) -> Vec<Change> {
        let mut changes = Vec::new();
        let at = usize::try_from(ready.token - TOKEN_BASE).unwrap_or(usize::MAX);
        if at >= self.watched.len() {
            return changes;
        }
        let interval = self.interval(at);
        let w = &mut self.watched[at];
        let Some(Running::Probe(probe)) = w.running.as_mut() else {
            return changes;
        };
        match w.prober.advance(probe, ready, now) {
            Progress::Waiting => {}
            Progress::Connected => {
                let limit = w.prober.read_timeout(interval);
                self.schedule(at, now + ms(limit));
            }
            Progress::Reconnecting => {
                let token = ready.token;
                if epoll.add(probe.socket(), token, Interest::Stream).is_err() {
                    w.running = None;
                    let result = CheckResult::new(CheckStatus::SocketError);
                    self.conclude(at, result, now, &mut changes);
                    return changes;
                }
                let limit = w.prober.connect_timeout(interval);
                self.schedule(at, now + ms(limit));
            }
            Progress::Done(result) => {
                w.running = None;
                self.conclude(at, result, now, &mut changes);
            }
        }
        changes
    }

    /// The server's name has an address, or none for this reason.
    pub fn resolve(
        &mut self,
        server: &Arc<ServerShared>,
        name: &str,
        lost: Option<&'static str>,
        now: u64,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        let Some(at) = self.place(server) else {
            return changes;
        };
        self.roster.resolve(at, name, lost, &mut changes);
        self.follow_orders(&changes, now);
        if lost.is_none() {
            // A check of where it was says nothing of where it is.
            for w in 0..self.watched.len() {
                if self.watched[w].member == at && !self.is_paused(w) {
                    self.watched[w].running = None;
                    self.schedule(w, now);
                }
            }
        }
        changes
    }

    /// The weight that an SRV record gives.
    pub fn weigh(&self, server: &Arc<ServerShared>, weight: u32) {
        if let Some(at) = self.place(server) {
            self.roster.weigh(at, weight);
        }
    }

    pub fn place(&self, server: &Arc<ServerShared>) -> Option<usize> {
        self.places.get(&(Arc::as_ptr(server) as usize)).copied()
    }

    /// The members that are being asked now.
    pub fn under_way(&self, kind: Kind) -> impl Iterator<Item = usize> {
        let busy = move |w: &&Watched| w.kind == kind && w.running.is_some();
        self.watched.iter().filter(busy).map(|w| w.member)
    }

    pub fn roster(&self) -> &Roster {
        &self.roster
    }
}

pub(super) fn ms(d: Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX / 4)
}
