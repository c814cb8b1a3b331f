//! The proxy's part of `tandemd status --json`, in the shape that the provisioner reads.

use super::checks::Checks;
use crate::logs::TargetStatus;
use crate::plan::{Mode, Plan};
use crate::shared::State;
use serde::Serialize;
use std::sync::atomic::Ordering::Relaxed;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    frontends: Vec<FrontendStatus>,
    backends: Vec<BackendStatus>,
    logs: Vec<TargetStatus>,
}

#[derive(Debug, Serialize)]
struct FrontendStatus {
    name: String,
    mode: &'static str,
    binds: Vec<String>,
    listening: bool,
    connections: u64,
    requests: u64,
}

#[derive(Debug, Serialize)]
struct BackendStatus {
    name: String,
    mode: &'static str,
    servers: Vec<ServerStatus>,
}

#[derive(Debug, Serialize)]
struct ServerStatus {
    name: String,
    address: String,
    state: String,
    weight: u32,
    check: Option<String>,
    connections: u64,
    since: u64,
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Tcp => "tcp",
        Mode::Http => "http",
    }
}

/// `listening` tells whether every socket of a frontend is there.
pub fn status(plan: &Plan, checks: &Checks, listening: impl Fn(&str) -> bool) -> Status {
    let frontends = plan.frontends.iter().map(|f| FrontendStatus {
        name: f.name.clone(),
        mode: mode(f.mode),
        binds: f.addresses.clone(),
        listening: listening(&f.name),
        connections: u64::from(f.shared.active.load(Relaxed)),
        requests: match f.mode {
            Mode::Http => f.shared.sum(|c| &c.requests),
            Mode::Tcp => f.shared.sum(|c| &c.connections),
        },
    });
    let backends = plan.backends.iter().map(|b| BackendStatus {
        name: b.name.clone(),
        mode: mode(b.mode),
        servers: b
            .servers
            .iter()
            .map(|s| server(plan, b.section, s, checks))
            .collect(),
    });
    Status {
        frontends: frontends.collect(),
        backends: backends.collect(),
        logs: plan.log_targets.status(),
    }
}

fn server(plan: &Plan, section: usize, s: &crate::plan::Server, checks: &Checks) -> ServerStatus {
    let model = plan
        .model
        .proxies
        .get(section)
        .and_then(|p| p.servers.iter().find(|m| m.name.0 == s.name));
    let checked = checks.last_result(&s.shared);
    let state = s.shared.state();
    let shown = match (&checked, state) {
        (Some((_, status)), State::Up | State::Down) => status.clone(),
        _ => state.name().to_owned(),
    };
    ServerStatus {
        name: s.name.clone(),
        address: model
            .map(|m| m.address.value.to_string())
            .unwrap_or_default(),
        state: if s.weight == 0 && state.is_up() {
            "DRAIN".to_owned()
        } else {
            shown
        },
        weight: s.weight,
        check: checked.map(|(result, _)| result),
        connections: u64::from(s.shared.active.load(Relaxed)),
        since: s.shared.since(),
    }
}
