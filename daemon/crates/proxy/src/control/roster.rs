//! All servers as the checks, agents, orders and tracked servers have them, and what one of these
//! changes for those that follow.

use super::change::{Change, News, transition};
use super::orders::inherit;
use crate::shared::{BackendShared, ServerShared, State, admin};
use config::haproxy::model::OnError;
use health::{CheckResult, Health};
use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

#[derive(Debug)]
pub struct Member {
    pub server: Arc<ServerShared>,
    pub backend: Arc<BackendShared>,
    pub backup: bool,
    /// The algorithm cannot take other weights while it runs.
    pub fixed_weights: bool,
    /// Who waits for it alone looks for another one when it goes.
    pub sends_on: bool,
    /// What its own check found.
    pub health: Option<Health>,
    pub last: Option<CheckResult>,
    /// What too many errors of live traffic do.
    pub on_error: OnError,
    /// What its agent said.
    pub agent: Option<Health>,
    pub last_agent: Option<CheckResult>,
    /// Its check, its agent are not asked: the server stays as it was found, or as somebody says it
    /// is; an agent's word does not count.
    pub unchecked: bool,
    pub unasked: bool,
    /// Nobody checks it, and somebody said that it is down or stops.
    pub said: Option<State>,
    pub tracks: Option<usize>,
    /// Who tracks it.
    pub trackers: Vec<usize>,
    /// The members of its backend, itself among them.
    pub peers: Range<usize>,
}

#[derive(Debug, Default)]
pub struct Roster {
    pub members: Vec<Member>,
    /// Shares or limits changed: who waits may be served now.
    stirred: Cell<bool>,
}

impl Roster {
    /// Takes up what all checks, agents and orders mean together, without a word.
    pub fn settle(&self) {
        for (at, member) in self.members.iter().enumerate() {
            member.server.set_orders(self.orders(at));
            if member.server.set_operation(self.operation(at)) {
                self.stir(member);
            }
        }
    }

    pub(super) fn stir(&self, member: &Member) {
        member.backend.epoch.fetch_add(1, Relaxed);
        let mut peers = self.members.get(member.peers.clone()).into_iter().flatten();
        member
            .backend
            .standing
            .set(peers.any(|peer| peer.server.serves()));
        self.stirred.set(true);
    }

    /// Whether shares or limits changed since this was asked last.
    pub fn take_stirred(&self) -> bool {
        self.stirred.take()
    }

    pub(super) fn operation(&self, at: usize) -> State {
        let member = &self.members[at];
        let of_checks = match (&member.health, member.tracks) {
            (_, Some(tracked)) => self.operation(tracked),
            (None, None) => member.said.unwrap_or(State::NoCheck),
            (Some(health), None) if !health.is_checked() && member.unchecked => State::NoCheck,
            (Some(health), None) if !health.is_checked() => State::Unknown,
            (Some(health), None) if !health.is_up() => State::Down,
            (Some(health), None) if !health.takes_sessions() => State::Stopping,
            (Some(_), None) => State::Up,
        };
        match &member.agent {
            Some(agent) if !agent.is_up() && !member.unasked => State::Down,
            _ => of_checks,
        }
    }

    /// Its own orders with those of the servers it follows.
    fn orders(&self, at: usize) -> u8 {
        let member = &self.members[at];
        let own = member.server.orders();
        match member.tracks {
            Some(tracked) => inherit(own, self.orders(tracked)),
            None => own & !(admin::INHERITED_MAINTENANCE | admin::INHERITED_DRAIN),
        }
    }

    /// The end of the chain of tracked servers: whose checks and agent count.
    pub fn root(&self, at: usize) -> &Member {
        let member = &self.members[at];
        member.tracks.map_or(member, |tracked| self.root(tracked))
    }

    pub(super) fn name(&self, at: usize) -> String {
        let server = &self.members[at].server;
        format!("{}/{}", server.backend, server.name)
    }

    /// Takes up what the checks say by now, here and for those that follow.
    pub fn checked(&self, at: usize, news: News, changes: &mut Vec<Change>) {
        let member = &self.members[at];
        let (before, served) = (member.server.operation(), member.server.serves());
        let now = self.operation(at);
        if member.server.set_operation(now) {
            self.stir(member);
        }
        let ordered_out = member.server.state() == State::Maintenance;
        let transition = transition(before, now).filter(|_| !ordered_out);
        let noted = matches!(news, News::Check { noted: true, .. });
        if transition.is_some() || noted {
            changes.push(self.change(at, served, transition, news));
        }
        if before != now {
            for tracker in &member.trackers {
                self.checked(*tracker, News::Followed(self.name(at)), changes);
            }
        }
    }

    /// As the column `status` of HAProxy's statistics.
    pub fn status(&self, at: usize) -> String {
        let member = &self.members[at];
        let root = self.root(at);
        let checked = root.health.as_ref().filter(|_| !root.unchecked);
        let of_checks = |name: &str| checked.map_or(name.to_owned(), Health::status);
        let by_agent = |word: &str| format!("{word} (agent)");
        let orders = member.server.orders();
        match member.server.state() {
            State::Maintenance => match member.tracks {
                Some(tracked) if orders & admin::INHERITED_MAINTENANCE != 0 => {
                    format!("MAINT (via {})", self.name(tracked))
                }
                _ if orders & admin::UNRESOLVED != 0 => "MAINT (resolution)".to_owned(),
                _ => "MAINT".to_owned(),
            },
            State::Down => match (&member.agent, &root.agent) {
                (Some(agent), _) | (None, Some(agent)) if !agent.is_up() => by_agent("DOWN"),
                _ => of_checks("DOWN"),
            },
            State::Drain if root.agent.is_some() => by_agent("DRAIN"),
            State::Drain => "DRAIN".to_owned(),
            State::Up if member.server.weight() == 0 => "DRAIN".to_owned(),
            // Nobody looks any more.
            State::Up if root.unchecked => State::NoCheck.name().to_owned(),
            State::Up => of_checks("UP"),
            other => other.name().to_owned(),
        }
    }
}
