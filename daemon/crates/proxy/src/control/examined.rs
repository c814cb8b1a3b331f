//! Checks by programs (`option external-check`): what a program is told, and what follows from how
//! it ended. The supervisor runs it, for this process has no right to.

use super::change::Change;
use super::checks::{Checks, Running, ms};
use super::prober::Place;
use crate::plan::{Mode, Server, Target};
use config::haproxy::model::{ListenAddress, Protocol, Proxy};
use health::{CheckResult, CheckStatus};
use ipc::{Examination, Verdict};
use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use sys::tcp::Peer;

/// What stands in the place of an argument that there is no value for.
const NOT_USED: &str = "NOT_USED";

/// Until a program is asked for again that was not run.
const AGAIN_MS: u64 = 200;

/// Requests to the supervisor, and what its answers came to.
#[derive(Debug, Default)]
pub struct Examined {
    /// Under way: which check it is.
    checks: HashMap<u64, usize>,
    last: u64,
    requests: Vec<Examination>,
    changes: Vec<Change>,
}

impl Examined {
    pub(super) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// What the supervisor is to run now.
    pub fn take_requests(&mut self) -> Vec<Examination> {
        std::mem::take(&mut self.requests)
    }

    /// Checks begin anew: answers are for nobody.
    pub(super) fn forget(&mut self) {
        self.checks.clear();
        self.requests.clear();
    }

    /// Two processes never take the same: each begins where the clock stands.
    fn number(&mut self) -> u64 {
        self.last = (self.last + 1).max(sys::epoll::unix_us());
        self.last
    }
}

impl Checks {
    /// Has the program run.
    pub(super) fn examine(&mut self, at: usize, interval: Duration, now: u64) {
        let id = self.examined.number();
        let w = &mut self.watched[at];
        let limit = w.prober.connect_timeout(interval);
        let told = examination(id, w.prober.place(), ms(limit));
        w.started = now;
        w.running = Some(Running::Program(id));
        self.examined.checks.insert(id, at);
        self.examined.requests.extend(told);
        self.schedule(at, now + ms(limit));
    }

    /// How a program ended that may be forgotten by now.
    pub fn examined(&mut self, id: u64, verdict: Verdict, now: u64) {
        let Some(at) = self.examined.checks.remove(&id) else {
            return;
        };
        let w = &mut self.watched[at];
        let running = w
            .running
            .take_if(|it| matches!(it, Running::Program(n) if *n == id));
        if running.is_none() {
            return;
        }
        let (status, code) = match verdict {
            Verdict::Code(0) => (CheckStatus::ProgramOk, 0),
            Verdict::Code(code) => (CheckStatus::ProgramError, code),
            Verdict::Signal => (CheckStatus::ProgramError, -1),
            Verdict::Unusable => (CheckStatus::ProgramError, 255),
            Verdict::Postponed => return self.schedule(at, now + AGAIN_MS),
        };
        let mut changes = self.examined.take_changes();
        self.conclude(
            at,
            CheckResult::new(status).with_code(code),
            now,
            &mut changes,
        );
        self.examined.changes = changes;
    }

    pub(super) fn too_slow(&mut self, id: u64, at: usize, now: u64, changes: &mut Vec<Change>) {
        self.examined.checks.remove(&id);
        let result = CheckResult::new(CheckStatus::ProgramTimeout).with_code(0);
        self.conclude(at, result, now, changes);
    }
}

/// Arguments and variables as the manual has them under `external-check command`.
fn examination(id: u64, place: &Place, limit_ms: u64) -> Option<Examination> {
    let (b, s) = place.both()?;
    let section = place.plan.model.proxies.get(b.section)?;
    let number = place.plan.section_number(b.section);
    let (own, own_port) = listens_on(section);
    let (address, port) = leads_to(s);
    let named = |text: &str, given: &str| if given.is_empty() { text } else { given }.to_owned();
    // A socket of the abstract kind has no address to tell; without a listener there is none at all.
    let own_argument = own.clone().unwrap_or_else(|| NOT_USED.to_owned());
    let arguments = vec![
        own_argument,
        named(NOT_USED, &own_port),
        address.clone(),
        named(NOT_USED, &port),
    ];
    let h2 = section
        .servers
        .get(place.server)
        .and_then(|server| server.proto.as_ref())
        .is_some_and(|proto| proto.value == Protocol::H2);
    let protocol = match (b.mode, h2) {
        (Mode::Tcp, _) => "tcp",
        (Mode::Http, true) => "h2",
        (Mode::Http, false) => "h1",
    };
    let sealed = s.tls.as_ref().is_some_and(|tls| tls.traffic);
    let variables = [
        ("PROXY_NAME", b.name.clone()),
        ("PROXY_ID", number.to_string()),
        ("PROXY_ADDR", own.unwrap_or_default()),
        ("PROXY_PORT", own_port),
        ("SERVER_NAME", s.name.clone()),
        ("SERVER_ID", s.id.to_string()),
        ("SERVER_ADDR", address),
        ("SERVER_PORT", port),
        ("SERVER_MAXCONN", s.shared.maxconn().to_string()),
        ("SERVER_CURCONN", s.shared.active.load(Relaxed).to_string()),
        ("SERVER_SSL", u8::from(sealed).to_string()),
        ("SERVER_PROTO", protocol.to_owned()),
    ];
    Some(Examination {
        id,
        section: b.name.clone(),
        arguments,
        variables: variables
            .map(|(name, value)| (format!("HAPROXY_{name}"), value))
            .to_vec(),
        limit_ms,
    })
}

/// The first address of the section's own, and its port.
fn listens_on(section: &Proxy) -> (Option<String>, String) {
    let mut all = section.listen_addresses();
    let known = all.find_map(|(_, _, address)| match &address.value {
        ListenAddress::Tcp(address) => Some((address.ip().to_string(), address.port().to_string())),
        ListenAddress::Unix(path) => Some((path.clone(), String::new())),
        ListenAddress::Abstract(_) => Some((String::new(), String::new())),
        ListenAddress::Fd(_) => None,
    });
    match known {
        Some((address, port)) => (Some(address), port),
        None => (None, String::new()),
    }
}

/// Where the server is, and its port: 0 where it has none of its own, none for a socket.
fn leads_to(server: &Server) -> (String, String) {
    match (&server.target, server.peer(|| None)) {
        (_, Some(Peer::Tcp(address))) => (address.ip().to_string(), address.port().to_string()),
        (_, Some(Peer::Unix(path))) => {
            let path = if path.starts_with('\0') {
                String::new()
            } else {
                path
            };
            (path, String::new())
        }
        (Target::ClientPort(ip, by), None) => (ip.to_string(), by.to_string()),
        (Target::Client(_), None) => ("0.0.0.0".to_owned(), String::new()),
        (Target::Named(_) | Target::Fixed(_), None) => (String::new(), String::new()),
    }
}
