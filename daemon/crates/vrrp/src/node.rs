//! All instances of a host, and the sync groups that tie some of them together.
//!
//! A group is master only when all its members want to be; one that falls back or fails pulls
//! the others (keepalived.conf(5), `vrrp_sync_group`).

use std::collections::BTreeMap;

use crate::fault::FaultReason;
use crate::instance::{Action, Event, Instance, State};
use crate::settings::Settings;
use crate::timers::Micros;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceId(pub u32);

#[derive(Debug)]
struct Member {
    instance: Instance,
    group: Option<String>,
    /// Its own reasons for FAULT.
    faults: Vec<FaultReason>,
    /// A fellow member that is in FAULT for its own reasons.
    group_fault: Option<FaultReason>,
    name: String,
}

impl Member {
    fn failed(&self) -> bool {
        !self.faults.is_empty() || self.group_fault.is_some()
    }
}

#[derive(Debug, Default)]
pub struct Node {
    members: BTreeMap<InstanceId, Member>,
}

pub type Effects = Vec<(InstanceId, Action)>;

impl Node {
    /// A new instance in INIT. Its settings are marked as grouped when it has a group.
    pub fn add(
        &mut self,
        id: InstanceId,
        name: &str,
        mut settings: Settings,
        group: Option<String>,
    ) {
        settings.grouped = group.is_some();
        let member = Member {
            instance: Instance::new(settings),
            group,
            faults: Vec::new(),
            group_fault: None,
            name: name.to_owned(),
        };
        self.members.insert(id, member);
    }

    pub fn get(&self, id: InstanceId) -> Option<&Instance> {
        self.members.get(&id).map(|member| &member.instance)
    }

    pub fn get_mut(&mut self, id: InstanceId) -> Option<&mut Instance> {
        self.members.get_mut(&id).map(|member| &mut member.instance)
    }

    /// Every reason for FAULT that holds now.
    pub fn faults(&self, id: InstanceId) -> Vec<FaultReason> {
        self.members.get(&id).map_or_else(Vec::new, |member| {
            member
                .faults
                .iter()
                .chain(&member.group_fault)
                .cloned()
                .collect()
        })
    }

    pub fn next_deadline(&self) -> Option<Micros> {
        self.members
            .values()
            .filter_map(|member| member.instance.next_deadline())
            .min()
    }

    pub fn step(&mut self, id: InstanceId, event: Event, now: Micros) -> Effects {
        let mut effects = Effects::new();
        self.apply(id, event, now, &mut effects);
        self.settle(now, &mut effects);
        effects
    }

    /// The same event for every instance, e.g. a handover of the host.
    pub fn step_all(&mut self, event: Event, now: Micros) -> Effects {
        let mut effects = Effects::new();
        for id in self.ids() {
            self.apply(id, event, now, &mut effects);
        }
        self.settle(now, &mut effects);
        effects
    }

    /// Fires every deadline that has passed.
    pub fn fire(&mut self, now: Micros) -> Effects {
        let mut effects = Effects::new();
        for id in self.ids() {
            let due = self
                .get(id)
                .and_then(Instance::next_deadline)
                .is_some_and(|at| at <= now);
            if due {
                self.apply(id, Event::Timer, now, &mut effects);
            }
        }
        self.settle(now, &mut effects);
        effects
    }

    /// Replaces the instance's own reasons for FAULT.
    pub fn set_faults(&mut self, id: InstanceId, faults: Vec<FaultReason>, now: Micros) -> Effects {
        let mut effects = Effects::new();
        self.change_faults(id, now, &mut effects, |member| member.faults = faults);
        self.settle(now, &mut effects);
        effects
    }

    pub fn reconfigure(
        &mut self,
        id: InstanceId,
        mut settings: Settings,
        group: Option<String>,
        now: Micros,
    ) -> Effects {
        let mut effects = Effects::new();
        if let Some(member) = self.members.get_mut(&id) {
            settings.grouped = group.is_some();
            member.group = group;
            let actions = member.instance.reconfigure(settings, now);
            effects.extend(actions.into_iter().map(|action| (id, action)));
        }
        self.settle(now, &mut effects);
        effects
    }

    /// Stops and forgets an instance.
    pub fn remove(&mut self, id: InstanceId, now: Micros) -> Effects {
        let mut effects = Effects::new();
        self.apply(id, Event::Stop, now, &mut effects);
        self.members.remove(&id);
        self.settle(now, &mut effects);
        effects
    }

    fn ids(&self) -> Vec<InstanceId> {
        self.members.keys().copied().collect()
    }

    fn apply(&mut self, id: InstanceId, event: Event, now: Micros, effects: &mut Effects) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let actions = member.instance.step(event, now);
        let group = member.group.clone();
        for action in actions {
            effects.push((id, action));
            let Some(group) = &group else { continue };
            match action {
                Action::Transition {
                    from: State::Master,
                    to: State::Backup,
                } => {
                    self.each_master(group, id, |fellow| fellow.step(Event::Demote, now), effects);
                }
                Action::LowerPriorityHeard { .. } => {
                    let announce = |fellow: &mut Instance| {
                        let mut actions = Vec::new();
                        fellow.announce_again(now, &mut actions);
                        actions
                    };
                    self.each_master(group, id, announce, effects);
                }
                _ => {}
            }
        }
    }

    fn each_master(
        &mut self,
        group: &str,
        except: InstanceId,
        act: impl Fn(&mut Instance) -> Vec<Action>,
        effects: &mut Effects,
    ) {
        for (id, member) in &mut self.members {
            let fellow = *id != except && member.group.as_deref() == Some(group);
            if fellow && member.instance.state() == State::Master {
                let actions = act(&mut member.instance);
                effects.extend(actions.into_iter().map(|action| (*id, action)));
            }
        }
    }

    fn change_faults(
        &mut self,
        id: InstanceId,
        now: Micros,
        effects: &mut Effects,
        change: impl FnOnce(&mut Member),
    ) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let before = member.failed();
        change(member);
        match (before, member.failed()) {
            (false, true) => self.apply(id, Event::Fail, now, effects),
            (true, false) => self.apply(id, Event::Recover, now, effects),
            _ => {}
        }
    }

    /// Brings groups in line after a change: faults spread, and a group of which every member
    /// wants to be master is promoted.
    fn settle(&mut self, now: Micros, effects: &mut Effects) {
        for id in self.ids() {
            let reason = self.fault_of_fellows(id);
            self.change_faults(id, now, effects, |member| member.group_fault = reason);
        }
        for id in self.ids() {
            if self.members[&id].instance.wants_master() && self.whole_group_wants(id) {
                self.apply(id, Event::Promote, now, effects);
            }
        }
    }

    fn fellows(&self, id: InstanceId) -> impl Iterator<Item = (&InstanceId, &Member)> {
        let group = self
            .members
            .get(&id)
            .and_then(|member| member.group.clone());
        self.members.iter().filter(move |(other, member)| {
            group.is_some() && **other != id && member.group == group
        })
    }

    fn fault_of_fellows(&self, id: InstanceId) -> Option<FaultReason> {
        self.fellows(id)
            .find(|(_, member)| !member.faults.is_empty())
            .map(|(_, member)| FaultReason::Group(member.name.clone()))
    }

    fn whole_group_wants(&self, id: InstanceId) -> bool {
        self.fellows(id).all(|(_, member)| {
            member.instance.wants_master() || member.instance.state() == State::Master
        })
    }
}
