//! Files and processes that some instance tracks.

use config::keepalived::model::{Config, TrackFile, TrackProcess};
use ipc::watch::{FileSpec, Parameters, ProcessSpec};

use super::script::micros;
use super::{InstancePlan, Source};

pub fn files(config: &Config, instances: &[InstancePlan]) -> Vec<FileSpec> {
    let wanted = |file: &&TrackFile| tracked(instances, &Source::File(file.name.value.clone()));
    let plan = |file: &TrackFile| FileSpec {
        name: file.name.value.clone(),
        path: file.file.value.clone(),
        init: file.init,
        overwrite: file.overwrite,
    };
    config.track_files.iter().filter(wanted).map(plan).collect()
}

pub fn processes(config: &Config, instances: &[InstancePlan]) -> Vec<ProcessSpec> {
    let wanted =
        |process: &&TrackProcess| tracked(instances, &Source::Process(process.name.value.clone()));
    let plan = |process: &TrackProcess| ProcessSpec {
        name: process.name.value.clone(),
        argv: process.process.value.clone(),
        full_command: process.full_command,
        parameters: parameters(process),
        quorum: process.quorum,
        quorum_max: process.quorum_max,
        fork_delay_us: micros(process.fork_delay),
        terminate_delay_us: micros(process.terminate_delay),
    };
    let processes = config.track_processes.iter();
    processes.filter(wanted).map(plan).collect()
}

/// Parameters are compared when there are any, or when it is said how.
fn parameters(process: &TrackProcess) -> Parameters {
    let how = process.param_match.as_ref().map(|how| how.value.as_str());
    match how {
        Some("initial") => Parameters::Initial,
        Some("partial") => Parameters::Partial,
        Some(_) => Parameters::Exact,
        None if process.full_command || process.process.value.len() > 1 => Parameters::Exact,
        None => Parameters::Any,
    }
}

fn tracked(instances: &[InstancePlan], source: &Source) -> bool {
    let mut trackers = instances.iter().flat_map(|instance| &instance.trackers);
    trackers.any(|tracker| tracker.source == *source)
}
