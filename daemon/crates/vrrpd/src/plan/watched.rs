//! Files and processes that some instance tracks.

use config::keepalived::model::{Config, TrackFile, TrackProcess};
use vrrp::Micros;

use super::script::micros;
use super::{InstancePlan, Source};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePlan {
    pub name: String,
    pub path: String,
    /// Written when the file is not there.
    pub init: Option<i32>,
    pub overwrite: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessPlan {
    pub name: String,
    /// Program and, if any are to be compared, its arguments.
    pub argv: Vec<String>,
    pub full_command: bool,
    /// The arguments may go on.
    pub initial: bool,
    pub quorum: u32,
    pub quorum_max: Option<u32>,
    pub fork_delay: Micros,
    pub terminate_delay: Micros,
}

/// `param_match` in a way that is understood.
pub fn understood(process: &TrackProcess) -> bool {
    let how = process.param_match.as_ref().map(|how| how.value.as_str());
    matches!(how, None | Some("exact" | "initial"))
}

pub fn files(config: &Config, instances: &[InstancePlan]) -> Vec<FilePlan> {
    let wanted = |file: &&TrackFile| tracked(instances, &Source::File(file.name.value.clone()));
    let plan = |file: &TrackFile| FilePlan {
        name: file.name.value.clone(),
        path: file.file.value.clone(),
        init: file.init,
        overwrite: file.overwrite,
    };
    config.track_files.iter().filter(wanted).map(plan).collect()
}

pub fn processes(config: &Config, instances: &[InstancePlan]) -> Vec<ProcessPlan> {
    let wanted =
        |process: &&TrackProcess| tracked(instances, &Source::Process(process.name.value.clone()));
    let plan = |process: &TrackProcess| ProcessPlan {
        name: process.name.value.clone(),
        argv: process.process.value.clone(),
        full_command: process.full_command,
        initial: process
            .param_match
            .as_ref()
            .is_some_and(|how| how.value == "initial"),
        quorum: process.quorum,
        quorum_max: process.quorum_max,
        fork_delay: micros(process.fork_delay),
        terminate_delay: micros(process.terminate_delay),
    };
    let processes = config.track_processes.iter();
    processes.filter(wanted).map(plan).collect()
}

fn tracked(instances: &[InstancePlan], source: &Source) -> bool {
    let mut trackers = instances.iter().flat_map(|instance| &instance.trackers);
    trackers.any(|tracker| tracker.source == *source)
}
