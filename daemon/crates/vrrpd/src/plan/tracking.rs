//! What an instance watches.

use config::keepalived::model::{Config, Instance, SyncGroup, TrackedFile, TrackedProcess, Weight};

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    Script(String),
    Interface(String),
    File(String),
    Process(String),
    /// The proxy of the same daemon.
    Proxy,
}

impl Source {
    pub fn describe(&self) -> String {
        match self {
            Source::Script(name) => format!("script {name}"),
            Source::Interface(name) => format!("interface {name}"),
            Source::File(name) => format!("file {name}"),
            Source::Process(name) => format!("process {name}"),
            Source::Proxy => "proxy".to_owned(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracker {
    pub source: Source,
    pub weight: i32,
    pub reverse: bool,
}

fn tracker(source: Source, weight: Weight) -> Tracker {
    Tracker {
        source,
        weight: i32::from(weight.value),
        reverse: weight.reverse,
    }
}

/// An instance's own trackers, then those of its group. In a group, members drop weighted
/// trackers unless `sync_group_tracking_weight` keeps them, since members move together.
pub fn of_instance(
    config: &Config,
    instance: &Instance,
    warnings: &mut Vec<String>,
) -> Vec<Tracker> {
    let mut trackers = own(instance);
    let group = config.sync_groups.iter().find(|group| {
        group
            .members
            .iter()
            .any(|member| member.value == instance.name.value)
    });
    if let Some(group) = group {
        if !group.tracking_weight {
            let before = trackers.len();
            trackers.retain(|tracker| tracker.weight == 0);
            if trackers.len() < before {
                warnings.push(format!(
                    "instance {}: weighted trackers do not count for members of sync group {} \
                     without sync_group_tracking_weight",
                    instance.name.value, group.name.value
                ));
            }
        }
        trackers.extend(of_group(group));
    }
    trackers
}

fn own(instance: &Instance) -> Vec<Tracker> {
    let mut trackers = Vec::new();
    for item in &instance.track_scripts {
        trackers.push(tracker(
            Source::Script(item.name.value.0.clone()),
            item.weight.value,
        ));
    }
    for item in &instance.track_interfaces {
        trackers.push(tracker(
            Source::Interface(item.interface.value.clone()),
            item.weight.value,
        ));
    }
    trackers.extend(watched(&instance.track_files, &instance.track_processes));
    if let Some(proxy) = &instance.track_proxy {
        trackers.push(tracker(Source::Proxy, proxy.value.weight));
    }
    trackers
}

fn of_group(group: &SyncGroup) -> Vec<Tracker> {
    let mut trackers = Vec::new();
    for item in &group.track_scripts {
        trackers.push(tracker(
            Source::Script(item.name.value.0.clone()),
            item.weight.value,
        ));
    }
    for item in &group.track_interfaces {
        trackers.push(tracker(
            Source::Interface(item.interface.value.clone()),
            item.weight.value,
        ));
    }
    trackers.extend(watched(&group.track_files, &group.track_processes));
    trackers
}

fn watched(files: &[TrackedFile], processes: &[TrackedProcess]) -> Vec<Tracker> {
    let mut trackers = Vec::new();
    for item in files {
        let source = Source::File(item.name.value.clone());
        trackers.push(tracker(source, item.weight.value));
    }
    for item in processes {
        let source = Source::Process(item.name.value.clone());
        trackers.push(tracker(source, item.weight.value));
    }
    trackers
}
