//! The check scripts that some instance tracks; others are not worth running.

use config::keepalived::model::{Config, Script};
use ipc::ScriptSpec;

use super::{InstancePlan, ScriptPlan, Source};
use std::time::Duration;

pub fn tracked(config: &Config, instances: &[InstancePlan]) -> Vec<ScriptPlan> {
    config
        .scripts
        .iter()
        .filter(|script| {
            let wanted = Source::Script(script.name.value.0.clone());
            instances.iter().any(|instance| {
                instance
                    .trackers
                    .iter()
                    .any(|tracker| tracker.source == wanted)
            })
        })
        .map(plan)
        .collect()
}

fn plan(script: &Script) -> ScriptPlan {
    let interval = script.interval.value;
    let timeout = script
        .timeout
        .as_ref()
        .map_or(interval, |timeout| timeout.value);
    let user = script.user.as_ref();
    ScriptPlan {
        spec: ScriptSpec {
            name: script.name.value.0.clone(),
            argv: script.argv.value.clone(),
            interval_us: micros(interval),
            timeout_us: micros(timeout),
            user: user.map(|user| user.user.value.clone()),
            group: user
                .and_then(|user| user.group.as_ref())
                .map(|group| group.value.clone()),
        },
        rise: script.rise.value,
        fall: script.fall.value,
        init_fail: script.init_fail,
    }
}

pub fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
