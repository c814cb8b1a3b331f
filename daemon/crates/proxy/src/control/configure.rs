//! Taking up a configuration, and the same one with other addresses.

use super::team::Team;
use super::{Control, REPORTS, RunError, commands, grants, load, moves};
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
        let written = Arc::new(model);
        let (model, kept) = self.amended(&written);
        let (grants, sockets) = commands::split(grants);
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
        (self.written, self.amendments) = (Some(written), kept);
        grants::listen_again(&grants, |f| self.is_disabled(f));
        self.configure_sockets(&plan.model, sockets)?;
        self.resolver
            .configure(&plan, &self.attachments, monotonic_ms());
        moves::begin_named(&plan);
        if first {
            let team = Team::start(workers, &plan)?;
            self.epoll.add(team.waker(), REPORTS, Interest::Input)?;
            self.team = Some(team);
        }
        if first {
            self.lasting.repeat(&plan);
            self.take_up_legacy();
        }
        self.lasting.stir();
        self.grants = grants::carry_over(&self.grants, grants);
        let now = monotonic_ms();
        self.checks.configure(&plan, &self.amendments, now);
        self.log.configure(&plan);
        self.forget_others(&plan);
        if let Some(team) = &self.team {
            self.pending = Some((generation, plan.serial, team.len()));
            let gone = self
                .plan
                .as_ref()
                .map_or_else(Gone::default, |old| gone(old, &plan));
            team.configure(&plan, &self.open_grants(), &Arc::new(gone));
        }
        if let Some(old) = self.plan.replace(plan) {
            self.retire(old);
        }
        Ok(())
    }

    /// What is shared and belongs to no section of the plan goes.
    pub(super) fn forget_others(&mut self, plan: &Plan) {
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
    }

    /// A log server given by name moved: the same configuration with the new address.
    pub(super) fn follow_logs(&mut self, now: u64) {
        if let Some(plan) = &self.plan {
            self.recompile(plan.model.clone(), now);
        }
    }

    /// A plan is large, and whoever lets go of it last takes it apart: that is to be this thread,
    /// not one with traffic.
    pub(super) fn retire(&mut self, old: Arc<Plan>) {
        self.retired.push(old);
        self.free_retired();
    }

    pub(super) fn free_retired(&mut self) {
        self.retired.retain(|plan| Arc::strong_count(plan) > 1);
    }
}

/// What `old` has and `new` has not.
pub(super) fn gone(old: &Plan, new: &Plan) -> Gone {
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
