//! Taking up a configuration, and the same one with other addresses.

use super::team::Team;
use super::{Control, REPORTS, RunError, commands, grants, load, moves, peers};
use crate::plan::{Frontend, Plan, compile};
use crate::shared::Registry;
use crate::shared::leaving::{Gone, identity};
use crate::worker::Grant;
use config::haproxy::model;
use config::{Parsed, Source};
use ipc::FromWorker;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use sys::epoll::{Interest, monotonic_ms};

impl Control {
    /// A configuration, with the files that came before it: they go where it is refused.
    pub(super) fn take_up(
        &mut self,
        generation: u64,
        sources: &[Source],
        granted: Result<Vec<Grant>, Vec<String>>,
    ) -> Result<(), RunError> {
        self.patience = config::patience(sources.iter().map(|source| source.text.len()).sum());
        let arrived = self.arrived.take();
        let before = arrived.map(|new| std::mem::replace(&mut self.attachments, new));
        let read = granted.and_then(|grants| {
            let parsed = sys::spare::run(self.patience, || load::parse(sources))?;
            Ok((parsed, grants))
        });
        let reasons = match read {
            Ok((parsed, grants)) => self.configure(generation, parsed, grants)?,
            Err(reasons) => reasons,
        };
        if reasons.is_empty() {
            if let (Some(registry), Some(_)) = (&mut self.registry, before) {
                registry.tls.unmake_all();
            }
            return Ok(());
        }
        if let Some(before) = before {
            self.attachments = before;
        }
        let refused = FromWorker::Rejected {
            generation,
            reasons,
        };
        self.channel.send(&refused, &[])?;
        Ok(())
    }

    /// The reasons against it, of which there are none when it is taken up.
    fn configure(
        &mut self,
        generation: u64,
        parsed: Parsed<model::Config>,
        grants: Vec<Grant>,
    ) -> Result<Vec<String>, RunError> {
        let (sources, written) = (parsed.sources, Arc::new(parsed.config));
        let (model, kept) = self.amended(&written);
        let (grants, sockets) = commands::split(grants);
        let (peers, grants) = peers::split(grants);
        let first = self.registry.is_none();
        let workers = self
            .team
            .as_ref()
            .map_or_else(|| load::worker_count(&model), Team::len);
        let registry = self.registry.get_or_insert_with(|| Registry::new(workers));
        let known = self.resolver.known(&model, &self.attachments);
        let attachments = &self.attachments;
        let compiled = sys::spare::run(self.patience, || {
            compile(model, generation, registry, attachments, &known)
        });
        let plan = match compiled {
            Ok(plan) => Arc::new(plan),
            Err(problems) => {
                let said = problems.iter();
                let reasons = said.map(|p| load::placed(p.place, &p.text, &sources));
                return Ok(reasons.collect());
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
        let gone = self.follow(&plan, false, monotonic_ms());
        self.configure_peers(&plan, peers)?;
        self.log.configure(&plan);
        if let Some(team) = &self.team {
            self.pending = Some((generation, plan.serial, team.len()));
            team.configure(&plan, &self.open_grants(), &Arc::new(gone));
        }
        if let Some(old) = self.plan.replace(plan) {
            self.retire(old);
        }
        Ok(Vec::new())
    }

    /// Checks go on with the plan's servers, and what belongs to none of its sections goes; what the
    /// plan before had besides is returned. `goes_on`: as for [`Checks::configure`].
    ///
    /// [`Checks::configure`]: super::checks::Checks::configure
    pub(super) fn follow(&mut self, plan: &Arc<Plan>, goes_on: bool, now: u64) -> Gone {
        let (checks, amendments) = (&mut self.checks, &self.amendments);
        let (registry, old) = (&mut self.registry, &self.plan);
        sys::spare::run(self.patience, || {
            checks.configure(plan, amendments, goes_on, now);
            if let Some(registry) = registry {
                forget_others(registry, plan);
            }
            old.as_ref()
                .map_or_else(Gone::default, |old| gone(old, plan))
        })
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
        let unused = |plan: &mut Arc<Plan>| Arc::strong_count(plan) == 1;
        let unused: Vec<_> = self.retired.extract_if(.., unused).collect();
        if !unused.is_empty() {
            sys::spare::run(self.patience, || drop(unused));
        }
    }
}

/// What is shared and belongs to no section of the plan goes.
fn forget_others(registry: &mut Registry, plan: &Plan) {
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
        |t| plan.model.peers.iter().any(|p| p.has_table(t)),
        |b| names.contains_key(b),
        |b, s| names.get(b).is_some_and(|servers| servers.contains(s)),
    );
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
