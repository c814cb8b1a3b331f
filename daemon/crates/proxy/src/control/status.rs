//! The proxy's part of `tandemd status --json`, in the shape that the provisioner reads.

use super::checks::Checks;
use super::resolver::{Live, NameServer, Resolver};
use crate::logs::TargetStatus;
use crate::names::Counters;
use crate::plan::{Mode, Plan, Server, Target};
use crate::shared::leaving::{Board, Departing};
use crate::shared::{ServerShared, State, Traffic, WARM, admin};
use health::{CheckResult, CheckStatus};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use sys::tcp::Peer;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    frontends: Vec<FrontendStatus>,
    backends: Vec<BackendStatus>,
    logs: Vec<TargetStatus>,
    /// Connections to what is no longer configured, and how many there are.
    draining: Vec<Departing>,
    draining_count: usize,
    /// Sections that are asked for addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resolvers: Vec<ResolversStatus>,
    /// Shown to clients.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<CertificateStatus>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateStatus {
    pub path: String,
    pub subject: String,
    pub names: Vec<String>,
    pub key: String,
    /// Unix seconds.
    pub not_before: u64,
    pub not_after: u64,
    /// Until it ends; 0 when it has.
    pub days_left: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResolversStatus {
    name: String,
    name_servers: Vec<NameServerStatus>,
}

/// What happened at a name server, in the words of haproxy's `show resolvers`.
#[derive(Debug, Serialize)]
struct NameServerStatus {
    name: String,
    address: String,
    sent: u64,
    snd_error: u64,
    valid: u64,
    update: u64,
    cname: u64,
    cname_error: u64,
    any_err: u64,
    nx: u64,
    timeout: u64,
    refused: u64,
    other: u64,
    invalid: u64,
    too_big: u64,
    truncated: u64,
    outdated: u64,
}

#[derive(Debug, Serialize)]
struct FrontendStatus {
    name: String,
    mode: &'static str,
    binds: Vec<String>,
    listening: bool,
    connections: u64,
    requests: u64,
    /// In the words of haproxy's `show stat`.
    traffic: Figures,
}

#[derive(Debug, Serialize)]
struct BackendStatus {
    name: String,
    mode: &'static str,
    /// Requests that wait for a server now.
    queued: u32,
    traffic: Figures,
    servers: Vec<ServerStatus>,
}

type Figures = BTreeMap<&'static str, u64>;

#[derive(Debug, Serialize)]
struct AgentStatus {
    up: bool,
    /// Last result, e.g. `L7OK/0`, `CHECKED`; `null` before the first.
    result: Option<String>,
    said: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ServerStatus {
    name: String,
    address: String,
    /// Where its name is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<String>,
    state: String,
    /// As it is now, and as it is configured.
    weight: u32,
    initial_weight: u32,
    /// Connections at once; `null`: no limit.
    maxconn: Option<u32>,
    /// What checks say: running, starting (warming up), stopping (no new sessions), stopped.
    operation: &'static str,
    /// What was ordered: see [`orders`].
    orders: Vec<&'static str>,
    check: Option<String>,
    agent: Option<AgentStatus>,
    /// Whose state it has, `BACKEND/SERVER`.
    tracks: Option<String>,
    connections: u64,
    since: u64,
    traffic: Figures,
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Tcp => "tcp",
        Mode::Http => "http",
    }
}

/// `listening` tells whether every socket of a frontend is there.
pub fn status(
    plan: &Plan,
    checks: &Checks,
    resolver: &Resolver,
    board: Option<&Board>,
    listening: impl Fn(&str) -> bool,
    certificates: Vec<CertificateStatus>,
) -> Status {
    let (draining_count, draining) = board.map(Board::list).unwrap_or_default();
    let frontends = plan.frontends.iter().map(|f| FrontendStatus {
        name: f.name.clone(),
        mode: mode(f.mode),
        binds: f.addresses.clone(),
        listening: listening(&f.name),
        connections: u64::from(f.shared.active.load(Relaxed)),
        requests: match f.mode {
            Mode::Http => f.shared.traffic.iter().map(|t| t.requests.get()).sum(),
            Mode::Tcp => f.shared.traffic.iter().map(|t| t.connections.get()).sum(),
        },
        traffic: Traffic::sums(&f.shared.traffic).collect(),
    });
    let backends = plan.backends.iter().map(|b| BackendStatus {
        name: b.name.clone(),
        mode: mode(b.mode),
        queued: b.shared.queued.load(Relaxed),
        traffic: Traffic::sums(&b.shared.traffic).collect(),
        servers: b
            .servers
            .iter()
            .filter(|s| !s.implied)
            .map(|s| server(plan, b.section, s, checks))
            .collect(),
    });
    Status {
        frontends: frontends.collect(),
        backends: backends.collect(),
        logs: plan.log_targets.status(),
        draining,
        draining_count,
        resolvers: resolver.sections.iter().map(resolvers).collect(),
        certificates,
    }
}

fn resolvers(live: &Live) -> ResolversStatus {
    let server = |(server, c): (&NameServer, &Counters)| NameServerStatus {
        name: server.name.clone(),
        address: server.address.to_string(),
        sent: c.sent,
        snd_error: c.send_error,
        valid: c.valid,
        update: c.update,
        cname: c.cname,
        cname_error: c.cname_error,
        any_err: c.any_err,
        nx: c.nx,
        timeout: c.timeout,
        refused: c.refused,
        other: c.other,
        invalid: c.invalid,
        too_big: c.too_big,
        truncated: c.truncated,
        outdated: c.outdated,
    };
    ResolversStatus {
        name: live.name.clone(),
        name_servers: live.counters().map(server).collect(),
    }
}

fn server(plan: &Plan, section: usize, s: &crate::plan::Server, checks: &Checks) -> ServerStatus {
    let model = plan
        .model
        .proxies
        .get(section)
        .and_then(|p| p.servers.iter().find(|m| m.name.0 == s.name));
    let roster = checks.roster();
    let at = checks.place(&s.shared);
    let member = at.and_then(|at| roster.members.get(at));
    let state = s.shared.state();
    let last = member.and_then(|m| m.health.and(Some(m.last.as_ref())));
    let short = |last: Option<&CheckResult>| {
        last.map_or_else(
            || CheckStatus::Initializing.code().to_owned(),
            CheckResult::short,
        )
    };
    let tracked = member.and_then(|m| roster.members.get(m.tracks?));
    ServerStatus {
        name: s.name.clone(),
        address: model
            .map(|m| m.address.value.to_string())
            .unwrap_or_default(),
        resolved: match s.target {
            Target::Named(_) => resolved(s),
            _ => None,
        },
        state: at.map_or_else(|| state.name().to_owned(), |at| roster.status(at)),
        weight: s.shared.weight(),
        initial_weight: s.shared.initial_weight(),
        maxconn: Some(s.shared.maxconn()).filter(|limit| *limit > 0),
        operation: operation(&s.shared),
        orders: orders(s.shared.orders()),
        check: last.filter(|_| state != State::Maintenance).map(short),
        agent: member.and_then(|m| {
            let last = m.last_agent.as_ref();
            Some(AgentStatus {
                up: m.agent?.is_up(),
                result: last.map(CheckResult::short),
                said: last.and_then(|last| last.info.clone()),
            })
        }),
        tracks: tracked.map(|m| format!("{}/{}", m.server.backend, m.server.name)),
        connections: u64::from(s.shared.active.load(Relaxed)),
        since: s.shared.since(),
        traffic: Traffic::sums(&s.shared.traffic).collect(),
    }
}

fn operation(server: &ServerShared) -> &'static str {
    match server.operation() {
        _ if server.state() == State::Maintenance => "stopped",
        State::Down | State::Maintenance => "stopped",
        State::Stopping => "stopping",
        _ if server.warmth() < WARM => "starting",
        State::NoCheck | State::Up | State::Unknown | State::Drain => "running",
    }
}

fn orders(bits: u8) -> Vec<&'static str> {
    [
        (admin::MAINTENANCE, "maintenance"),
        (admin::INHERITED_MAINTENANCE, "inherited maintenance"),
        (admin::CONFIGURED, "disabled by configuration"),
        (admin::DRAIN, "drain"),
        (admin::INHERITED_DRAIN, "inherited drain"),
        (admin::UNRESOLVED, "unresolved"),
    ]
    .into_iter()
    .filter(|(bit, _)| bits & bit != 0)
    .map(|(_, name)| name)
    .collect()
}
/// Address and port that its name stands for; without the port where that is the client's.
fn resolved(s: &Server) -> Option<String> {
    let ip = s.shared.whereabouts.place()?.ip;
    match s.peer(|| None) {
        Some(Peer::Tcp(address)) if address.port() != 0 => Some(address.to_string()),
        _ => Some(ip.to_string()),
    }
}
