//! The servers of a configuration: who is checked how, and what is known of them from before.

use super::checks::{Checks, FIRST_CHECKS, Kind, Watched, ms};
use super::commands::Amendments;
use super::prober::{Place, Prober};
use super::roster::{Member, Roster};
use crate::plan::Plan;
use crate::shared::State;
use config::haproxy::model::{self, Proxy};
use health::{CheckResult, Health, Settings, first_check_after};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// What is known of a server's check or agent from the configuration before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Known {
    identity: String,
    health: Option<Health>,
    last: Option<CheckResult>,
    /// When it was to run next; at once if it was running.
    next: u64,
}

pub type Before = HashMap<(String, String, Kind), Known>;

/// The same for the process after this one: section, server, check or agent.
pub type KeptChecks = Vec<(String, String, Kind, Known)>;

impl Checks {
    /// Watches the plan's servers; what is known of unchanged ones stays. `goes_on`: it is the same
    /// configuration with other details, and checks go on when they were due, of servers that are
    /// elsewhere now, too.
    pub fn configure(
        &mut self,
        plan: &Arc<Plan>,
        amendments: &Amendments,
        goes_on: bool,
        now: u64,
    ) {
        let mut before = self.remembered(now);
        if goes_on {
            for known in before.values_mut() {
                known.identity.clear();
            }
        }
        let said = self.said();
        self.roster = Roster::default();
        self.places.clear();
        self.due.clear();
        self.examined.forget();
        self.random |= 1;
        let percent = plan.model.global.spread_checks.as_ref();
        self.spread_percent = percent.map_or(0, |p| u32::from(p.value));
        let mut names = HashMap::new();
        for (backend, b) in plan.backends.iter().enumerate() {
            let Some(section) = plan.model.proxies.get(b.section) else {
                continue;
            };
            let first = self.roster.members.len();
            for (server, (s, m)) in b.servers.iter().zip(&section.servers).enumerate() {
                names.insert(
                    (b.name.as_str(), s.name.as_str()),
                    self.roster.members.len(),
                );
                let place = Place {
                    plan: plan.clone(),
                    backend,
                    server,
                };
                self.enrol(&place, section, m, &mut before, now);
            }
            let last = self.roster.members.len();
            for member in &mut self.roster.members[first..] {
                member.peers = first..last;
            }
        }
        self.follow(plan, &names);
        for member in &mut self.roster.members {
            let (b, s) = (&member.server.backend, &member.server.name);
            if let Some(a) = amendments.of(b, s) {
                (member.unchecked, member.unasked) = (a.unchecked, a.unasked);
            }
            if goes_on {
                member.said = said.get(&(b.clone(), s.clone())).copied();
            }
        }
        self.roster.settle();
        self.begin(now);
    }

    /// For the process after this one. Its servers are the same, however it writes them down.
    pub fn keep(&self) -> KeptChecks {
        let known = self.watched.iter().filter_map(|w| {
            let member = self.roster.members.get(w.member)?;
            let server = &member.server;
            let known = Known {
                identity: String::new(),
                ..known(w, member, 0)
            };
            Some((server.backend.clone(), server.name.clone(), w.kind, known))
        });
        known.collect()
    }

    /// What the process before this one knew; before the first configuration.
    pub fn inherit(&mut self, kept: KeptChecks) {
        let known = kept.into_iter();
        self.inherited = known
            .map(|(b, s, kind, known)| ((b, s, kind), known))
            .collect();
    }

    /// What was said of servers that nobody checks.
    fn said(&self) -> HashMap<(String, String), State> {
        let members = self.roster.members.iter();
        let said = members
            .filter_map(|m| Some(((m.server.backend.clone(), m.server.name.clone()), m.said?)));
        said.collect()
    }

    fn remembered(&mut self, now: u64) -> Before {
        let mut before = std::mem::take(&mut self.inherited);
        for w in self.watched.drain(..) {
            let Some(member) = self.roster.members.get(w.member) else {
                continue;
            };
            let server = &member.server;
            let key = (server.backend.clone(), server.name.clone(), w.kind);
            before.insert(key, known(&w, member, now));
        }
        before
    }

    fn enrol(
        &mut self,
        place: &Place,
        section: &Proxy,
        m: &model::Server,
        before: &mut Before,
        now: u64,
    ) {
        let Some((b, s)) = place.both() else {
            return;
        };
        let at = self.roster.members.len();
        let mut member = Member {
            server: s.shared.clone(),
            backend: b.shared.clone(),
            backup: s.backup,
            fixed_weights: b.has_fixed_weights(),
            sends_on: b.sends_on(),
            health: None,
            last: None,
            on_error: m.observation.action,
            agent: None,
            last_agent: None,
            unchecked: false,
            unasked: false,
            said: None,
            tracks: None,
            trackers: Vec::new(),
            peers: at..at,
        };
        let mut watch = |kind, prober, identity: String, settings| {
            let key = (b.name.clone(), s.name.clone(), kind);
            // One without an identity goes on whatever changed.
            let same = |k: &Known| k.identity.is_empty() || k.identity == identity;
            let known = before.remove(&key).filter(same);
            let next = known.as_ref().map_or(0, |known| known.next);
            let (health, last) = known.map_or((None, None), |known| (known.health, known.last));
            self.watched.push(Watched {
                member: at,
                kind,
                prober,
                identity,
                running: None,
                started: now,
                next,
                sequence: 0,
            });
            let health = health.map(|health| health.with_settings(settings));
            (Some(health.unwrap_or_else(|| Health::new(settings))), last)
        };
        if m.check.enabled {
            let identity = format!(
                "{:+?} {:+?} {:+?} {}",
                m.address.value,
                m.check.asked(),
                section.check.value,
                section.options.disable_on_404
            );
            let prober = Prober::new(place.clone(), section, m, (b, s));
            let known = watch(Kind::Health, prober, identity, settings(m));
            (member.health, member.last) = known;
        }
        if m.agent.enabled.is_some() {
            let identity = format!("{:+?} {:+?}", m.address.value, m.agent.asked());
            let prober = Prober::agent(place.clone(), section, m, s);
            let known = watch(Kind::Agent, prober, identity, agent_settings(m));
            (member.agent, member.last_agent) = known;
        }
        self.places.insert(Arc::as_ptr(&s.shared) as usize, at);
        self.roster.members.push(member);
    }

    /// Who tracks whom; the parser has seen to it that there is an end to it.
    fn follow(&mut self, plan: &Plan, names: &HashMap<(&str, &str), usize>) {
        let mut at = 0;
        for b in &plan.backends {
            let servers = plan
                .model
                .proxies
                .get(b.section)
                .map(|section| &section.servers);
            for m in servers.into_iter().flatten() {
                if let Some(track) = &m.track {
                    let home = track
                        .proxy
                        .as_ref()
                        .map_or(b.name.as_str(), |p| p.0.as_str());
                    let tracked = names.get(&(home, track.server.0.as_str())).copied();
                    self.roster.members[at].tracks = tracked;
                    if let Some(tracked) = tracked {
                        // The last of the text is the first to follow.
                        self.roster.members[tracked].trackers.insert(0, at);
                    }
                }
                at += 1;
            }
        }
    }

    /// First checks, spread over time; those that ran before keep their rhythm, for reloads that come
    /// fast must not keep anybody from being checked.
    fn begin(&mut self, now: u64) {
        let count = self.watched.len();
        for at in 0..count {
            let w = &self.watched[at];
            let member = &self.roster.members[w.member];
            let (health, last) = match w.kind {
                Kind::Health => (member.health, &member.last),
                Kind::Agent => (member.agent, &member.last_agent),
            };
            let interval = self.interval(at);
            let fresh = last.is_none() && health.is_none_or(|health| !health.is_checked());
            let window = if fresh {
                FIRST_CHECKS.min(interval)
            } else {
                interval
            };
            let spread = now + ms(first_check_after(at, count, window));
            let when = match (fresh, w.next) {
                (true, _) if count <= 8 => now,
                (true, _) | (false, 0) => spread,
                (false, next) => next.clamp(now, now + ms(interval)),
            };
            self.schedule(at, when);
        }
    }
}

fn known(w: &Watched, member: &Member, now: u64) -> Known {
    let (health, last) = match w.kind {
        Kind::Health => (member.health, member.last.clone()),
        Kind::Agent => (member.agent, member.last_agent.clone()),
    };
    Known {
        identity: w.identity.clone(),
        health,
        last,
        next: if w.running.is_some() { now } else { w.next },
    }
}

fn settings(m: &model::Server) -> Settings {
    Settings {
        inter: m.check.inter.value,
        fastinter: m.check.fastinter.as_ref().map(|d| d.value),
        downinter: m.check.downinter.as_ref().map(|d| d.value),
        rise: m.check.rise.value,
        fall: m.check.fall.value,
    }
}

/// An agent is believed at once.
fn agent_settings(m: &model::Server) -> Settings {
    Settings {
        inter: m.agent.inter.value,
        fastinter: None,
        downinter: None,
        rise: 1,
        fall: 1,
    }
}
