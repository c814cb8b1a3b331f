//! All servers as the checks, agents, orders and tracked servers have them, and what one of these
//! changes for those that follow.

use crate::shared::{BackendShared, ServerShared, State, admin};
use config::haproxy::model::OnError;
use health::{CheckResult, Health, Order, Remaining, Transition, Wish};
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
    /// What its own check found.
    pub health: Option<Health>,
    pub last: Option<CheckResult>,
    /// What too many errors of live traffic do.
    pub on_error: OnError,
    /// What its agent said.
    pub agent: Option<Health>,
    pub last_agent: Option<CheckResult>,
    pub tracks: Option<usize>,
    /// Who tracks it.
    pub trackers: Vec<usize>,
    /// The members of its backend, itself among them.
    pub peers: Range<usize>,
}

/// Something that changed, for the log and for sessions.
#[derive(Debug)]
pub struct Change {
    pub backend: Arc<BackendShared>,
    pub server: Arc<ServerShared>,
    pub backup: bool,
    /// What it means for sessions; `None`: nothing, or only the way to the next state.
    pub transition: Option<Transition>,
    pub news: News,
    /// It got new sessions before.
    pub served: bool,
    /// What the backend had left then.
    pub left: Remaining,
    /// This was the last one that could be sent a session.
    pub nobody: bool,
}

/// Where a change comes from.
#[derive(Debug, Clone)]
pub enum News {
    Check {
        is_agent: bool,
        result: CheckResult,
        health: Health,
        /// The check by itself is worth a line.
        noted: bool,
    },
    /// The tracked server's name, `BACKEND/NAME`.
    Followed(String),
    /// The same, where it came from there.
    Ordered(Order, Option<String>),
    /// It has another weight.
    Weighed,
    /// Its name has no address any more, in haproxy's words why; `down`: it was out already.
    Lost { reason: &'static str, down: bool },
    /// Its name has an address again.
    Found(String),
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

    fn stir(&self, member: &Member) {
        member.backend.epoch.fetch_add(1, Relaxed);
        self.stirred.set(true);
    }

    /// Whether shares or limits changed since this was asked last.
    pub fn take_stirred(&self) -> bool {
        self.stirred.take()
    }

    fn operation(&self, at: usize) -> State {
        let member = &self.members[at];
        let of_checks = match (&member.health, member.tracks) {
            (_, Some(tracked)) => self.operation(tracked),
            (None, None) => State::NoCheck,
            (Some(health), None) if !health.is_checked() => State::Unknown,
            (Some(health), None) if !health.is_up() => State::Down,
            (Some(health), None) if !health.takes_sessions() => State::Stopping,
            (Some(_), None) => State::Up,
        };
        match &member.agent {
            Some(agent) if !agent.is_up() => State::Down,
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

    fn name(&self, at: usize) -> String {
        let server = &self.members[at].server;
        format!("{}/{}", server.backend, server.name)
    }

    /// Takes up what the checks say by now, here and for those that follow.
    pub fn checked(&self, at: usize, news: News, changes: &mut Vec<Change>) {
        let member = &self.members[at];
        let (before, served) = (member.server.operation(), serves(member));
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

    /// An administrator, or an agent in his place, wants this.
    pub fn wish(&mut self, at: usize, wish: Wish, changes: &mut Vec<Change>) {
        const MAINTENANCE: u8 = admin::MAINTENANCE;
        let old = self.members[at].server.orders();
        let new = match wish {
            Wish::Ready => old & !(MAINTENANCE | admin::DRAIN),
            Wish::Drain => old & !MAINTENANCE | admin::DRAIN,
            Wish::Maintenance => old & !admin::DRAIN | MAINTENANCE,
        };
        self.order(at, new, None, changes);
    }

    /// Its name has an address, or none for this reason.
    pub fn resolve(
        &mut self,
        at: usize,
        name: &str,
        lost: Option<&'static str>,
        changes: &mut Vec<Change>,
    ) {
        let server = &self.members[at].server;
        let old = server.orders();
        let down = server.operation() == State::Down;
        let new = match lost {
            Some(_) => old | admin::UNRESOLVED,
            None => old & !admin::UNRESOLVED,
        };
        let news = changes.len();
        self.order(at, new, None, changes);
        // The server's own change comes first; those that follow it tell of themselves.
        if let Some(change) = changes.get_mut(news).filter(|_| old != new) {
            change.news = match lost {
                Some(reason) => News::Lost { reason, down },
                None => News::Found(name.to_owned()),
            };
        }
    }

    /// The weight that an SRV record gives.
    pub fn weigh(&self, at: usize, weight: u32) {
        let member = &self.members[at];
        if member.server.set_weight(weight) {
            self.stir(member);
        }
    }

    fn order(&mut self, at: usize, new: u8, via: Option<String>, changes: &mut Vec<Change>) {
        let member = &mut self.members[at];
        let old = member.server.orders();
        if old == new {
            return;
        }
        let down = member.server.operation() == State::Down;
        let was_up = member.server.state().keeps();
        let served = serves(member);
        let has = |orders: u8, any: u8| orders & any != 0;
        let (was, is) = (
            has(old, admin::ANY_MAINTENANCE),
            has(new, admin::ANY_MAINTENANCE),
        );
        if was && !is {
            // What was known is old: the next check decides.
            member.health = member.health.map(Health::anew);
        }
        let drains = has(new, admin::ANY_DRAIN);
        let order = match (was, is) {
            (false, true) => Some((Order::Maintenance, Some(Transition::Down))),
            (true, false) => Some((
                Order::LeaveMaintenance {
                    down: self.operation(at) == State::Down,
                    drain: drains,
                },
                Some(Transition::Up),
            )),
            (true, true) => None,
            (false, false) if drains == has(old, admin::ANY_DRAIN) => None,
            (false, false) if drains => Some((Order::Drain { down }, None)),
            (false, false) => Some((Order::LeaveDrain { down }, None)),
        };
        let operation = self.operation(at);
        let member = &self.members[at];
        member.server.set_orders(new);
        if was && !is {
            member.server.set_operation(operation);
        }
        self.stir(member);
        if let Some((order, transition)) = order {
            let matters = was_up || member.server.state().keeps();
            let transition = transition.filter(|_| matters);
            changes.push(self.change(at, served, transition, News::Ordered(order, via)));
        }
        for tracker in self.members[at].trackers.clone() {
            let inherited = inherit(self.members[tracker].server.orders(), new);
            let via = Some(self.name(at));
            self.order(tracker, inherited, via, changes);
        }
    }

    /// Percent of the initial weight, as far as the algorithm can take it; else why not.
    pub fn set_weight(
        &self,
        at: usize,
        percent: u32,
        changes: &mut Vec<Change>,
    ) -> Result<(), &'static str> {
        let member = &self.members[at];
        if member.fixed_weights && percent != 0 && percent != 100 {
            return Err(
                "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.",
            );
        }
        let weight = u64::from(member.server.initial_weight()) * u64::from(percent) / 100;
        let weight = u32::try_from(weight).unwrap_or(256).min(256);
        let served = serves(member);
        if member.server.set_weight(weight) {
            self.stir(member);
            changes.push(self.change(at, served, None, News::Weighed));
        }
        Ok(())
    }

    /// 0 = no limit.
    pub fn set_maxconn(&self, at: usize, limit: u32) {
        let member = &self.members[at];
        if member.server.set_maxconn(limit) {
            self.stir(member);
        }
    }

    fn change(
        &self,
        at: usize,
        served: bool,
        transition: Option<Transition>,
        news: News,
    ) -> Change {
        let member = &self.members[at];
        let peers = || self.members.get(member.peers.clone()).into_iter().flatten();
        let up = |backup: bool| {
            let usable = peers().filter(|peer| peer.backup == backup && peer.server.is_usable());
            usable.count()
        };
        let (active, backup) = (up(false), up(true));
        Change {
            backend: member.backend.clone(),
            server: member.server.clone(),
            backup: member.backup,
            transition,
            served,
            news,
            left: Remaining {
                active,
                backup,
                sessions: member.server.active.load(Relaxed) as usize,
                requeued: 0,
                queued: member.backend.queued.load(Relaxed) as usize,
            },
            nobody: served && !peers().any(serves),
        }
    }

    /// As the column `status` of HAProxy's statistics.
    pub fn status(&self, at: usize) -> String {
        let member = &self.members[at];
        let root = self.root(at);
        let of_checks = |name: &str| root.health.as_ref().map_or(name.to_owned(), Health::status);
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
            State::Up | State::NoCheck if member.server.weight() == 0 => "DRAIN".to_owned(),
            State::Up => of_checks("UP"),
            other => other.name().to_owned(),
        }
    }
}

/// It gets new sessions, or may when it is found to be up.
fn serves(member: &Member) -> bool {
    member.server.is_usable() || member.server.state() == State::Unknown
}

fn inherit(own: u8, tracked: u8) -> u8 {
    let mut orders = own & !(admin::INHERITED_MAINTENANCE | admin::INHERITED_DRAIN);
    if tracked & admin::ANY_MAINTENANCE != 0 {
        orders |= admin::INHERITED_MAINTENANCE;
    }
    if tracked & admin::ANY_DRAIN != 0 {
        orders |= admin::INHERITED_DRAIN;
    }
    orders
}

/// A server that was not checked before counts as up: a first success is no news.
fn transition(before: State, now: State) -> Option<Transition> {
    let kind = |state: State| match state {
        State::Down => Transition::Down,
        State::Stopping => Transition::Stopping,
        _ => Transition::Up,
    };
    (kind(before) != kind(now)).then_some(kind(now))
}
