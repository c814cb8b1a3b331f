//! Taking up a configuration, at start and at every reload after it.

use std::collections::BTreeMap;
use std::ffi::CString;

use config::given::GivenFiles;
use config::keepalived::{self, Config};
use config::{Options, Source};
use ipc::message::SourceFile;
use ipc::{Attachment, FromWorker, ScriptSpec};
use vrrp::instance::State;
use vrrp::tracking::Debounce;
use vrrp::{Event, InstanceId};

use super::legacy::Succession;
use super::{NOTICE, WARNING, Worker};
use crate::WorkerError;
use crate::clock;
use crate::links::Links;
use crate::plan::{self, InstancePlan, Plan, ScriptPlan};
use crate::running::{Held, Running};

/// Parses again what the supervisor has accepted already, as strictly or tolerantly as it was
/// told to: tolerance here cannot let anything through.
fn read(sources: &[Source], attachments: &[Attachment]) -> Result<Config, Vec<String>> {
    let environment: BTreeMap<String, String> = std::env::vars().collect();
    let included = GivenFiles::new(attachments.iter().map(|file| {
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        (file.path.clone(), text)
    }));
    let config_id = environment
        .get(ipc::CONFIG_ID)
        .cloned()
        .unwrap_or_else(short_host_name);
    let options = Options {
        tolerant: true,
        errors_alone: true,
        env: &environment,
        config_id: &config_id,
        files: &included,
        ..Options::default()
    };
    let parsed = keepalived::parse(sources, &options);
    let reasons: Vec<String> = parsed.errors().map(|error| error.message.clone()).collect();
    if reasons.is_empty() {
        Ok(parsed.config)
    } else {
        Err(reasons)
    }
}

/// keepalived's `@ID`: the host's name up to the first dot.
fn short_host_name() -> String {
    let name = rustix::system::uname();
    let name = name.nodename().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

impl Worker {
    pub(super) fn configure(
        &mut self,
        generation: u64,
        files: Vec<SourceFile>,
    ) -> Result<(), WorkerError> {
        let sources: Vec<Source> = files
            .into_iter()
            .map(|file| Source::new(file.path, file.text))
            .collect();
        let plan = match read(&sources, &self.attachments) {
            Ok(config) => plan::from_config(&config),
            Err(reasons) => {
                self.say(&FromWorker::Rejected {
                    generation,
                    reasons,
                });
                return Ok(());
            }
        };
        self.harden(&plan);
        if let Some(name) = plan
            .process_name
            .as_deref()
            .and_then(|it| CString::new(it).ok())
        {
            // A label for ps; nothing depends on it.
            let _ = rustix::thread::set_name(&name);
        }
        // The process before this one listens there until it is silent.
        if self.succession != Succession::Waiting {
            self.open_reports();
        }
        self.links = Links::read(&mut self.netlink)?;
        self.take_up(plan);
        self.say(&FromWorker::Ready { generation });
        drop(sources);
        // Reading took many times what stays; a refusal costs memory and nothing else.
        let _ = sys::memory::give_back(self.hardening.memory_locked);
        Ok(())
    }

    fn take_up(&mut self, plan: Plan) {
        for warning in &plan.warnings {
            self.log(WARNING, warning.clone());
        }
        let waiting = self.succession == Succession::Waiting;
        if self.running.is_empty() && !waiting {
            self.clear_filter();
        }
        self.groups = plan.groups;
        self.take_up_fifos(&plan.fifos);
        self.take_up_scripts(plan.scripts);
        self.take_up_lasting(plan.lasting);
        self.take_up_lasting_paths(plan.lasting_paths);
        self.take_up_watched(plan.files, plan.processes);
        let mut wanted = plan.instances;
        for id in self.running.keys().copied().collect::<Vec<_>>() {
            let known = self.running.get(&id).and_then(|running| {
                wanted
                    .iter()
                    .position(|plan| plan.identity() == running.plan.identity())
            });
            match known {
                Some(at) => self.change(id, wanted.swap_remove(at)),
                None => self.drop_instance(id),
            }
        }
        if !waiting {
            self.remove_leftovers(&wanted);
            let paths = wanted.iter().flat_map(|plan| &plan.paths);
            self.remove_path_leftovers(paths);
        }
        let fresh: Vec<InstanceId> = wanted
            .into_iter()
            .map(|plan| self.add_instance(plan))
            .collect();
        self.rewire();
        self.watch_paths();
        self.take_up_witnesses();
        if waiting {
            return;
        }
        let now = clock::monotonic();
        for id in fresh {
            let effects = self.node.step(id, Event::Start, now);
            self.execute(effects);
        }
        self.report_holding();
    }

    /// Results so far stay with a script of the same name; when it runs something else from now
    /// on, until the first result of that.
    fn take_up_scripts(&mut self, scripts: Vec<ScriptPlan>) {
        let before: Vec<ScriptSpec> = self
            .scripts
            .values()
            .map(|(script, _)| script.spec.clone())
            .collect();
        let mut old = std::mem::take(&mut self.scripts);
        for script in scripts {
            let name = script.spec.name.clone();
            let debounce = match old.remove(&name) {
                Some((known, mut debounce)) if known.spec.same_check(&script.spec) => {
                    debounce.retune(script.rise, script.fall);
                    debounce
                }
                Some((_, mut debounce)) => {
                    debounce.renew(script.rise, script.fall);
                    debounce
                }
                None => Debounce::new(script.rise, script.fall, script.init_fail),
            };
            self.scripts.insert(name, (script, debounce));
        }
        let scripts: Vec<ScriptSpec> = self
            .scripts
            .values()
            .map(|(script, _)| script.spec.clone())
            .collect();
        if scripts != before {
            self.say(&FromWorker::Scripts { scripts });
        }
    }

    fn add_instance(&mut self, plan: InstancePlan) -> InstanceId {
        let id = InstanceId(self.next_id);
        self.next_id += 1;
        self.node
            .add(id, &plan.name, plan.settings.clone(), plan.group.clone());
        self.by_router.entry(plan.vrid).or_default().push(id);
        self.running
            .insert(id, Box::new(Running::new(id, plan, clock::unix_ms())));
        id
    }

    fn drop_instance(&mut self, id: InstanceId) {
        if let Some(running) = self.running.get_mut(&id) {
            running.deleted = true;
        }
        let effects = self.node.remove(id, clock::monotonic());
        self.execute(effects);
        self.remove_vmac(id);
        self.running.remove(&id);
        for ids in self.by_router.values_mut() {
            ids.retain(|other| *other != id);
        }
    }

    /// A running instance keeps its state and timers; only addresses that differ are touched.
    fn change(&mut self, id: InstanceId, plan: InstancePlan) {
        let master = self.state_of(id) == State::Master;
        let Some(running) = self.running.get_mut(&id) else {
            return;
        };
        running.plan = plan;
        let (keep, gone): (Vec<Held>, Vec<Held>) = std::mem::take(&mut running.held)
            .into_iter()
            .partition(|held| running.plan.vips.contains(&held.vip));
        running.held = keep;
        let mut new = Vec::new();
        if master {
            for vip in &running.plan.vips {
                let held = running.held.iter().any(|held| held.vip == *vip);
                if let (false, Some(link)) = (held, self.links.link(&vip.interface)) {
                    new.push(Held {
                        index: link.index,
                        vip: vip.clone(),
                    });
                }
            }
            running.held.extend(new.iter().cloned());
        }
        let repeat = running.plan.settings.announcements.repeat;
        self.report_holding();
        for item in &gone {
            self.remove(item);
        }
        for item in &new {
            self.add(item);
            self.announce_one(item.index, item.vip.address.address, repeat);
        }
        if master {
            self.change_paths(id);
        }
        self.resettle(id);
    }

    /// Addresses of ours that are on the host although nobody here holds them: left by a process
    /// that died. They would answer for a virtual router that another host serves.
    pub(super) fn remove_leftovers(&mut self, fresh: &[InstancePlan]) {
        let mut leftovers = Vec::new();
        for vip in fresh.iter().flat_map(|plan| &plan.vips) {
            let Some(link) = self.links.link(&vip.interface) else {
                continue;
            };
            let there = self.links.addresses_of(link.index).any(|address| {
                address.address == vip.address.address && address.prefix == vip.address.prefix
            });
            let held = self
                .running
                .values()
                .flat_map(|running| &running.held)
                .any(|held| held.vip.address.address == vip.address.address);
            if there && !held {
                leftovers.push(Held {
                    index: link.index,
                    vip: vip.clone(),
                });
            }
        }
        let vips = fresh.iter().flat_map(|plan| &plan.vips);
        self.remove_lingering_leftovers(vips.map(|vip| vip.address.address));
        for item in leftovers {
            let (text, interface) = (item.vip.text(), item.vip.interface.clone());
            self.log(
                NOTICE,
                format!("removing {text}, left on {interface} by an earlier run"),
            );
            self.remove(&item);
        }
    }
}
