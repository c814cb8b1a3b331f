//! Orders about servers outlive the process: the supervisor keeps them, and tells them to the next.

use super::{Control, RunError};
use crate::plan::Plan;
use crate::shared::{ServerShared, admin};
use ipc::{FromWorker, ServerOrders};
use std::collections::HashMap;

/// Agents may order often; the supervisor is told of all of it at once.
const PAUSE_MS: u64 = 100;
/// What is ordered, and not found out.
const KEPT: u8 = admin::MAINTENANCE | admin::DRAIN | admin::CONFIGURED;

#[derive(Debug, Default)]
pub struct Lasting {
    /// As the supervisor knows them.
    told: Vec<ServerOrders>,
    /// Something changed since.
    stirred: bool,
    /// When it may be told again.
    next: u64,
}

impl Lasting {
    /// Those of the process before this one.
    pub fn inherit(&mut self, orders: Vec<ServerOrders>) {
        self.told = orders;
    }

    pub fn stir(&mut self) {
        self.stirred = true;
    }

    pub fn next_due(&self) -> Option<u64> {
        self.stirred.then_some(self.next)
    }

    /// Orders what was ordered before, as far as the configuration still says the same.
    pub fn repeat(&self, plan: &Plan) {
        if self.told.is_empty() {
            return;
        }
        let key = |o: &ServerOrders| (o.backend.clone(), o.server.clone());
        let known: HashMap<_, _> = self.told.iter().map(|o| (key(o), o)).collect();
        for (server, disabled) in servers(plan) {
            let key = (server.backend.clone(), server.name.clone());
            let Some(known) = known.get(&key) else {
                continue;
            };
            if known.disabled == disabled {
                server.set_orders(server.orders() & !KEPT | known.orders);
            }
            if known.initial_weight == server.initial_weight() {
                server.set_weight(known.weight);
            }
            if known.initial_maxconn == server.initial_maxconn() {
                server.set_maxconn(known.maxconn);
            }
        }
    }
}

/// The plan's servers, and whether their lines say `disabled`.
fn servers(plan: &Plan) -> impl Iterator<Item = (&ServerShared, bool)> {
    plan.backends.iter().flat_map(|b| {
        let section = plan.model.proxies.get(b.section);
        let models = section.map_or(&[][..], |section| &section.servers);
        let both = b.servers.iter().zip(models);
        both.map(|(s, model)| (&*s.shared, model.disabled))
    })
}

/// The servers that are not as their lines say.
fn ordered(plan: &Plan) -> Vec<ServerOrders> {
    let mut all = Vec::new();
    for (server, disabled) in servers(plan) {
        let said = if disabled {
            admin::MAINTENANCE | admin::CONFIGURED
        } else {
            0
        };
        let orders = server.orders() & KEPT;
        let changed = orders != said
            || server.weight() != server.initial_weight()
            || server.maxconn() != server.initial_maxconn();
        if changed {
            all.push(ServerOrders {
                backend: server.backend.clone(),
                server: server.name.clone(),
                disabled,
                orders,
                initial_weight: server.initial_weight(),
                weight: server.weight(),
                initial_maxconn: server.initial_maxconn(),
                maxconn: server.maxconn(),
            });
        }
    }
    all
}

impl Control {
    /// Tells the supervisor what was ordered since it was told last.
    pub(super) fn tell_orders(&mut self, now: u64) -> Result<(), RunError> {
        if self.lasting.next_due().is_none_or(|due| now < due) {
            return Ok(());
        }
        let Some(plan) = &self.plan else {
            return Ok(());
        };
        (self.lasting.stirred, self.lasting.next) = (false, now + PAUSE_MS);
        let servers = ordered(plan);
        if servers != self.lasting.told {
            let message = FromWorker::Orders {
                servers: servers.clone(),
            };
            self.channel.send(&message, &[])?;
            self.lasting.told = servers;
        }
        Ok(())
    }
}
