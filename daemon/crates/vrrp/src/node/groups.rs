//! Sync groups: what happens to one member happens to all.

use super::{Effects, Member, Node};
use crate::fault::FaultReason;
use crate::instance::{Action, Event, Instance, State};
use crate::node::InstanceId;
use crate::timers::Micros;

impl Node {
    pub(super) fn each_master(
        &mut self,
        group: &str,
        except: InstanceId,
        act: impl Fn(&mut Instance) -> Vec<Action>,
        effects: &mut Effects,
    ) {
        let mut touched = Vec::new();
        for (id, member) in &mut self.members {
            let fellow = *id != except && member.group.as_deref() == Some(group);
            if fellow && member.instance.state() == State::Master {
                let actions = act(&mut member.instance);
                effects.extend(actions.into_iter().map(|action| (*id, action)));
                touched.push(*id);
            }
        }
        for id in touched {
            self.requeue(id);
        }
    }

    /// An instance without a group moves nobody else.
    pub(super) fn settle_group_of(&mut self, id: InstanceId, now: Micros, effects: &mut Effects) {
        if self
            .members
            .get(&id)
            .is_some_and(|member| member.group.is_some())
        {
            self.settle(now, effects);
        }
    }

    /// Brings groups in line after a change: faults spread, and a group of which every member
    /// wants to be master is promoted.
    pub(super) fn settle(&mut self, now: Micros, effects: &mut Effects) {
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

    fn fellows(&self, id: InstanceId) -> impl Iterator<Item = (&InstanceId, &Box<Member>)> {
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
