//! Virtual routes and rules: set behind the addresses, taken away before them, put back when
//! somebody else removes them.

use ipc::FromWorker;
use netlink::{Change, NetlinkError, Watch};
use sys::epoll::Interest;
use vrrp::instance::State;
use vrrp::{Event, InstanceId};

use super::receive::worth_a_line;
use super::{NOTICE, PATHS, WARNING, Worker};
use crate::plan::{Path, PathPlan};
use crate::{WorkerError, clock};

/// A route or a rule that this process set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPath {
    pub plan: PathPlan,
    pub set: Path,
}

impl Worker {
    /// Announcements of routes are listened to only where some are ours.
    pub(super) fn watch_paths(&mut self) {
        let moving = self.running.values().any(|it| !it.plan.paths.is_empty());
        let wanted = moving || !self.lasting_paths.wanted.is_empty();
        if wanted == self.path_watch.is_some() {
            return;
        }
        self.path_watch = None;
        if wanted {
            match self.open_path_watch() {
                Ok(watch) => self.path_watch = Some(watch),
                Err(error) => self.log(WARNING, format!("routes are not watched: {error}")),
            }
        }
    }

    fn open_path_watch(&mut self) -> Result<Watch, WorkerError> {
        let watch = Watch::routes()?;
        self.epoll.add(&watch, PATHS, Interest::Input)?;
        self.others.add(&watch, PATHS, Interest::Input)?;
        Ok(watch)
    }

    pub(super) fn paths_changed(&mut self) -> Result<(), WorkerError> {
        let Some(watch) = &mut self.path_watch else {
            return Ok(());
        };
        let changes = watch.changes()?;
        if changes.iter().any(|change| self.concerns_paths(change)) {
            self.put_paths_back();
        }
        Ok(())
    }

    fn concerns_paths(&self, change: &Change) -> bool {
        let held = self.running.values().flat_map(|it| &it.paths);
        let mut all = held.chain(&self.lasting_paths.held);
        match change {
            Change::Overrun => true,
            Change::RouteRemoved(key) => {
                all.any(|it| matches!(&it.set, Path::Route(route) if route.key() == *key))
            }
            Change::RuleRemoved(key) => {
                all.any(|it| matches!(&it.set, Path::Rule(rule) if rule.key() == *key))
            }
            _ => false,
        }
    }

    /// Whatever should be there and is not. Setting what is there changes nothing, and the kernel
    /// does not tell of every route that it drops.
    pub(super) fn put_paths_back(&mut self) {
        for id in self.running.keys().copied().collect::<Vec<_>>() {
            if self.state_of(id) == State::Master {
                self.put_back_of(id);
            }
        }
        self.put_lasting_paths_back();
    }

    fn put_back_of(&mut self, id: InstanceId) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let tracked = running.paths.iter().filter(|held| !held.plan.no_track);
        for held in tracked.cloned().collect::<Vec<_>>() {
            let text = &held.plan.text;
            match self.set_path(&held.plan) {
                Ok(None) => {}
                Ok(Some(set)) => {
                    if let Some(running) = self.running.get_mut(&id) {
                        let mut paths = running.paths.iter_mut();
                        if let Some(known) = paths.find(|it| it.plan == held.plan) {
                            known.set = set;
                        }
                        running.restored += 1;
                        let count = running.restored;
                        if worth_a_line(count) {
                            let line =
                                format!("{text} was removed by somebody else; put back (×{count})");
                            self.log(WARNING, line);
                        }
                    }
                }
                // A peer may be able to; without one it stays as it is.
                Err(reason) => {
                    let line = format!("{text} was removed and cannot be put back: {reason}");
                    self.log(WARNING, line);
                    self.hand_over_one(id);
                    return;
                }
            }
        }
    }

    fn hand_over_one(&mut self, id: InstanceId) {
        let Some(instance) = self.node.get(id) else {
            return;
        };
        let patience = instance.handover_patience();
        let effects = self
            .node
            .step(id, Event::Handover { patience }, clock::monotonic());
        self.execute(effects);
    }

    /// Sets one; `None` when it was there already.
    pub(super) fn set_path(&mut self, plan: &PathPlan) -> Result<Option<Path>, String> {
        let missing = |name: &str| format!("interface {name} does not exist");
        let path = plan.resolve(&self.links).map_err(missing)?;
        match self.netlink.set(path.add_request()) {
            Ok(true) => Ok(Some(path)),
            Ok(false) => Ok(None),
            // The kernel looks whether the way is good before it sees that it has the route, and
            // by then other rules may hide the way.
            Err(_) if self.is_set(&path) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    fn is_set(&mut self, path: &Path) -> bool {
        let found = match path {
            Path::Route(route) => self.netlink.has_route(route.key()),
            Path::Rule(rule) => self.netlink.has_rule(rule.key()),
        };
        found.unwrap_or(false)
    }

    /// All of an instance that has become master.
    pub(super) fn set_paths(&mut self, id: InstanceId) {
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let wanted = running.plan.paths.clone();
        let held: Vec<HeldPath> = wanted
            .into_iter()
            .filter_map(|it| self.add_path(it))
            .collect();
        if let Some(running) = self.running.get_mut(&id) {
            running.paths = held;
        }
        self.leave_undo();
    }

    fn add_path(&mut self, plan: PathPlan) -> Option<HeldPath> {
        let result = self.set_path(&plan);
        let set = match result {
            Ok(set) => set.or_else(|| plan.resolve(&self.links).ok())?,
            Err(reason) => {
                self.log(WARNING, format!("cannot set {}: {reason}", plan.text));
                return None;
            }
        };
        Some(HeldPath { plan, set })
    }

    /// Leaves with the supervisor how to take everything away: rules, routes, then interfaces.
    pub(super) fn leave_undo(&mut self) {
        let paths = self.running.values().flat_map(|it| &it.paths);
        let mut paths: Vec<&HeldPath> = self.lasting_paths.held.iter().chain(paths).collect();
        paths.sort_by_key(|held| matches!(held.set, Path::Rule(_)));
        let removals = paths.iter().rev().map(|held| held.set.remove_request());
        let lingering = self.lingering_routes();
        let lingering = lingering.iter().map(netlink::Route::remove_request);
        let requests: Vec<Vec<u8>> = removals
            .chain(lingering)
            .chain(self.vmac_removals())
            .map(|request| request.finish(0))
            .collect();
        if requests != self.undo_left {
            self.undo_left.clone_from(&requests);
            self.say(&FromWorker::Undo { requests });
        }
    }

    /// Before the addresses go, rules first.
    pub(super) fn unset_paths(&mut self, id: InstanceId) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        // Taken out first: the announcement of their removal must find nothing to put back.
        let held = std::mem::take(&mut running.paths);
        for item in held.iter().rev() {
            self.unset_path(item);
        }
        self.leave_undo();
    }

    pub(super) fn unset_path(&mut self, item: &HeldPath) {
        if let Err(error) = self.netlink.unset(item.set.remove_request()) {
            self.log(
                WARNING,
                format!("cannot remove {}: {error}", item.plan.text),
            );
        }
    }

    /// After a reload of a master: what differs is exchanged.
    pub(super) fn change_paths(&mut self, id: InstanceId) {
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        let wanted = running.plan.paths.clone();
        let (keep, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut running.paths)
            .into_iter()
            .partition(|held| wanted.contains(&held.plan));
        for item in gone.iter().rev() {
            self.unset_path(item);
        }
        let mut held = Vec::new();
        for plan in wanted {
            match keep.iter().find(|it| it.plan == plan) {
                Some(known) => held.push(known.clone()),
                None => held.extend(self.add_path(plan)),
            }
        }
        if let Some(running) = self.running.get_mut(&id) {
            running.paths = held;
        }
        self.leave_undo();
    }

    /// Left by a process that died: they would lead traffic here that another host serves.
    pub(super) fn remove_path_leftovers<'a>(&mut self, fresh: impl Iterator<Item = &'a PathPlan>) {
        for plan in fresh {
            let Ok(path) = plan.resolve(&self.links) else {
                continue;
            };
            let removed: Result<bool, NetlinkError> = self.netlink.unset(path.remove_request());
            if removed == Ok(true) {
                let text = &plan.text;
                self.log(NOTICE, format!("removing {text}, left by an earlier run"));
            }
        }
    }
}
