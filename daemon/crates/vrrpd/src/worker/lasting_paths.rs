//! `static_routes` and `static_rules`, and what `track_group` makes of their loss.

use vrrp::fault::FaultReason;
use vrrp::{InstanceId, Micros};

use super::paths::HeldPath;
use super::{WARNING, Worker};
use crate::clock;
use crate::plan::PathPlan;

/// What is missing is tried again so often: its interface or router may have come.
const RETRY: Micros = 1_000_000;

/// Routes and rules that are there whatever the state.
#[derive(Debug, Default)]
pub struct LastingPaths {
    pub wanted: Vec<PathPlan>,
    pub held: Vec<HeldPath>,
    /// Texts of what cannot be set, with the groups that track it.
    lost: Vec<(String, Option<String>)>,
    retry_at: Option<Micros>,
}

impl Worker {
    /// What stays is not touched; what is no longer named goes.
    pub(super) fn take_up_lasting_paths(&mut self, wanted: Vec<PathPlan>) {
        let old = std::mem::take(&mut self.lasting_paths.held);
        let (keep, gone): (Vec<_>, Vec<_>) = old
            .into_iter()
            .partition(|held| wanted.contains(&held.plan));
        for item in gone.iter().rev() {
            self.unset_path(item);
        }
        self.lasting_paths.held = keep;
        self.lasting_paths.wanted = wanted;
        self.put_lasting_paths_back();
    }

    pub(super) fn put_lasting_paths_back(&mut self) {
        let mut lost = Vec::new();
        for plan in self.lasting_paths.wanted.clone() {
            match self.set_path(&plan) {
                Ok(set) => {
                    let set = set.or_else(|| plan.resolve(&self.links).ok());
                    let held = &mut self.lasting_paths.held;
                    held.retain(|it| it.plan != plan);
                    held.extend(set.map(|set| HeldPath { plan, set }));
                }
                Err(reason) => {
                    let known = self.lasting_paths.lost.iter();
                    if !known.into_iter().any(|(text, _)| *text == plan.text) {
                        self.log(WARNING, format!("cannot set {}: {reason}", plan.text));
                    }
                    lost.push((plan.text, plan.track_group));
                }
            }
        }
        self.lasting_paths.retry_at = (!lost.is_empty()).then(|| clock::monotonic() + RETRY);
        self.lasting_paths.lost = lost;
        self.leave_undo();
    }

    pub(super) fn next_path_retry(&self) -> Option<Micros> {
        self.lasting_paths.retry_at
    }

    pub(super) fn retry_paths(&mut self) {
        let due = self.lasting_paths.retry_at;
        if due.is_some_and(|at| at <= clock::monotonic()) {
            self.put_lasting_paths_back();
            self.reassess();
        }
    }

    /// Static entries that are gone for good, for the instances that track them.
    pub(super) fn lasting_faults(&self, id: InstanceId) -> Vec<FaultReason> {
        let Some(running) = self.running.get(&id) else {
            return Vec::new();
        };
        let tracks = |group: &Option<String>| {
            let group = group.as_ref();
            group.is_some_and(|name| running.plan.track_groups.contains(name))
        };
        let lost = self.lasting_paths.lost.iter();
        let paths = lost
            .filter(|(_, group)| tracks(group))
            .map(|(text, _)| text.clone());
        let addresses = self.lasting.iter().filter(|vip| tracks(&vip.track_group));
        let addresses = addresses.filter(|vip| {
            let link = self.links.link(&vip.interface);
            link.is_none_or(|link| {
                let mut there = self.links.addresses_of(link.index);
                !there.any(|at| at.address == vip.address.address)
            })
        });
        paths
            .chain(addresses.map(crate::plan::VipPlan::text))
            .map(FaultReason::Lost)
            .collect()
    }
}
