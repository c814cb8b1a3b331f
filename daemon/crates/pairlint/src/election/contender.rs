//! One node in one election: its priority and everything that moves it.

use crate::node::Node;
use config::Span;
use config::keepalived::model::{Instance, SyncGroup, Weight};

/// One thing that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// For messages, e.g. `script chk_nginx`.
    pub name: String,
    /// As written; 0 is FAULT.
    pub weight: i32,
    /// Added to the priority while well, and while failed.
    pub well: i32,
    pub failed: i32,
    pub fault_when_well: bool,
    pub fault_when_failed: bool,
    pub span: Span,
}

impl Check {
    fn new(name: String, weight: Weight, span: Span) -> Self {
        let value = i32::from(weight.value);
        let part = |well: bool| match value {
            positive if positive > 0 && well => positive,
            negative if negative < 0 && !well => negative,
            _ => 0,
        };
        Self {
            name,
            weight: value,
            well: part(!weight.reverse),
            failed: part(weight.reverse),
            fault_when_well: value == 0 && weight.reverse,
            fault_when_failed: value == 0 && !weight.reverse,
            span,
        }
    }

    /// A tracked file holds any number: the worst one takes everything away.
    fn file(name: String, weight: Weight, span: Span) -> Self {
        let mut check = Self::new(name, weight, span);
        if weight.value != 0 {
            (check.well, check.failed) = (0, -253);
        }
        check
    }

    pub fn is_weighted(&self) -> bool {
        self.weight != 0
    }

    /// What its failure does to the priority.
    pub fn delta(&self) -> i32 {
        self.failed - self.well
    }
}

#[derive(Debug, Clone)]
pub struct Contender {
    pub base: u8,
    pub checks: Vec<Check>,
    pub nopreempt: bool,
    /// Weights of members of a group that does not let them count (keepalived.conf(5)).
    pub dropped: Vec<Check>,
}

impl Contender {
    pub fn new(node: &Node<'_>, instance: &Instance) -> Self {
        let mut checks = own(instance);
        let mut dropped = Vec::new();
        if let Some(group) = node.group(instance) {
            if !group.tracking_weight {
                (dropped, checks) = checks.into_iter().partition(Check::is_weighted);
            }
            let shared = of_group(node, group, instance);
            checks.extend(
                shared
                    .into_iter()
                    .filter(|check| !check.is_weighted() || group.tracking_weight),
            );
        }
        let mut seen = std::collections::BTreeSet::new();
        checks.retain(|check| seen.insert(check.name.clone()));
        Self {
            base: instance.priority.0,
            checks,
            nopreempt: instance.nopreempt,
            dropped,
        }
    }

    /// The priority while the marked checks fail; `None` in FAULT. An owner's never changes; any
    /// other stays from 1 to 254.
    pub fn effective(&self, failing: &[bool]) -> Option<u8> {
        let mut sum = i32::from(self.base);
        for (check, failed) in self.checks.iter().zip(failing) {
            if (*failed && check.fault_when_failed) || (!*failed && check.fault_when_well) {
                return None;
            }
            sum += if *failed { check.failed } else { check.well };
        }
        Some(self.clamp(sum))
    }

    pub fn clamp(&self, sum: i32) -> u8 {
        if self.base == 255 {
            return 255;
        }
        u8::try_from(sum.clamp(1, 254)).unwrap_or(254)
    }

    /// Sum of the priority and every weight that counts while all is well.
    pub fn well(&self) -> i32 {
        i32::from(self.base) + self.checks.iter().map(|check| check.well).sum::<i32>()
    }
}

fn own(instance: &Instance) -> Vec<Check> {
    let mut checks = Vec::new();
    for track in &instance.track_scripts {
        let name = format!("script {}", track.name);
        checks.push(Check::new(name, track.weight.value, track.name.span));
    }
    for track in &instance.track_processes {
        let name = format!("process {}", track.name);
        checks.push(Check::new(name, track.weight.value, track.name.span));
    }
    for track in &instance.track_files {
        let name = format!("file {}", track.name);
        checks.push(Check::file(name, track.weight.value, track.name.span));
    }
    for track in &instance.track_interfaces {
        let name = format!("interface {}", track.interface);
        checks.push(Check::new(name, track.weight.value, track.interface.span));
    }
    if let Some(track) = instance.track_proxy {
        checks.push(Check::new(
            "the proxy".to_owned(),
            track.value.weight,
            track.span,
        ));
    }
    let named = instance.interface.value.as_str();
    let tracked = |i: &config::keepalived::model::TrackInterface| i.interface.value == named;
    if !instance.dont_track_primary && !instance.track_interfaces.iter().any(tracked) {
        let name = format!("interface {named}");
        checks.push(Check::new(name, Weight::default(), instance.interface.span));
    }
    checks
}

/// What the group watches, and what puts another member into FAULT and with it all of them.
fn of_group(node: &Node<'_>, group: &SyncGroup, instance: &Instance) -> Vec<Check> {
    let mut checks = Vec::new();
    for track in &group.track_scripts {
        let name = format!("script {}", track.name);
        checks.push(Check::new(name, track.weight.value, track.name.span));
    }
    for track in &group.track_processes {
        let name = format!("process {}", track.name);
        checks.push(Check::new(name, track.weight.value, track.name.span));
    }
    for track in &group.track_files {
        let name = format!("file {}", track.name);
        checks.push(Check::file(name, track.weight.value, track.name.span));
    }
    for track in &group.track_interfaces {
        let name = format!("interface {}", track.interface);
        checks.push(Check::new(name, track.weight.value, track.interface.span));
    }
    for member in &group.members {
        let other = node.config().instance(&member.value);
        let other = other.filter(|other| other.name != instance.name);
        let faults = other.map(own).unwrap_or_default();
        checks.extend(faults.into_iter().filter(|check| !check.is_weighted()));
    }
    checks
}
