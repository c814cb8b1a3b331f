//! From one process to the next: what the old one knows goes to its successor, which is master
//! where the old one was, with the timers as they ran. Nothing is released, nothing announced, no
//! advert is left out: to everybody outside nothing has happened.

use std::collections::BTreeMap;

use ipc::FromWorker;
use serde::{Deserialize, Serialize};
use vrrp::instance::State;
use vrrp::node::KeptMember;
use vrrp::peers::Peers;
use vrrp::tracking::{Debounce, Health};
use vrrp::{Event, InstanceId};

use super::checks::Results;
use super::{NOTICE, WARNING, Worker};
use crate::clock;

/// What the supervisor passes on without looking into it.
#[derive(Debug, Serialize, Deserialize)]
struct Legacy {
    instances: Vec<Estate>,
    scripts: BTreeMap<String, Debounce>,
    results: BTreeMap<String, Results>,
    files: BTreeMap<String, Health>,
    processes: BTreeMap<String, Health>,
    proxy: Health,
    proxy_reason: String,
    /// Settings of the kernel as they were before any of these processes.
    settings_before: Vec<(String, String)>,
    /// A process of an earlier version says nothing of it.
    #[serde(default)]
    moving: super::moving::Moving,
    send_errors: u64,
    foreign_adverts: u64,
    unreadable: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Estate {
    name: String,
    member: KeptMember,
    since_ms: u64,
    transitions: u64,
    identification: u16,
    restored: u64,
    conflicts: u64,
    announced: u64,
    peers: Peers,
}

/// How this process stands to the one before or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Succession {
    #[default]
    None,
    /// The one before still serves.
    Waiting,
    /// The next one serves.
    Left,
}

impl Worker {
    /// From here on this process is silent.
    pub(super) fn bequeath(&mut self) {
        // The next one listens there.
        self.reports = None;
        let body = match serde_json::to_value(self.legacy()) {
            Ok(body) => body,
            Err(error) => {
                self.log(
                    WARNING,
                    format!("cannot say what the next process has to know: {error}"),
                );
                serde_json::Value::Null
            }
        };
        self.say(&FromWorker::Legacy { body, more: false });
        self.succession = Succession::Left;
    }

    fn legacy(&self) -> Legacy {
        let instances = self.running.values().filter_map(|running| {
            Some(Estate {
                name: running.plan.name.clone(),
                member: self.node.keep(running.id)?,
                since_ms: running.since_ms,
                transitions: running.transitions,
                identification: running.identification,
                restored: running.restored,
                conflicts: running.conflicts,
                announced: running.announced,
                peers: running.peers.clone(),
            })
        });
        let scripts = self.scripts.iter();
        let files = self.files.iter();
        let processes = self.processes.iter();
        Legacy {
            instances: instances.collect(),
            scripts: scripts
                .map(|(name, (_, it))| (name.clone(), it.clone()))
                .collect(),
            results: self.results.clone(),
            files: files.map(|(name, it)| (name.clone(), it.health)).collect(),
            processes: processes
                .map(|(name, it)| (name.clone(), it.health))
                .collect(),
            proxy: self.proxy,
            proxy_reason: self.proxy_reason.clone(),
            settings_before: self.settings_before.clone(),
            moving: self.moving.clone(),
            send_errors: self.send_errors,
            foreign_adverts: self.foreign_adverts,
            unreadable: self.unreadable,
        }
    }

    /// The process before this one is silent now.
    pub(super) fn inherit(&mut self, body: serde_json::Value) {
        if self.succession != Succession::Waiting {
            return;
        }
        self.succession = Succession::None;
        let estates = match serde_json::from_value::<Legacy>(body) {
            Ok(legacy) => self.take_up_knowledge(legacy),
            Err(error) => {
                // As after a death: what it held is still here, and goes before anything begins.
                self.log(
                    WARNING,
                    format!("the process before this one left nothing readable: {error}"),
                );
                Vec::new()
            }
        };
        let mut fresh = Vec::new();
        let names: Vec<(InstanceId, String)> = self
            .running
            .values()
            .map(|running| (running.id, running.plan.name.clone()))
            .collect();
        let mut estates: BTreeMap<String, Estate> = estates
            .into_iter()
            .map(|it| (it.name.clone(), it))
            .collect();
        for (id, name) in names {
            match estates.remove(&name) {
                Some(estate) => self.go_on(id, estate),
                None => fresh.push(id),
            }
        }
        self.open_reports();
        self.reassess();
        self.begin_fresh(&fresh);
        self.restore_all();
        self.report_holding();
        self.leave_undo();
        self.next_chores = 0;
        self.log(
            NOTICE,
            "goes on where the process before it stopped".to_owned(),
        );
    }

    fn take_up_knowledge(&mut self, legacy: Legacy) -> Vec<Estate> {
        for (name, (_, debounce)) in &mut self.scripts {
            if let Some(known) = legacy.scripts.get(name) {
                debounce.clone_from(known);
            }
        }
        for (name, file) in &mut self.files {
            file.health = legacy.files.get(name).copied().unwrap_or(file.health);
        }
        for (name, process) in &mut self.processes {
            process.health = legacy
                .processes
                .get(name)
                .copied()
                .unwrap_or(process.health);
        }
        self.results = legacy.results;
        self.proxy = legacy.proxy;
        self.proxy_reason = legacy.proxy_reason;
        self.settings_before = legacy.settings_before;
        self.moving = legacy.moving;
        self.send_errors += legacy.send_errors;
        self.foreign_adverts += legacy.foreign_adverts;
        self.unreadable += legacy.unreadable;
        legacy.instances
    }

    fn go_on(&mut self, id: InstanceId, estate: Estate) {
        let master = estate.member.instance.state() == State::Master;
        self.node.go_on(id, estate.member);
        if let Some(running) = self.running.get_mut(&id) {
            running.since_ms = estate.since_ms;
            running.transitions = estate.transitions;
            running.identification = estate.identification;
            running.restored = estate.restored;
            running.conflicts = estate.conflicts;
            running.announced = estate.announced;
            running.peers = estate.peers;
        }
        if master {
            self.take_hold(id);
            // They are set; this is to know them.
            self.set_paths(id);
        }
    }

    /// Instances that nothing is known of begin as at a start.
    fn begin_fresh(&mut self, fresh: &[InstanceId]) {
        let plans: Vec<_> = fresh
            .iter()
            .filter_map(|id| Some(self.running.get(id)?.plan.clone()))
            .collect();
        self.remove_leftovers(&plans);
        self.remove_path_leftovers(plans.iter().flat_map(|plan| &plan.paths));
        for id in fresh {
            let effects = self.node.step(*id, Event::Start, clock::monotonic());
            self.execute(effects);
        }
    }
}
