//! Servers whose address comes from a name: what follows when it is found, moves or is lost.

use super::Control;
use super::change::Change;
use super::resolver::{Move, What};
use crate::plan::{Plan, Target};
use crate::shared::admin;
use std::sync::atomic::Ordering::Relaxed;
use trafficlog::Level;

/// Servers of a new plan whose addresses are known already begin as any other.
pub fn begin_named(plan: &Plan) {
    for b in &plan.backends {
        let named = b
            .servers
            .iter()
            .filter(|s| matches!(s.target, Target::Named(_)));
        for s in named.filter(|s| s.shared.whereabouts.place().is_some()) {
            if s.shared.set_orders(s.shared.orders() & !admin::UNRESOLVED) {
                b.shared.epoch.fetch_add(1, Relaxed);
            }
        }
    }
}

impl Control {
    /// New connections go to the new addresses; idle ones to the old are closed.
    pub(super) fn follow_names(&mut self, moves: &[Move], now: u64) -> Vec<Change> {
        let mut all = Vec::new();
        let Some(plan) = self.plan.clone() else {
            return all;
        };
        for moved in moves {
            let backend = plan.backends.get(moved.backend);
            let Some((b, s)) = backend.and_then(|b| Some((b, b.servers.get(moved.server)?))) else {
                continue;
            };
            let server = format!("{}/{}", b.name, s.name);
            let mut say = |line: String| self.log.event(b.section, Level::Notice, &line);
            let (name, lost) = match &moved.what {
                What::Host(host) => {
                    say(format!(
                        "{server} changed its FQDN from (null) to {host} by 'SRV record'"
                    ));
                    continue;
                }
                What::Weight(weight) => {
                    self.checks.weigh(&s.shared, *weight);
                    continue;
                }
                What::Address { from, to, by, name } => {
                    let from = from.map_or_else(|| "(none)".to_owned(), |ip| ip.to_string());
                    say(format!(
                        "{server} changed its IP from {from} to {to} by {by}."
                    ));
                    (name.as_str(), None)
                }
                What::Port => ("", None),
                What::Lost(reason) => ("", Some(*reason)),
            };
            if let Some(team) = &self.team {
                team.moved(s.pool);
            }
            let changes = self.checks.resolve(&s.shared, name, lost, now);
            self.log.changes(&plan, &changes);
            all.extend(changes);
        }
        all
    }
}
