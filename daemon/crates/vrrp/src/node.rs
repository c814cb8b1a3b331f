//! All instances of a host, and the sync groups that tie some of them together.
//!
//! A group is master only when all its members want to be; one that falls back or fails pulls
//! the others (keepalived.conf(5), `vrrp_sync_group`).

mod groups;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::fault::FaultReason;
use crate::instance::{Action, Event, Instance, Kept, State};
use crate::settings::Settings;
use crate::timers::{Micros, SECOND};

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
    /// Its deadline as the queue has it.
    queued: Option<Micros>,
}

impl Member {
    fn failed(&self) -> bool {
        !self.faults.is_empty() || self.group_fault.is_some()
    }
}

/// An instance with what stands in its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMember {
    pub instance: Kept,
    faults: Vec<FaultReason>,
    group_fault: Option<FaultReason>,
}

#[derive(Debug, Default)]
pub struct Node {
    /// Boxed: a tree's nodes are half empty.
    members: BTreeMap<InstanceId, Box<Member>>,
    /// Every deadline, so that a host full of instances finds the next one at once.
    queue: BTreeSet<(Micros, InstanceId)>,
}

/// The most that an advert leaves before its time: a 64th of the longest usual interval.
const LONGEST_EARLY: Micros = SECOND / 64;

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
            queued: None,
        };
        self.members.insert(id, Box::new(member));
    }

    pub fn get(&self, id: InstanceId) -> Option<&Instance> {
        self.members.get(&id).map(|member| &member.instance)
    }

    /// What another process needs to go on with an instance: its knowledge, and its own reasons for
    /// FAULT apart from that of a fellow.
    pub fn keep(&self, id: InstanceId) -> Option<KeptMember> {
        let member = self.members.get(&id)?;
        Some(KeptMember {
            instance: member.instance.keep(),
            faults: member.faults.clone(),
            group_fault: member.group_fault.clone(),
        })
    }

    /// Puts an instance where the kept one was. What holds now is told afterwards, as ever.
    pub fn go_on(&mut self, id: InstanceId, kept: KeptMember) {
        if let Some(member) = self.members.get_mut(&id) {
            member.instance.go_on(kept.instance);
            member.faults = kept.faults;
            member.group_fault = kept.group_fault;
        }
        self.requeue(id);
    }

    /// For its counters: whoever steps it here keeps its deadlines from the node.
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
        self.queue.first().map(|(at, _)| *at)
    }

    /// Must follow whatever may have moved an instance's deadlines.
    fn requeue(&mut self, id: InstanceId) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let next = member.instance.next_deadline();
        if next == member.queued {
            return;
        }
        if let Some(old) = std::mem::replace(&mut member.queued, next) {
            self.queue.remove(&(old, id));
        }
        if let Some(at) = next {
            self.queue.insert((at, id));
        }
    }

    pub fn step(&mut self, id: InstanceId, event: Event, now: Micros) -> Effects {
        let mut effects = Effects::new();
        self.apply(id, event, now, &mut effects);
        self.settle_group_of(id, now, &mut effects);
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

    /// Fires every deadline that has passed, and sends the adverts that are due in a moment with
    /// those that are due now: one wake-up serves them all.
    pub fn fire(&mut self, now: Micros) -> Effects {
        let mut effects = Effects::new();
        let soon = self.queue.range(..(now + LONGEST_EARLY, InstanceId(0)));
        let due: Vec<(Micros, InstanceId)> = soon.copied().collect();
        if due.first().is_none_or(|(at, _)| *at > now) {
            return effects;
        }
        for (at, id) in due {
            let early = self
                .get(id)
                .is_some_and(|instance| instance.may_advertise_early(now));
            if at <= now || early {
                self.apply(id, Event::Timer, now.max(at), &mut effects);
                self.settle_group_of(id, now, &mut effects);
            }
        }
        effects
    }

    /// Replaces the instance's own reasons for FAULT.
    pub fn set_faults(&mut self, id: InstanceId, faults: Vec<FaultReason>, now: Micros) -> Effects {
        let mut effects = Effects::new();
        self.change_faults(id, now, &mut effects, |member| member.faults = faults);
        self.settle_group_of(id, now, &mut effects);
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
        self.requeue(id);
        self.settle(now, &mut effects);
        effects
    }

    /// Stops and forgets an instance.
    pub fn remove(&mut self, id: InstanceId, now: Micros) -> Effects {
        let mut effects = Effects::new();
        self.apply(id, Event::Stop, now, &mut effects);
        if let Some(at) = self.members.remove(&id).and_then(|member| member.queued) {
            self.queue.remove(&(at, id));
        }
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
        self.requeue(id);
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
}
