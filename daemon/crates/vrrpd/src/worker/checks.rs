//! What is tracked, for the status: how each check stands and how often it ended in which way.

use ipc::message::ScriptOutcome;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vrrp::tracking::Health;

use super::Worker;

/// Runs of a script, by result. They outlive a reload as the script's verdict does.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Results {
    success: u64,
    failure: u64,
    timed_out: u64,
    unusable: u64,
}

impl Results {
    pub fn count(&mut self, outcome: ScriptOutcome) {
        match outcome {
            ScriptOutcome::Success => self.success += 1,
            ScriptOutcome::Failure => self.failure += 1,
            ScriptOutcome::TimedOut => self.timed_out += 1,
            ScriptOutcome::Unusable => self.unusable += 1,
        }
    }

    fn status(self) -> Value {
        json!({
            "success": self.success,
            "failure": self.failure,
            "timed_out": self.timed_out,
            "unusable": self.unusable,
        })
    }
}

impl Worker {
    pub(super) fn checks(&self) -> Vec<Value> {
        let scripts = self.scripts.iter().map(|(name, (_, debounce))| {
            let results = self.results.get(name).copied().unwrap_or_default();
            let health = debounce.health();
            json!({
                "name": name,
                "kind": "script",
                "health": label(health),
                "results": results.status(),
            })
        });
        let files = self.files.iter();
        let files = files.map(|(name, file)| plain(name, "file", file.health));
        let processes = self.processes.iter();
        let processes = processes.map(|(name, it)| plain(name, "process", it.health));
        let proxy = self.tracks_proxy();
        let proxy = proxy.then(|| plain("proxy", "proxy", self.proxy));
        scripts.chain(files).chain(processes).chain(proxy).collect()
    }

    fn tracks_proxy(&self) -> bool {
        let mut trackers = self.running.values().flat_map(|it| &it.plan.trackers);
        trackers.any(|tracker| tracker.source == crate::plan::Source::Proxy)
    }
}

fn plain(name: &str, kind: &str, health: Health) -> Value {
    json!({ "name": name, "kind": kind, "health": label(health) })
}

fn label(health: Health) -> &'static str {
    match health {
        Health::Unknown => "unknown",
        Health::Up | Health::Value(_) => "up",
        Health::Down => "down",
        Health::Unusable => "unusable",
    }
}
