//! What the end of a check or of an agent's answer means for its server, and when the next one is
//! due.

use super::change::{Change, News};
use super::checks::{Checks, Kind, ms};
use crate::shared::State;
use health::{AgentWords, CheckResult, CheckStatus, Outcome, spread};
use std::time::Duration;

impl Checks {
    pub(super) fn conclude(
        &mut self,
        at: usize,
        result: CheckResult,
        now: u64,
        changes: &mut Vec<Change>,
    ) {
        self.random = balance::hash::avalanche(self.random.wrapping_add(0x9e37_79b9));
        let w = &self.watched[at];
        let took = Duration::from_millis(now.saturating_sub(w.started));
        let (member, started) = (w.member, w.started);
        match w.kind {
            Kind::Health => self.checked(member, result.took(took), changes),
            Kind::Agent => self.heard(member, &result, took, now, changes),
        }
        let interval = spread(self.interval(at), self.spread_percent, self.random);
        self.schedule(at, (started + ms(interval)).max(now + 1));
    }

    /// A check of the server ended.
    fn checked(&mut self, at: usize, result: CheckResult, changes: &mut Vec<Change>) {
        let member = &mut self.roster.members[at];
        let Some(health) = &mut member.health else {
            return;
        };
        let before = (member.last.as_ref().map(|last| last.status), *health);
        if health.is_up() && result.outcome() == Outcome::Failed {
            member.server.failed_checks.add(1);
        }
        health.observe(result.outcome());
        let noted = before != (Some(result.status), *health);
        member.last = Some(result.clone());
        let news = News::Check {
            is_agent: false,
            health: *health,
            result,
            noted,
        };
        self.roster.checked(at, news, changes);
    }

    /// An agent was asked, with or without success.
    fn heard(
        &mut self,
        at: usize,
        asked: &CheckResult,
        took: Duration,
        now: u64,
        changes: &mut Vec<Change>,
    ) {
        // Only an agent that said a line says anything about its server.
        let line = asked
            .info
            .as_ref()
            .filter(|_| asked.status == CheckStatus::L7Ok);
        let mut words = line.map(|line| AgentWords::read(line)).unwrap_or_default();
        if let Some(Err(why)) = words.weight.map(|w| self.roster.set_weight(at, w, changes)) {
            words.warn(why.to_owned());
        }
        if let Some(limit) = words.maxconn {
            self.roster.set_maxconn(at, limit);
        }
        let result = line.map_or_else(|| asked.clone(), |_| words.result());
        let result = result.took(took);
        let member = &mut self.roster.members[at];
        let Some(agent) = &mut member.agent else {
            return;
        };
        let before = (member.last_agent.as_ref().map(|last| last.status), *agent);
        if words.up.is_some() {
            agent.observe(result.outcome());
        }
        let agent = *agent;
        member.last_agent = Some(result.clone());
        if let Some(wish) = words.wish {
            self.ordered(at, wish, now, changes);
        }
        let silent = result.status == CheckStatus::Checked;
        let noted = !silent && before != (Some(result.status), agent);
        let news = News::Check {
            is_agent: true,
            health: agent,
            result,
            noted,
        };
        self.roster.checked(at, news, changes);
    }

    /// Orders for a server: checks of those that go into maintenance end, and those that leave it
    /// are checked at once.
    pub(super) fn ordered(
        &mut self,
        at: usize,
        wish: health::Wish,
        now: u64,
        changes: &mut Vec<Change>,
    ) {
        let news = changes.len();
        self.roster.wish(at, wish, changes);
        self.follow_orders(&changes[news..], now);
    }

    /// The check or the agent is taken to have said this; of a server that nobody checks it holds
    /// until something else is said.
    pub fn force(&mut self, at: usize, kind: Kind, outcome: Outcome, changes: &mut Vec<Change>) {
        let member = &mut self.roster.members[at];
        let health = match kind {
            Kind::Health => &mut member.health,
            Kind::Agent => &mut member.agent,
        };
        match health {
            Some(health) => health.force(outcome),
            None => {
                member.said = match outcome {
                    Outcome::Passed => None,
                    Outcome::Failed => Some(State::Down),
                    Outcome::Conditional => Some(State::Stopping),
                };
            }
        }
        self.roster.checked(at, News::Forced, changes);
    }

    /// Checks of the server, or questions to its agent, end or begin again.
    pub fn switch(&mut self, at: usize, kind: Kind, on: bool, now: u64, changes: &mut Vec<Change>) {
        let member = &mut self.roster.members[at];
        match kind {
            Kind::Health => member.unchecked = !on,
            Kind::Agent => member.unasked = !on,
        }
        for w in 0..self.watched.len() {
            let watched = &mut self.watched[w];
            if (watched.member, watched.kind) != (at, kind) {
                continue;
            }
            if on {
                self.schedule(w, now);
            } else {
                watched.running = None;
                watched.sequence += 1;
            }
        }
        self.roster.checked(at, News::Forced, changes);
    }

    /// Whether a check of this kind is under way.
    pub fn runs(&self, at: usize, kind: Kind) -> bool {
        let mut all = self.watched.iter();
        all.any(|w| (w.member, w.kind) == (at, kind) && w.running.is_some())
    }

    pub(super) fn follow_orders(&mut self, changes: &[Change], now: u64) {
        let changed: Vec<usize> = changes
            .iter()
            .filter_map(|change| self.place(&change.server))
            .collect();
        for at in 0..self.watched.len() {
            let w = &mut self.watched[at];
            if w.kind == Kind::Health && changed.contains(&w.member) {
                let state = self.roster.members[w.member].server.state();
                if state == State::Maintenance {
                    w.running = None;
                    w.sequence += 1;
                } else if w.running.is_none() {
                    self.schedule(at, now);
                }
            }
        }
    }
}
