//! What is known of the process, in the words of HAProxy's `show info`.

use super::super::Control;
use crate::plan::Plan;
use crate::shared::{Counter, Rate, Registry, Traffic};
use stats::{Field, Info};
use std::sync::atomic::Ordering::Relaxed;
use sys::epoll::{monotonic_ms, unix_us};

/// Rates of the whole process, looked at once a second.
#[derive(Debug)]
pub struct Overall {
    /// Monotonic milliseconds.
    started: u64,
    connections: Rate,
    sessions: Rate,
    bytes_out: Rate,
    sealed: Rate,
    client_keys: Rate,
    server_keys: Rate,
}

impl Default for Overall {
    fn default() -> Self {
        Self {
            started: monotonic_ms(),
            connections: Rate::default(),
            sessions: Rate::default(),
            bytes_out: Rate::default(),
            sealed: Rate::default(),
            client_keys: Rate::default(),
            server_keys: Rate::default(),
        }
    }
}

/// The date of this version; clients like hatop want one.
const RELEASED: &str = "2026/11/21";

impl Overall {
    pub fn look(&mut self, plan: &Plan, now: u64) {
        self.connections.look(total(plan, |t| &t.connections), now);
        self.sessions.look(total(plan, |t| &t.sessions), now);
        self.bytes_out.look(total(plan, |t| &t.bytes_out), now);
        let sealed = &plan.totals.sealed;
        self.sealed.look(sealed.clients.load(Relaxed), now);
        self.client_keys.look(sealed.client_keys.load(Relaxed), now);
        self.server_keys.look(sealed.server_keys.load(Relaxed), now);
    }
}

fn total(plan: &Plan, of: impl Fn(&Traffic) -> &Counter + Copy) -> u64 {
    let each = plan.frontends.iter().map(|f| &f.shared.traffic);
    each.map(|traffic| Traffic::total(traffic, of)).sum()
}

impl Control {
    pub(in crate::control) fn info(&mut self) -> Info {
        let now = monotonic_ms();
        let mut info = Info::default();
        let uptime = now.saturating_sub(self.overall.started) / 1000;
        let (days, rest) = (uptime / 86400, uptime % 86400);
        let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
        let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let files = files.unwrap_or(u64::MAX).min(u32::MAX.into());
        info.set(Field::Name, "tandemd")
            .set(Field::Version, env!("CARGO_PKG_VERSION"))
            .set(Field::BuildInfo, env!("CARGO_PKG_VERSION"))
            .set(Field::ReleaseDate, RELEASED)
            .set(Field::Nbproc, 1_u32)
            .set(Field::ProcessNum, 1_u32)
            .set(Field::Pid, std::process::id())
            .set(
                Field::Uptime,
                format!("{days}d {hours}h{minutes:02}m{seconds:02}s"),
            )
            .set(Field::UptimeSec, uptime)
            .set(Field::StartTimeSec, unix_us() / 1_000_000 - uptime)
            .set(Field::MemmaxMB, 0_u32)
            .set(Field::MemmaxBytes, 0_u32)
            .set(Field::UlimitN, files)
            .set(Field::Maxsock, files)
            .set(Field::Stopping, self.stopping)
            .set(Field::Listeners, self.grants.len());
        if let Some(plan) = self.plan.clone() {
            self.overall.look(&plan, now);
            let workers = self.registry.as_ref().map(Registry::workers);
            info.set(Field::Nbthread, workers.unwrap_or(0))
                .set(Field::HardMaxconn, files);
            of_traffic(&mut info, &self.overall, &plan, now);
            of_sealed(&mut info, &self.overall, &plan, now);
            let connections = plan.totals.connections.load(Relaxed) as usize;
            info.set(Field::Jobs, connections + self.grants.len())
                .set(Field::Node, node(&plan));
        }
        info
    }
}

fn of_traffic(info: &mut Info, overall: &Overall, plan: &Plan, now: u64) {
    info.set(Field::Maxconn, plan.maxconn)
        .set(Field::CurrConns, plan.totals.connections.load(Relaxed))
        .set(Field::CumConns, total(plan, |t| &t.connections))
        .set(Field::CumReq, total(plan, |t| &t.requests))
        .set(Field::ConnRate, overall.connections.now(now))
        .set(Field::ConnRateLimit, plan.pace.connections)
        .set(Field::MaxConnRate, overall.connections.most())
        .set(Field::SessRate, overall.sessions.now(now))
        .set(Field::SessRateLimit, plan.pace.sessions)
        .set(Field::MaxSessRate, overall.sessions.most())
        .set(Field::TotalBytesOut, total(plan, |t| &t.bytes_out))
        .set(Field::BytesOutRate, overall.bytes_out.now(now))
        .set(Field::DroppedLogs, plan.log_targets.dropped());
    for never in [
        Field::CompressBpsIn,
        Field::CompressBpsOut,
        Field::CompressBpsRateLim,
        Field::ActivePeers,
        Field::ConnectedPeers,
        Field::BusyPolling,
        Field::CumRecvLogs,
        Field::DebugCommandsIssued,
    ] {
        info.set(never, 0_u32);
    }
}

fn of_sealed(info: &mut Info, overall: &Overall, plan: &Plan, now: u64) {
    let sealed = &plan.totals.sealed;
    let all = sealed.clients.load(Relaxed) + sealed.servers.load(Relaxed);
    let (rate, keys) = (overall.sealed.now(now), overall.client_keys.now(now));
    // A handshake may end in another second than it began in.
    let resumed = (rate.saturating_sub(keys) * 100).checked_div(rate);
    info.set(Field::MaxSslConns, plan.max_sealed)
        .set(Field::CurrSslConns, sealed.now.load(Relaxed))
        .set(Field::CumSslConns, all)
        .set(Field::SslRate, rate)
        .set(Field::SslRateLimit, plan.pace.sealed)
        .set(Field::MaxSslRate, overall.sealed.most())
        .set(Field::SslFrontendKeyRate, keys)
        .set(Field::SslFrontendMaxKeyRate, overall.client_keys.most())
        .set(Field::SslFrontendSessionReusePct, resumed.unwrap_or(0))
        .set(Field::SslBackendKeyRate, overall.server_keys.now(now))
        .set(Field::SslBackendMaxKeyRate, overall.server_keys.most());
}

/// `node` of the configuration, or the name of the host.
pub fn node(plan: &Plan) -> String {
    let own = || {
        rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned()
    };
    let given = plan.model.global.node.as_ref();
    given.map_or_else(own, |node| node.value.clone())
}
