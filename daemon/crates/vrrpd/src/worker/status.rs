//! `tandemd status`: the `vrrp` part.

use serde_json::{Map, Value, json};
use vrrp::Instance;
use vrrp::instance::State;

use super::Worker;
use crate::clock;
use crate::running::Running;

impl Worker {
    pub(super) fn status(&self) -> Value {
        let instances: Vec<Value> = self
            .running
            .values()
            .filter_map(|running| Some(self.instance_status(running, self.node.get(running.id)?)))
            .collect();
        json!({ "instances": instances })
    }

    fn instance_status(&self, running: &Running, instance: &Instance) -> Value {
        let plan = &running.plan;
        let now = clock::monotonic();
        let mut reasons: Vec<String> = self
            .node
            .faults(running.id)
            .iter()
            .map(ToString::to_string)
            .collect();
        reasons.extend(running.reasons.iter().cloned());
        reasons.extend(running.conflict.iter().map(super::Conflict::text));
        if instance.yielded() {
            reasons.push("handed over: stays backup until reloaded or alone".to_owned());
        }
        let own = || {
            running
                .address
                .map(|address| (address, instance.effective_priority()))
        };
        let master = match instance.state() {
            State::Master => own(),
            _ => instance.heard().map(|heard| (heard.source, heard.priority)),
        };
        let texts = |vips: Vec<String>| Value::from(vips);
        json!({
            "name": plan.name,
            "state": instance.state().label(),
            "reasons": reasons,
            "interface": plan.interface,
            "virtualRouterId": plan.vrid,
            "version": plan.settings.version.number(),
            "family": if plan.ipv6 { "ipv6" } else { "ipv4" },
            "priority": plan.settings.priority,
            "effectivePriority": instance.effective_priority(),
            "advertIntervalMs": plan.settings.interval / 1000,
            "addresses": texts(plan.vips.iter().map(crate::plan::VipPlan::text).collect()),
            "held": texts(running.held.iter().map(|held| held.vip.text()).collect()),
            "master": master.map(|(address, priority)| {
                json!({ "address": address.to_string(), "priority": priority })
            }),
            "lastAdvertHeardMs": instance.heard().map(|heard| now.saturating_sub(heard.at) / 1000),
            "splitBrain": running.conflict.as_ref().map(super::Conflict::status),
            "since": running.since_ms,
            "transitions": running.transitions,
            "counters": self.counters(running, instance),
        })
    }

    fn counters(&self, running: &Running, instance: &Instance) -> Value {
        let mut counters: Map<String, Value> = instance
            .counters
            .entries()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        for (name, value) in [
            ("addresses_restored", running.restored),
            ("split_brains", running.conflicts),
            ("send_errors", self.send_errors),
            ("foreign_adverts", self.foreign_adverts),
            ("wake_lateness_max_us", self.lateness),
        ] {
            counters.insert(name.to_owned(), value.into());
        }
        Value::Object(counters)
    }
}
