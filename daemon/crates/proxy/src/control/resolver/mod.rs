//! Addresses of servers that are given by name, in the control thread: who asks whom, and what the
//! answers move. What an answer means is the `names` crate's.

mod asked;
mod assign;
mod live;
mod named;
mod system;
mod wire;

pub use live::{Live, NameServer};
pub use named::{Move, What};

use super::change::{Change, News};
use crate::names::{Hosts, Kind, Known, Settings};
use crate::plan::{Attachments, Plan};
use crate::shared::{Place, ServerShared};
use asked::Askers;
use config::Spanned;
use config::haproxy::model::{self, Config, LogSink, LogTarget, NameServers, Resolvers};
use health::CheckStatus;
use named::Named;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::SocketAddr;
use std::sync::Arc;
use sys::epoll::Epoll;
use system::Lookups;

/// Tokens of name lookups lie between this and those of mails.
pub const TOKEN_BASE: u64 = 1 << 16;
const SECTIONS: u64 = 1 << 24;
/// Tokens of one section.
const SECTION: u64 = 1 << 12;
/// The section that is there without being written.
const IMPLIED: &str = "default";

#[derive(Debug, Default)]
pub struct Resolver {
    lookups: Lookups,
    pub sections: Vec<Live>,
    servers: Vec<Named>,
    /// Log and mail servers that are given by name.
    logs: BTreeSet<String>,
    /// One of them moved.
    logs_moved: bool,
    pub askers: Askers,
}

impl Resolver {
    /// Looks after the names of this plan. What is known stays; servers that are new to it get
    /// what is known at once.
    pub fn configure(&mut self, plan: &Plan, files: &Attachments, now: u64) {
        let model = &plan.model;
        let implied = needs_default(plan).then(default_section);
        let specs: Vec<&Resolvers> = model.resolvers.iter().chain(&implied).collect();
        let index = |name: &str| specs.iter().position(|s| s.name.value == name);
        let old = std::mem::replace(&mut self.servers, Named::all(plan, index));
        let (mut hosts, mut settings) = (Hosts::default(), Settings::parse(""));
        self.logs = log_names(model);
        if !self.servers.is_empty() || !specs.is_empty() || !self.logs.is_empty() {
            hosts = Hosts::parse(&text(files, "/etc/hosts"));
            settings = Settings::parse(&text(files, "/etc/resolv.conf"));
        }
        self.open_sections(&specs, &settings.servers);
        self.carry_over(&old);
        for n in &mut self.servers {
            let Some(live) = n.section.and_then(|s| self.sections.get_mut(s)) else {
                continue;
            };
            if let Some(service) = &n.service {
                live.section.want(service, Kind::Srv, now);
            }
            if n.entry.as_ref().is_none_or(|e| e.address.is_none())
                && let Some(name) = &n.name
            {
                n.asks = Some(live.section.want(name, n.kind(), now));
            }
        }
        self.forget();
        self.ask_again(now);
        self.begin(&hosts, &settings, now);
    }

    /// Where log and mail servers are that are given by name.
    pub fn known(&self, model: &Config, files: &Attachments) -> Known {
        let names = log_names(model);
        if names.is_empty() {
            return Known::new();
        }
        let hosts = Hosts::parse(&text(files, "/etc/hosts"));
        let known = |name: String| {
            let ip = self.lookups.address(&name).or_else(|| hosts.get(&name))?;
            Some((name, ip))
        };
        names.into_iter().filter_map(known).collect()
    }

    pub fn take_logs_moved(&mut self) -> bool {
        std::mem::take(&mut self.logs_moved)
    }

    fn open_sections(&mut self, specs: &[&Resolvers], system: &[SocketAddr]) {
        let mut before: HashMap<String, Live> = self
            .sections
            .drain(..)
            .map(|live| (live.name.clone(), live))
            .collect();
        for (base, spec) in (0..).map(|at| SECTIONS + at * SECTION).zip(specs) {
            let old = before.remove(&spec.name.value);
            self.sections.push(Live::new(spec, system, base, old));
        }
    }

    /// Slots keep their entries.
    fn carry_over(&mut self, old: &[Named]) {
        let slots = old.iter().filter(|o| o.service.is_some());
        let known: HashMap<*const ServerShared, &Named> =
            slots.map(|o| (Arc::as_ptr(&o.shared), o)).collect();
        for n in &mut self.servers {
            let before = known.get(&Arc::as_ptr(&n.shared));
            if let Some(before) = before.filter(|before| before.service == n.service) {
                (n.name, n.entry) = (before.name.clone(), before.entry.clone());
            }
        }
    }

    /// First addresses: the hosts file, what was known before, `init-addr`.
    fn begin(&mut self, hosts: &Hosts, settings: &Settings, now: u64) {
        let mut wanted: HashMap<String, bool> = HashMap::new();
        for n in &self.servers {
            if let (Some(name), true) = (&n.name, n.beginning().0)
                && n.service.is_none()
            {
                let once = wanted.entry(name.clone()).or_insert(true);
                *once &= n.section.is_some();
            }
        }
        wanted.extend(self.logs.iter().map(|name| (name.clone(), false)));
        self.lookups.configure(wanted, hosts, settings, now);
        for n in self.servers.iter().filter(|n| n.address().is_none()) {
            let (system, fixed) = n.beginning();
            let name = n.name.as_deref().filter(|_| system && n.service.is_none());
            let known = name.and_then(|name| self.lookups.address(name));
            if let Some(ip) = known.or(fixed) {
                let port = n.entry.as_ref().map(|e| e.port);
                n.shared.whereabouts.set_place(Some(Place { ip, port }));
            }
        }
    }

    pub fn next_due(&self) -> Option<u64> {
        let sections = self.sections.iter().filter_map(|s| s.section.next_due());
        sections.chain(self.lookups.next_due()).min()
    }

    /// Asks what is due.
    pub fn run_due(&mut self, now: u64, epoll: &Epoll) -> Vec<Move> {
        self.lookups.run_due(now, TOKEN_BASE, epoll);
        let mut moves = Vec::new();
        for at in 0..self.sections.len() {
            let concluded = self.sections[at].run_due(now, epoll);
            moves.extend(self.conclude(at, &concluded, now));
        }
        moves
    }

    /// An answer came; what it moves.
    pub fn on_event(&mut self, token: u64, now: u64, epoll: &Epoll) -> Vec<Move> {
        if let Some(at) = token.checked_sub(SECTIONS) {
            let at = usize::try_from(at / SECTION).unwrap_or(usize::MAX);
            let Some(live) = self.sections.get_mut(at) else {
                return Vec::new();
            };
            let concluded = live.on_event(token, now, epoll);
            return self.conclude(at, &concluded, now);
        }
        let at = usize::try_from(token - TOKEN_BASE).unwrap_or(usize::MAX);
        match self.lookups.on_event(at, now) {
            Some(name) => {
                self.logs_moved |= self.logs.contains(&name);
                self.system_says(&name)
            }
            None => Vec::new(),
        }
    }

    /// The address of this server does not answer: its name is looked up again.
    fn hurry(&mut self, server: &Arc<ServerShared>, now: u64) {
        let found = self.servers.iter().find(|n| Arc::ptr_eq(&n.shared, server));
        if let Some((section, asks)) = found.and_then(|n| Some((n.section?, n.asks?)))
            && let Some(live) = self.sections.get_mut(section)
        {
            live.section.hurry(asks, now);
        }
    }

    /// A check that got no answer at all: perhaps the server has moved.
    pub fn follow_checks(&mut self, changes: &[Change], now: u64) {
        for change in changes {
            if let News::Check { result, .. } = &change.news
                && result.status == CheckStatus::L4Timeout
            {
                self.hurry(&change.server, now);
            }
        }
    }

    fn conclude(&mut self, at: usize, concluded: &[usize], now: u64) -> Vec<Move> {
        let mut moves = Vec::new();
        let Some(live) = self.sections.get_mut(at) else {
            return moves;
        };
        let mut hosts_changed = false;
        for resolution in concluded.iter().copied() {
            self.askers.conclude(live, at, resolution);
            if assign::is_service(live, resolution) {
                moves.extend(assign::services(
                    live,
                    at,
                    resolution,
                    &mut self.servers,
                    now,
                ));
                hosts_changed = true;
            } else {
                moves.extend(assign::addresses(live, at, resolution, &self.servers));
            }
        }
        if hosts_changed {
            self.forget();
        }
        moves
    }

    /// A server with a section takes the system's answer only until the section has one.
    fn system_says(&self, name: &str) -> Vec<Move> {
        let Some(ip) = self.lookups.address(name) else {
            return Vec::new();
        };
        let waits = |n: &&Named| n.section.is_none() || n.address().is_none();
        let (by, named) = ("the system's name servers", |n: &&Named| {
            n.name.as_deref() == Some(name) && n.service.is_none() && n.beginning().0
        });
        let servers = self.servers.iter().filter(named).filter(waits);
        servers.filter_map(|n| n.settle(ip, by)).collect()
    }

    /// Drops names that nobody asks about any more.
    fn forget(&mut self) {
        for (at, live) in self.sections.iter_mut().enumerate() {
            let here = || self.servers.iter().filter(|n| n.section == Some(at));
            let services: HashSet<&str> = here().filter_map(|n| n.service.as_deref()).collect();
            let asked: HashSet<usize> = here().filter_map(|n| n.asks).collect();
            live.section.retain(|at, known| {
                asked.contains(&at) || services.contains(known.question.name.as_str())
            });
        }
    }
}

/// A number that nobody can guess.
fn draw() -> u16 {
    let random = RandomState::new().build_hasher().finish();
    u16::try_from(random & 0xffff).unwrap_or(0)
}

fn text(files: &Attachments, path: &str) -> String {
    let given = files.get(path).cloned();
    let bytes = given.or_else(|| std::fs::read(path).ok());
    let bytes = bytes.unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn log_names(model: &Config) -> BTreeSet<String> {
    let logs = model.proxies.iter().flat_map(|p| model.log_targets(p));
    let name = |target: &LogTarget| match &target.sink.value {
        LogSink::UdpName(name, _) => Some(name.clone()),
        _ => None,
    };
    let mailers = model.mailer_names().map(str::to_owned);
    logs.filter_map(name).chain(mailers).collect()
}

/// `resolvers default`, where a server or a rule names it and no section is written.
fn needs_default(plan: &Plan) -> bool {
    let model = &plan.model;
    let written = model.resolvers.iter().any(|s| s.name.value == IMPLIED);
    let named = |name: &Spanned<String>| name.value == IMPLIED;
    let mut servers = model.proxies.iter().flat_map(|p| &p.servers);
    let mut rules = model.proxies.iter().flat_map(model::Proxy::names_asked_for);
    let mut by_server = || servers.any(|s| s.resolving.resolvers.as_ref().is_some_and(named));
    !written && (by_server() || rules.any(|rule| named(&rule.resolvers)))
}

fn default_section() -> Resolvers {
    let mut section = Resolvers::new(Spanned::implied(IMPLIED.to_owned()));
    section.sources.push(NameServers::System);
    section
}
