//! Health checks: when they run and their sockets, all in the control thread's epoll. What a
//! check concludes is the `health` crate's.

use super::prober::{Probe, Prober, Progress};
use crate::plan::Plan;
use crate::shared::{BackendShared, ServerShared, State};
use health::{CheckResult, CheckStatus, Health, Settings, Transition, first_check_after, spread};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use sys::epoll::{Epoll, Interest, Ready};

/// Tokens of check sockets start here.
pub const TOKEN_BASE: u64 = 1 << 32;

/// All first checks run within this time: until then nobody knows what works.
const FIRST_CHECKS: Duration = Duration::from_millis(200);

#[derive(Debug, Default)]
pub struct Checks {
    watched: Vec<Watched>,
    /// (when, which, sequence): next starts and timeouts.
    due: BinaryHeap<Reverse<(u64, usize, u64)>>,
    random: u32,
    spread_percent: u32,
}

#[derive(Debug)]
struct Watched {
    server: Arc<ServerShared>,
    backend: Arc<BackendShared>,
    backup: bool,
    prober: Prober,
    identity: String,
    health: Health,
    last: CheckResult,
    running: Option<Probe>,
    started: u64,
    /// Entries of `due` with another number are out of date.
    sequence: u64,
}

/// Something to be logged.
#[derive(Debug)]
pub struct Change {
    pub backend: Arc<BackendShared>,
    pub server: Arc<ServerShared>,
    pub backup: bool,
    /// `None`: only the check's result or the way to the next state changed.
    pub transition: Option<Transition>,
    pub result: CheckResult,
    pub health: Health,
}

impl Checks {
    /// Watches the plan's servers; what is known of unchanged ones stays.
    pub fn configure(&mut self, plan: &Plan, now: u64) {
        let mut before: HashMap<(String, String), Watched> = self
            .watched
            .drain(..)
            .map(|w| ((w.server.backend.clone(), w.server.name.clone()), w))
            .collect();
        self.due.clear();
        self.random |= 1;
        self.spread_percent = plan
            .model
            .global
            .spread_checks
            .as_ref()
            .map_or(0, |p| u32::from(p.value));
        for b in &plan.backends {
            let Some(section) = plan.model.proxies.get(b.section) else {
                continue;
            };
            for (s, m) in b.servers.iter().zip(&section.servers) {
                if !m.check.enabled || s.shared.state() == State::Maintenance {
                    continue;
                }
                let prober = Prober::new(section, m, &s.target);
                let settings = settings(m);
                let identity = format!(
                    "{} {:?} {:?}",
                    m.address.value, m.check, section.check.value
                );
                let old = before.remove(&(b.name.clone(), s.name.clone()));
                let old =
                    old.filter(|w| Arc::ptr_eq(&w.server, &s.shared) && w.identity == identity);
                self.watched.push(Watched {
                    server: s.shared.clone(),
                    backend: b.shared.clone(),
                    backup: s.backup,
                    prober,
                    identity,
                    health: old.as_ref().map_or_else(
                        || Health::new(settings),
                        |w| w.health.with_settings(settings),
                    ),
                    last: old
                        .map_or_else(|| CheckResult::new(CheckStatus::Initializing), |w| w.last),
                    running: None,
                    started: now,
                    sequence: 0,
                });
            }
        }
        let count = self.watched.len();
        for at in 0..count {
            let w = &self.watched[at];
            let window = if w.health.is_checked() {
                w.health.interval()
            } else {
                FIRST_CHECKS.min(w.health.interval())
            };
            let delay = if count <= 8 && !w.health.is_checked() {
                Duration::ZERO
            } else {
                first_check_after(at, count, window)
            };
            self.schedule(at, now + ms(delay));
        }
    }

    /// When something is to be done next.
    pub fn next_due(&self) -> Option<u64> {
        self.due.peek().map(|Reverse((when, ..))| *when)
    }

    fn schedule(&mut self, at: usize, when: u64) {
        let w = &mut self.watched[at];
        w.sequence += 1;
        self.due.push(Reverse((when, at, w.sequence)));
    }

    /// Starts what is due and ends what took too long.
    pub fn run_due(&mut self, now: u64, epoll: &Epoll) -> Vec<Change> {
        let mut changes = Vec::new();
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
                Some(probe) => {
                    let result = w.prober.timed_out(&probe);
                    changes.extend(self.conclude(at, result, now));
                }
                None => changes.extend(self.start(at, now, epoll)),
            }
        }
        changes
    }

    fn start(&mut self, at: usize, now: u64, epoll: &Epoll) -> Option<Change> {
        let w = &mut self.watched[at];
        w.started = now;
        match w.prober.start() {
            Ok(probe) => {
                let token = TOKEN_BASE + at as u64;
                if epoll.add(probe.socket(), token, Interest::Stream).is_err() {
                    return self.conclude(at, CheckResult::new(CheckStatus::SocketError), now);
                }
                let limit = w.prober.connect_timeout(w.health.interval());
                w.running = Some(probe);
                self.schedule(at, now + ms(limit));
                None
            }
            Err(result) => self.conclude(at, result, now),
        }
    }

    pub fn on_event(&mut self, ready: Ready, now: u64, epoll: &Epoll) -> Option<Change> {
        let at = usize::try_from(ready.token - TOKEN_BASE).ok()?;
        let w = self.watched.get_mut(at)?;
        let probe = w.running.as_mut()?;
        match w.prober.advance(probe, ready) {
            Progress::Waiting => {}
            Progress::Connected => {
                let limit = w.prober.read_timeout(w.health.interval());
                self.schedule(at, now + ms(limit));
            }
            Progress::Reconnecting => {
                if epoll
                    .add(probe.socket(), ready.token, Interest::Stream)
                    .is_err()
                {
                    w.running = None;
                    return self.conclude(at, CheckResult::new(CheckStatus::SocketError), now);
                }
                let limit = w.prober.connect_timeout(w.health.interval());
                self.schedule(at, now + ms(limit));
            }
            Progress::Done(result) => {
                w.running = None;
                return self.conclude(at, result, now);
            }
        }
        None
    }

    fn conclude(&mut self, at: usize, result: CheckResult, now: u64) -> Option<Change> {
        self.random = balance::hash::avalanche(self.random.wrapping_add(0x9e37_79b9));
        let w = &mut self.watched[at];
        let took = Duration::from_millis(now.saturating_sub(w.started));
        let result = result.took(took);
        let first = !w.health.is_checked();
        let before = (w.last.status, w.health);
        let transition = w.health.observe(result.outcome());
        let noted = before != (result.status, w.health);
        w.last = result.clone();
        let state = if w.health.takes_sessions() {
            State::Up
        } else {
            State::Down
        };
        if w.server.set_state(state) {
            w.backend.epoch.fetch_add(1, Relaxed);
        }
        let interval = spread(w.health.interval(), self.spread_percent, self.random);
        let next = (w.started + ms(interval)).max(now + 1);
        // A first success is news for those who wait for it, not for the log.
        let transition = transition.filter(|t| !(first && *t == Transition::Up));
        let change = (transition.is_some() || noted).then(|| Change {
            backend: w.backend.clone(),
            server: w.server.clone(),
            backup: w.backup,
            transition,
            result,
            health: w.health,
        });
        self.schedule(at, next);
        change
    }

    /// Short form of the last result; `None` when the server is not checked.
    pub fn last_result(&self, server: &Arc<ServerShared>) -> Option<(String, String)> {
        let w = self
            .watched
            .iter()
            .find(|w| Arc::ptr_eq(&w.server, server))?;
        Some((w.last.short(), w.health.status()))
    }
}

fn settings(m: &config::haproxy::model::Server) -> Settings {
    Settings {
        inter: m.check.inter.value,
        fastinter: m.check.fastinter.as_ref().map(|d| d.value),
        downinter: m.check.downinter.as_ref().map(|d| d.value),
        rise: m.check.rise.value,
        fall: m.check.fall.value,
    }
}

fn ms(d: Duration) -> u64 {
    u64::try_from(d.as_millis()).unwrap_or(u64::MAX / 4)
}
