//! `tandemd status`: the `vrrp` part.

use serde_json::{Map, Value, json};
use vrrp::instance::State;
use vrrp::peers::Peer;
use vrrp::{Instance, Micros, PacketError};

use super::Worker;
use crate::clock;
use crate::running::Running;
use crate::verification::Verification;

impl Worker {
    pub(super) fn status(&self) -> Value {
        let instances: Vec<Value> = self
            .running
            .values()
            .filter_map(|running| Some(self.instance_status(running, self.node.get(running.id)?)))
            .collect();
        json!({
            "instances": instances,
            "checks": self.checks(),
            "moving": self.moving.status(clock::monotonic()),
            "process": {
                "sendErrors": self.send_errors,
                "foreignAdverts": self.foreign_adverts,
                "unreadablePackets": self.unreadable,
                "hardening": self.hardening.status(),
                "lateness": self.lateness_status(),
            },
        })
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
        reasons.extend(running.difference.iter().map(super::Difference::text));
        if instance.waits_for_witness() {
            reasons.push(format!(
                "cut off: no master is heard and {} does not answer",
                running.witnesses.text()
            ));
        }
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
            "peers": running.peers.iter().map(|peer| {
                peer_status(peer, plan.settings.interval, now)
            }).collect::<Vec<_>>(),
            "heardByPeer": running.peers.hear_us(plan.settings.interval, now)
                .filter(|_| instance.state() == State::Master),
            "announcement": running.verification.as_ref().map(Verification::status),
            "witness": running.witnesses.status(instance.waits_for_witness(), now),
            "addressListDiffers": running.difference.as_ref().map(super::Difference::status),
            "splitBrain": running.conflict.as_ref().map(super::Conflict::status),
            "since": running.since_ms,
            "transitions": running.transitions,
            "packetErrors": PacketError::ALL.iter().map(|kind| {
                (kind.label().to_owned(), Value::from(instance.counters.of(*kind)))
            }).collect::<Map<_, _>>(),
            "counters": self.counters(running, instance),
        })
    }

    fn lateness_status(&self) -> Value {
        let lateness = &self.lateness;
        let buckets: Map<String, Value> = lateness
            .cumulative()
            .map(|(bound, count)| (bound.to_string(), count.into()))
            .collect();
        json!({
            "maxUs": lateness.max,
            "sumUs": lateness.sum,
            "count": lateness.count,
            "atMostUs": buckets,
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
            ("announcements_sent", running.announced),
            ("announcements_verified", running.verdicts.verified),
            ("announcements_unverified", running.verdicts.unverified),
            (
                "announcements_without_neighbours",
                running.verdicts.nobody_known,
            ),
            ("send_errors", self.send_errors),
            ("foreign_adverts", self.foreign_adverts),
            ("wake_lateness_max_us", self.lateness.max),
        ] {
            counters.insert(name.to_owned(), value.into());
        }
        Value::Object(counters)
    }
}

fn peer_status(peer: &Peer, interval: Micros, now: Micros) -> Value {
    let ago = |at: Option<Micros>| at.map(|at| now.saturating_sub(at) / 1000);
    json!({
        "address": peer.address.to_string(),
        "state": peer.state.map(State::label),
        "priority": peer.priority,
        "lastAdvertHeardMs": ago(peer.advert_at),
        "lastReportMs": ago(peer.report_at),
        "heardUsMs": ago(peer.heard_us_at),
        "hearsUs": peer.hears_us(interval, now),
        "addressListDiffers": peer.lists_differ,
    })
}
