//! Taking up a configuration, and the same one with other addresses.

use super::team::Team;
use super::{Control, REPORTS, RunError, grants, load};
use crate::plan::{Frontend, Plan, compile};
use crate::shared::Registry;
use crate::shared::leaving::{Gone, identity};
use crate::worker::Grant;
use config::haproxy::model;
use ipc::FromWorker;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use sys::epoll::{Interest, monotonic_ms};

impl Control {
    pub(super) fn configure(
        &mut self,
        generation: u64,
        model: model::Config,
        grants: Vec<Grant>,
    ) -> Result<(), RunError> {
        let model = Arc::new(model);
        let first = self.registry.is_none();
        let workers = self
            .team
            .as_ref()
            .map_or_else(|| load::worker_count(&model), Team::len);
        let registry = self.registry.get_or_insert_with(|| Registry::new(workers));
        let known = self.resolver.known(&model, &self.attachments);
        let plan = match compile(model, generation, registry, &self.attachments, &known) {
            Ok(plan) => Arc::new(plan),
            Err(reasons) => {
                self.channel.send(
                    &FromWorker::Rejected {
                        generation,
                        reasons,
                    },
                    &[],
                )?;
                return Ok(());
            }
        };
        self.resolver
            .configure(&plan, &self.attachments, monotonic_ms());
        Self::begin_named(&plan);
        if first {
            let team = Team::start(workers, &plan)?;
            self.epoll.add(team.waker(), REPORTS, Interest::Input)?;
            self.team = Some(team);
        }
        if first {
            self.lasting.repeat(&plan);
        }
        self.lasting.stir();
        self.grants = grants::carry_over(&self.grants, grants);
        let now = monotonic_ms();
        self.checks.configure(&plan, now);
        self.log.configure(&plan);
        if let Some(registry) = &mut self.registry {
            let names: HashMap<&str, HashSet<&str>> = plan
                .backends
                .iter()
                .map(|b| {
                    let servers = b.servers.iter().map(|s| s.name.as_str());
                    (b.name.as_str(), servers.collect())
                })
                .collect();
            let frontends: HashSet<&str> = plan.frontends.iter().map(|f| f.name.as_str()).collect();
            registry.retain(
                |f| frontends.contains(f),
                |b| names.contains_key(b),
                |b, s| names.get(b).is_some_and(|servers| servers.contains(s)),
            );
        }
        if let Some(team) = &self.team {
            self.pending = Some((generation, plan.serial, team.len()));
            let gone = self
                .plan
                .as_ref()
                .map_or_else(Gone::default, |old| gone(old, &plan));
            team.configure(&plan, &self.grants, &Arc::new(gone));
        }
        if let Some(old) = self.plan.replace(plan) {
            self.retire(old);
        }
        Ok(())
    }

    /// A log server given by name moved: the same configuration with the new address.
    pub(super) fn follow_logs(&mut self, now: u64) {
        let (Some(old), Some(registry), Some(team)) = (&self.plan, &mut self.registry, &self.team)
        else {
            return;
        };
        let known = self.resolver.known(&old.model, &self.attachments);
        let model = old.model.clone();
        // It was accepted before; a file that is gone since changes nothing.
        let Ok(plan) = compile(model, old.generation, registry, &self.attachments, &known) else {
            return;
        };
        let plan = Arc::new(plan);
        self.checks.configure(&plan, now);
        self.log.configure(&plan);
        if let Some((_, serial, left)) = &mut self.pending {
            (*serial, *left) = (plan.serial, team.len());
        }
        team.configure(&plan, &self.grants, &Arc::default());
        if let Some(old) = self.plan.replace(plan) {
            self.retire(old);
        }
    }

    /// A plan is large, and whoever lets go of it last takes it apart: that is to be this thread,
    /// not one with traffic.
    fn retire(&mut self, old: Arc<Plan>) {
        self.retired.push(old);
        self.free_retired();
    }

    pub(super) fn free_retired(&mut self) {
        self.retired.retain(|plan| Arc::strong_count(plan) > 1);
    }
}

/// What `old` has and `new` has not.
fn gone(old: &Plan, new: &Plan) -> Gone {
    let mut gone = Gone::default();
    let by_name: HashMap<&str, &Frontend> =
        new.frontends.iter().map(|f| (f.name.as_str(), f)).collect();
    for f in &old.frontends {
        match by_name.get(f.name.as_str()) {
            None => gone.frontends.push(f.shared.clone()),
            Some(now) => {
                let lost = f.addresses.iter().filter(|it| !now.addresses.contains(it));
                gone.binds
                    .extend(lost.map(|it| (f.shared.clone(), it.clone())));
            }
        }
    }
    let servers = |plan: &Plan| -> HashSet<usize> {
        let all = plan.backends.iter().flat_map(|b| &b.servers);
        all.map(|s| identity(&s.shared)).collect()
    };
    gone.servers = &servers(old) - &servers(new);
    gone
}
