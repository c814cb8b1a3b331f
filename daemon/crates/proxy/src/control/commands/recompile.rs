//! What was changed, put into the configuration as it was written: a plan like any other.

use super::super::{Control, RunError, moves};
use super::amend::Amendments;
use super::dynamic;
use crate::plan::compile;
use config::haproxy::model::Config;
use ipc::FromWorker;
use std::sync::Arc;

impl Control {
    /// A configuration as it was written, with what still holds of the changes to the one before.
    pub(in crate::control) fn amended(&self, written: &Arc<Config>) -> (Arc<Config>, Amendments) {
        // The first one follows on a life of this process before.
        let kept = if self.written.is_some() {
            self.amendments.survive(written)
        } else {
            self.amendments.clone()
        };
        if kept == Amendments::default() {
            return (written.clone(), kept);
        }
        let mut model = (**written).clone();
        kept.apply(&mut model);
        (Arc::new(model), kept)
    }

    /// Something was changed: it applies before the next command that may see it.
    pub(super) fn amend(&mut self, change: impl FnOnce(&mut Amendments)) {
        change(&mut self.amendments);
        self.amends = true;
    }

    pub(in crate::control) fn settle_amendments(&mut self, now: u64) -> Result<(), RunError> {
        if !std::mem::take(&mut self.amends) {
            return Ok(());
        }
        if let Some(written) = self.written.clone() {
            let mut model = (*written).clone();
            self.amendments.apply(&mut model);
            self.recompile(Arc::new(model), now);
        }
        self.sockets.let_go();
        let body = serde_json::to_value(&self.amendments).unwrap_or_default();
        self.channel.send(&FromWorker::Amendments { body }, &[])?;
        Ok(())
    }

    /// The same text with other details: workers and checks go on with what they know.
    pub(in crate::control) fn recompile(&mut self, model: Arc<Config>, now: u64) {
        let (Some(old), Some(registry)) = (self.plan.clone(), &mut self.registry) else {
            return;
        };
        let known = self.resolver.known(&model, &self.attachments);
        registry.goes_on = true;
        let (attachments, generation) = (&self.attachments, old.generation);
        let compiled = sys::spare::run(self.patience, || {
            compile(model, generation, registry, attachments, &known)
        });
        registry.goes_on = false;
        // It was accepted before; a file that is gone since changes nothing.
        let Ok(plan) = compiled else { return };
        let plan = Arc::new(plan);
        self.resolver.configure(&plan, &self.attachments, now);
        moves::begin_named(&plan);
        dynamic::begin_added(&plan, &std::mem::take(&mut self.fresh));
        let gone = self.follow(&plan, true, now);
        self.log.configure(&plan);
        if let Some(team) = &self.team {
            if let Some((_, serial, left)) = &mut self.pending {
                (*serial, *left) = (plan.serial, team.len());
            }
            self.sockets.settle(plan.serial, team.len());
            team.configure(&plan, &self.open_grants(), &Arc::new(gone));
        }
        self.lasting.stir();
        // The thread runs already: nothing can fail.
        let _ = self.follow_peers(&plan);
        if let Some(old) = self.plan.replace(plan) {
            self.retire(old);
        }
    }
}
