//! The choice of a server.

use super::Worker;
use super::conn::{Txn, Wait};
use super::farm::{bound, fine_tier, fixed, points, tier};
use super::lines::Lines;
use crate::plan::{Backend, Plan, Server};
use crate::shared::take_place;
use ::balance::leastconn::Load;
use ::balance::{LeastConn, Lots, Ring, Rotation, WeightMap, first};
use config::haproxy::model::Balance;
use std::sync::atomic::Ordering::Relaxed;

/// A worker's own state for a backend.
#[derive(Debug, Default)]
pub struct Local {
    /// For the newest configuration and for the one before, whose requests are still waiting.
    prepared: [Prepared; 2],
    pub lines: Lines,
    /// Those who wait are looked at just now.
    pub serving: bool,
}

/// What one configuration's choices are made from.
#[derive(Debug, Default)]
struct Prepared {
    epoch: u32,
    serial: u64,
    /// Weight of each server that may be chosen now; 0 for the others.
    weights: Vec<u32>,
    rotation: Rotation,
    map: WeightMap,
    ring: Ring,
    lots: Lots,
    least: LeastConn,
    /// `balance first`: servers by their ids.
    order: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A place at this server is taken.
    Server(u32),
    /// Everything that could take it is at its limit.
    Full,
    /// The only server that will do is.
    Bound(u32),
    /// No server is up.
    Nobody,
}

impl Worker {
    pub(super) fn local(&mut self, id: usize) -> &mut Local {
        local(&mut self.locals, id)
    }

    pub(super) fn select(&mut self, i: u32) -> Choice {
        let random = self.draw();
        let part = (self.id, self.workers);
        let c = &mut self.clients[i];
        let Some(txn) = c.txn.as_deref_mut() else {
            return Choice::Nobody;
        };
        keep_to_server(&c.plan, txn);
        let Some(b) = txn.backend(&c.plan) else {
            return Choice::Nobody;
        };
        let local = local(&mut self.locals, b.shared.id).prepared(&c.plan, b, part);
        let mut choice = local.choose(b, txn, txn.avoid, random);
        // Who has waited takes what comes.
        let pressed = choice == Choice::Nobody || choice == Choice::Full && txn.wait == Wait::Queue;
        if txn.avoid.is_some() && pressed {
            choice = local.choose(b, txn, None, random);
        }
        if let Choice::Server(s) = choice {
            self.tally_taken(i, s);
        }
        choice
    }
}

fn local(locals: &mut Vec<Local>, id: usize) -> &mut Local {
    if locals.len() <= id {
        locals.resize_with(id + 1, Local::default);
    }
    &mut locals[id]
}

/// The server that a rule chose, else the one that persistence means, counts while it may serve and did not just fail.
fn keep_to_server(plan: &Plan, txn: &mut Txn) {
    txn.sticky = txn.preferred.or(txn.sticky);
    let (Some(s), Some(b)) = (txn.sticky, txn.backend(plan)) else {
        return;
    };
    let usable = b
        .servers
        .get(s as usize)
        .is_some_and(|x| b.persist || txn.persistence == Some(true) || x.shared.state().keeps());
    if !usable || txn.avoid == Some(s) {
        txn.sticky = None;
        if txn.cookies.client == b'V' {
            txn.cookies.client = b'D';
        }
    }
}

/// Requests of the backend that are served or wait. The one that asks is among those that wait;
/// it asks without waiting only where nobody waits.
pub(super) fn demand(b: &Backend) -> u32 {
    b.shared.active.load(Relaxed) + b.shared.queued.load(Relaxed).max(1)
}

#[allow(clippy::cast_precision_loss)]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

impl Local {
    /// The choices of this configuration, in the place of the older one when they are new.
    fn prepared(&mut self, plan: &Plan, b: &Backend, part: (usize, usize)) -> &mut Prepared {
        let [first, second] = &mut self.prepared;
        let here = if first.serial == plan.serial
            || (second.serial != plan.serial && first.serial < second.serial)
        {
            first
        } else {
            second
        };
        here.refresh(plan, b, part);
        here
    }

    /// A connection to the server began or ended.
    pub fn moved(&mut self, serial: u64, b: &Backend, s: usize) {
        if !matches!(b.balance, Balance::LeastConn) {
            return;
        }
        let known = self.prepared.iter_mut();
        for p in known.filter(|p| p.serial == serial) {
            let load = load(b, &p.weights, s);
            p.least.update(s, load);
        }
    }
}

/// With `leastconn`, where `maxqueue` says how many may wait for a server, waiting for one that has
/// less to do is better than going to one that has more.
fn takes_waiting(b: &Backend, server: &Server) -> bool {
    matches!(b.balance, Balance::LeastConn) && server.maxqueue > 0 && server.has_room_in_line()
}

/// What the server carries; `None` when it may not get more.
fn load(b: &Backend, weights: &[u32], s: usize) -> Option<Load> {
    let server = b.servers.get(s)?;
    let active = server.shared.active.load(Relaxed);
    let weight = *weights.get(s).filter(|w| **w > 0)?;
    let limit = server.limit(b, demand(b));
    let room = limit == 0 || active < limit || takes_waiting(b, server);
    room.then(|| Load {
        weight,
        connections: active + server.shared.queued.load(Relaxed),
    })
}

impl Prepared {
    /// Prepares sequences again when servers changed.
    fn refresh(&mut self, plan: &Plan, b: &Backend, (id, workers): (usize, usize)) {
        let epoch = b.shared.epoch.load(Relaxed);
        if (self.epoch, self.serial) == (epoch, plan.serial) {
            return;
        }
        let known = self.serial == plan.serial;
        (self.epoch, self.serial) = (epoch, plan.serial);
        if let Balance::LeastConn = b.balance {
            return self.refresh_least(b, known);
        }
        // Workers begin their turns apart.
        let offset = ratio(id, workers);
        self.weights = tier(b);
        // Only what `choose` will ask.
        match b.balance {
            Balance::First => {
                let ids: Vec<u32> = b.servers.iter().map(|s| s.id).collect();
                self.order = first::order(&ids);
            }
            _ if b.balance.hashes() && b.consistent => {
                self.ring = Ring::new(points(b, &self.weights));
            }
            _ if b.balance.hashes() || matches!(b.balance, Balance::StaticRr) => {
                let map = WeightMap::new(&fixed(b, &self.weights), offset);
                self.map = if known { map.after(&self.map) } else { map };
            }
            _ => {
                if let Balance::Random { .. } = b.balance {
                    self.lots = Lots::new(&self.weights);
                }
                self.rotation = Rotation::new(&self.weights, offset);
            }
        }
    }

    /// Servers whose share is another one go behind those that are as good; `known`: the others
    /// stay where they are.
    fn refresh_least(&mut self, b: &Backend, known: bool) {
        let before = std::mem::replace(&mut self.weights, fine_tier(b));
        if !known || before.len() != self.weights.len() {
            self.least = LeastConn::new(self.weights.len(), |s| load(b, &self.weights, s));
            return;
        }
        for (s, was) in before.into_iter().enumerate() {
            if self.weights[s] != was {
                self.least.go_last(s, load(b, &self.weights, s));
            }
        }
    }

    fn choose(&mut self, b: &Backend, txn: &Txn, avoid: Option<u32>, random: u32) -> Choice {
        let weights = &self.weights;
        let avoided = avoid.map_or(usize::MAX, |a| a as usize);
        let now = |s: usize| load(b, weights, s);
        let free = |s: usize| s != avoided && now(s).is_some();
        let hashed = txn.hash.map(|h| {
            let room = bound(b, weights);
            let usable = |s: usize| weights[s] > 0 && s != avoided && room(s);
            if b.consistent {
                self.ring.pick(h, usable)
            } else {
                self.map.pick(h).filter(|s| usable(*s))
            }
        });
        // The key belongs to one server: when that is full, its requests wait.
        let only = match (txn.sticky, b.implied, hashed) {
            (Some(s), ..) => Some(s as usize),
            (None, None, Some(own)) => own,
            _ => None,
        };
        let picked = match (&b.balance, hashed) {
            _ if only.is_some() => only,
            _ if b.implied.is_some() => b.implied,
            (Balance::LeastConn, _) => self.least.pick(avoid.map(|a| a as usize), now),
            (Balance::StaticRr, _) => self.map.turn(free),
            (Balance::First, _) => first::pick(&self.order, free),
            (Balance::Random { draws }, _) => {
                let mut seed = random;
                let draw = || {
                    seed = ::balance::hash::avalanche(seed.wrapping_add(0x9e37_79b9));
                    seed
                };
                let lots = &self.lots;
                lots.pick(*draws, draw, |s| now(s).filter(|_| s != avoided))
                    .or_else(|| self.rotation.pick(free))
            }
            _ if b.balance.hashes() && b.consistent => self.ring.turn(free),
            _ if b.balance.hashes() => self.map.turn(free),
            _ => self.rotation.pick(free),
        };
        let taken = picked.filter(|s| {
            take_place(
                &b.servers[*s].shared.active,
                b.servers[*s].limit(b, demand(b)),
            )
        });
        if let (Some(s), Balance::LeastConn) = (taken, &b.balance) {
            self.least.update(s, load(b, &self.weights, s));
        }
        let number = |s: usize| u32::try_from(s).ok();
        let only = only.or(picked.filter(|s| takes_waiting(b, &b.servers[*s])));
        match (taken.and_then(number), only.and_then(number)) {
            (Some(s), _) => Choice::Server(s),
            (None, Some(s)) => Choice::Bound(s),
            (None, None)
                if self
                    .weights
                    .iter()
                    .enumerate()
                    .any(|(s, w)| *w > 0 && s != avoided) =>
            {
                Choice::Full
            }
            (None, None) => Choice::Nobody,
        }
    }
}
