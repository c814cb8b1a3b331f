//! Orders about servers: of an administrator, of an agent in his place, of the names that they are
//! given by; and what those that track them inherit.

use super::change::{Change, News};
use super::roster::Roster;
use crate::shared::{State, admin};
use health::{Health, Order, Transition, Wish};

const STATIC: &str =
    "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.";

impl Roster {
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
        let served = member.server.serves();
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
            (false, true) => Some((Order::Maintenance { down }, Some(Transition::Down))),
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
            return Err(STATIC);
        }
        let weight = u64::from(member.server.initial_weight()) * u64::from(percent) / 100;
        let weight = u32::try_from(weight).unwrap_or(256).min(256);
        self.give_weight(at, weight, changes)
    }

    /// The same in absolute numbers.
    pub fn give_weight(
        &self,
        at: usize,
        weight: u32,
        changes: &mut Vec<Change>,
    ) -> Result<(), &'static str> {
        let member = &self.members[at];
        if member.fixed_weights && weight != 0 && weight != member.server.initial_weight() {
            return Err(STATIC);
        }
        let served = member.server.serves();
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
}

pub(super) fn inherit(own: u8, tracked: u8) -> u8 {
    let mut orders = own & !(admin::INHERITED_MAINTENANCE | admin::INHERITED_DRAIN);
    if tracked & admin::ANY_MAINTENANCE != 0 {
        orders |= admin::INHERITED_MAINTENANCE;
    }
    if tracked & admin::ANY_DRAIN != 0 {
        orders |= admin::INHERITED_DRAIN;
    }
    orders
}
