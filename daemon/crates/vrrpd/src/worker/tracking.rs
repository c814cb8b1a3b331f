//! What tracked things, links and addresses mean for each instance.

use vrrp::fault::FaultReason;
use vrrp::tracking::{Health, Tracked, evaluate};
use vrrp::{Event, InstanceId, Micros};

use super::{INFO, WARNING, Worker};
use crate::clock;
use crate::plan::{Source, Tracker};

impl Worker {
    /// Gives every instance its effective priority and its reasons for FAULT anew.
    pub(super) fn reassess(&mut self) {
        for id in self.running.keys().copied().collect::<Vec<_>>() {
            self.reassess_one(id);
        }
    }

    fn reassess_one(&mut self, id: InstanceId) {
        let mut faults = self.link_faults(id);
        faults.extend(self.lasting_faults(id));
        let Some(running) = self.running.get(&id) else {
            return;
        };
        let tracked: Vec<Tracked> = running
            .plan
            .trackers
            .iter()
            .map(|tracker| self.tracked(tracker))
            .collect();
        let mut standing = evaluate(running.plan.settings.priority, &tracked);
        if self.supervisor.hangs() {
            standing.priority = super::supervised::LOWEST;
            let reason = "the supervisor does not answer: its checks cannot be trusted";
            standing.reasons.push(reason.to_owned());
        }
        faults.extend(standing.faults);
        let name = running.plan.name.clone();
        let before = self.node.faults(id);
        let priority_before = self.node.get(id).map(vrrp::Instance::effective_priority);
        if let Some(running) = self.running.get_mut(&id) {
            running.reasons = standing.reasons;
        }
        let now = clock::monotonic();
        let effects = self.node.step(id, Event::Priority(standing.priority), now);
        self.execute(effects);
        for fault in faults.iter().filter(|fault| !before.contains(fault)) {
            self.log(WARNING, format!("instance {name}: {fault}"));
        }
        let effects = self.node.set_faults(id, faults, now);
        self.execute(effects);
        let priority = self.node.get(id).map(vrrp::Instance::effective_priority);
        if let (Some(old), Some(new)) = (priority_before, priority)
            && old != new
        {
            self.log(
                INFO,
                format!("instance {name}: priority {old} is now {new}"),
            );
            self.notify_priority(id);
        }
    }

    fn tracked(&self, tracker: &Tracker) -> Tracked {
        let health = match &tracker.source {
            Source::Script(name) => match self.scripts.get(name) {
                Some((_, debounce)) => debounce.health(),
                None => Health::Unusable,
            },
            Source::Interface(name) => match self.links.link(name) {
                Some(link) if link.usable() => Health::Up,
                _ => Health::Down,
            },
            Source::File(name) => self.file_health(name),
            Source::Process(name) => self.process_health(name),
            Source::Proxy => self.proxy,
        };
        let mut what = tracker.source.describe();
        if tracker.source == Source::Proxy
            && health == Health::Down
            && !self.proxy_reason.is_empty()
        {
            what = format!("{what} ({})", self.proxy_reason);
        }
        Tracked {
            what,
            weight: tracker.weight,
            reverse: tracker.reverse,
            health,
        }
    }

    /// Reasons that lie in the network: interfaces, source address, socket.
    fn link_faults(&mut self, id: InstanceId) -> Vec<FaultReason> {
        let Some(running) = self.running.get_mut(&id) else {
            return Vec::new();
        };
        let plan = &running.plan;
        let mut interfaces = vec![plan.interface.as_str()];
        interfaces.extend(plan.vips.iter().map(|vip| vip.interface.as_str()));
        let tracked = plan.paths.iter().filter(|path| !path.no_track);
        interfaces.extend(tracked.flat_map(crate::plan::PathPlan::interfaces));
        interfaces.sort_unstable();
        interfaces.dedup();
        let (mut faults, mut down) = (Vec::new(), Vec::new());
        for name in interfaces {
            match self.links.link(name) {
                None => faults.push(FaultReason::InterfaceMissing(name.to_owned())),
                Some(link) if !link.usable() && !plan.ignore_link => {
                    down.push(FaultReason::InterfaceDown(name.to_owned()));
                }
                Some(_) => {}
            }
        }
        let delays = (plan.link_down_delay, plan.link_up_delay);
        let up = running
            .link
            .observe(down.is_empty(), clock::monotonic(), delays.0, delays.1);
        match (up, down.is_empty()) {
            (true, _) => {}
            (false, false) => faults.extend(down),
            (false, true) => faults.push(FaultReason::InterfaceDown(plan.interface.clone())),
        }
        if faults.is_empty() && running.address.is_none() {
            faults.push(FaultReason::NoSourceAddress(plan.interface.clone()));
        }
        let own = self.links.link(&plan.interface).map(|link| link.index);
        if let (true, Some(source), Some(index)) = (plan.track_source, plan.source, own)
            && !self
                .links
                .addresses_of(index)
                .any(|at| at.address == source)
        {
            faults.push(FaultReason::SourceMissing(source, plan.interface.clone()));
        }
        if running.witnesses.lost && running.witnesses.strict {
            faults.push(FaultReason::Witness(running.witnesses.text()));
        }
        if let Some(error) = &running.socket_error {
            faults.push(FaultReason::Socket(error.clone()));
        }
        faults
    }

    /// When the next link will count as up or down.
    pub(super) fn next_link_change(&self) -> Option<Micros> {
        self.running
            .values()
            .filter_map(|running| running.link.change_at)
            .min()
    }
}
