//! The configuration as the workers use it: an immutable snapshot with everything resolved.
//!
//! Connections hold the snapshot they work with and take up a newer one at their next request.

mod answers;
mod backend;
mod bind;
mod check;
mod compile;
mod frontend;
mod h2;
mod idle;
mod inspect;
mod named;
mod nowhere;
mod numbers;
mod origin;
pub mod pages;
mod patterns;
mod problem;
mod raw;
mod server;
pub mod servers;
mod sticking;
mod timeouts;
mod tls;

pub use answers::{Answers, reason};
pub use bind::{BindPlace, Greeting, Pace};
pub use check::{Check, Phrase};
pub use compile::{Attachments, compile};
pub use frontend::Frontend;
pub use h2::{Multiplexing, Speaks, Spoken};
pub use idle::{IdleRules, PURGE_MS};
pub use inspect::{Inspection, Route, StickRule, outside};
pub use named::{CookieName, Target};
pub use origin::{ForClient, Origin};
pub use problem::{Problem, problems};
pub use raw::{mark_close, take_close};
pub use server::{Introduction, Observed, Preamble, Sealed, Server};
pub use timeouts::Timeouts;
pub use tls::{CheckTls, ServerTls};

use crate::logs::Targets;
use crate::persist::Cookie;
use crate::rules::memory::ProcessVariables;
use crate::rules::sample::Sample;
use crate::rules::{Condition, Format, Rule};
use crate::shared::{BackendShared, Totals};
use config::haproxy::model;
use http1::{Limits, Manner};
use std::sync::Arc;
use trafficlog::Level;

pub use config::haproxy::model::{Capture, ConnectionMode, HttpReuse, Mode, RetryOn};

#[derive(Debug)]
pub struct Plan {
    pub generation: u64,
    /// Differs where addresses differ within a generation, too.
    pub serial: u64,
    pub frontends: Vec<Frontend>,
    pub backends: Vec<Backend>,
    pub limits: Limits,
    /// What is offered to peers that speak HTTP/2.
    pub h2: Multiplexing,
    /// Connections of the whole process; 0 = no limit.
    pub maxconn: u32,
    /// `maxsslconn`; 0 = no limit.
    pub max_sealed: u32,
    pub pace: Pace,
    pub totals: Arc<Totals>,
    /// Some rule remembers something from step to step: connections get a memory.
    pub remembers: bool,
    /// Some expression or header tells of the certificate that clients are shown.
    pub notes_certificates: bool,
    /// Some expression asks where the last rule stands that decided.
    pub notes_rules: bool,
    /// Some server is judged by live traffic.
    pub observes: bool,
    /// Some expression asks how many sessions or requests come in a second.
    pub rates: bool,
    /// Some rule, option or algorithm looks at bodies of requests.
    pub bodies: bool,
    pub variables: Arc<ProcessVariables>,
    /// `hard-stop-after` in milliseconds.
    pub hard_stop_after: Option<u64>,
    pub log_targets: Arc<Targets>,
    /// Of each section of the model.
    pub section_numbers: Vec<u32>,
    /// The model this came from: checks, logs and status read it.
    pub model: Arc<model::Config>,
}

impl Plan {
    pub fn frontend_index(&self, name: &str) -> Option<usize> {
        self.frontends.iter().position(|f| f.name == name)
    }

    /// Of the section at this place.
    pub fn section_number(&self, section: usize) -> u32 {
        self.section_numbers.get(section).copied().unwrap_or(0)
    }
}

/// Requests that a backend wants whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    No,
    /// `balance url_param … check_post`
    Posts,
    /// `option http-buffer-request`
    All,
}

#[derive(Debug)]
pub struct Backend {
    pub name: String,
    pub mode: Mode,
    pub shared: Arc<BackendShared>,
    pub section: usize,
    pub timeouts: Timeouts,
    pub connection_mode: ConnectionMode,
    pub forwardfor: Option<ForwardFor>,
    pub originalto: Option<ForwardFor>,
    pub content: Inspection,
    /// `tcp-response content`
    pub reply_content: Inspection,
    /// How much of what breaks the protocol is let pass of responses.
    pub manner: Manner,
    /// `option checkcache`
    pub checkcache: bool,
    pub request_rules: Vec<Rule>,
    /// The statistics page and the lines `redirect …`: `allow` passes over neither.
    pub late_rules: Vec<Rule>,
    pub response_rules: Vec<Rule>,
    pub after_rules: Vec<Rule>,
    pub stick_rules: Vec<StickRule>,
    pub balance: model::Balance,
    pub hash: balance::hash::Function,
    pub avalanche: bool,
    pub consistent: bool,
    /// Which requests are held until their body is here.
    pub holds: Holds,
    /// `balance hash` and `rdp-cookie`: what is hashed.
    pub key: Option<Sample>,
    /// Most load of a server in percent of the average; 0 = not bounded.
    pub balance_factor: u32,
    pub servers: Vec<Server>,
    /// Some of them are told of requests by their unique ids.
    pub told_names: bool,
    /// Which of them takes what belongs to no other: nothing is balanced.
    pub implied: Option<usize>,
    pub use_servers: Vec<(Option<Condition>, Route)>,
    /// `persist rdp-cookie`: where it is read.
    pub rdp_cookie: Option<Sample>,
    /// Whether persistence is forced (else ignored) when the condition holds.
    pub persist_rules: Vec<(bool, Condition)>,
    pub allbackups: bool,
    /// Load at which servers with a `minconn` reach their `maxconn`.
    pub fullconn: u32,
    pub retries: u32,
    pub retry_on: RetryOn,
    /// Some failure behind the connection leads to another try: requests are kept until then.
    pub replays: bool,
    /// Interval of `option redispatch`, where that is on.
    pub redispatch: Option<i32>,
    pub cookie: Option<Cookie>,
    /// `option persist`: a cookie's server gets its requests even when it is down.
    pub persist: bool,
    pub reuse: HttpReuse,
    pub tcp_keepalive: bool,
    pub abortonclose: bool,
    pub answers: Arc<Answers>,
    pub check: Check,
}

impl Backend {
    /// The servers of the configuration that get new sessions.
    pub fn usable(&self) -> impl Iterator<Item = &Server> {
        let written = self.servers.iter().filter(|s| !s.implied);
        written.filter(|s| s.shared.state().is_up())
    }

    /// Some server's limit follows the load.
    pub fn follows_load(&self) -> bool {
        self.servers.iter().any(|s| s.minconn != 0)
    }

    /// Whoever waits for a server that goes looks for another one.
    pub fn sends_on(&self) -> bool {
        self.redispatch.is_some() && !self.persist
    }

    /// Weights of these are built into tables that would move most keys.
    pub fn has_fixed_weights(&self) -> bool {
        matches!(self.balance, model::Balance::StaticRr)
            || self.balance.hashes() && !self.consistent
    }
}

/// `option forwardfor` and `option originalto`.
#[derive(Debug, Clone)]
pub struct ForwardFor {
    pub header: Vec<u8>,
    pub except: Option<model::IpNet>,
    pub if_none: bool,
}

impl ForwardFor {
    fn new(option: Option<&config::Spanned<model::ForwardFor>>, name: &str) -> Option<Self> {
        option.map(|f| Self {
            header: f
                .header
                .as_ref()
                .map_or(name, |h| h.value.as_str())
                .as_bytes()
                .to_vec(),
            except: f.except.as_ref().map(|e| e.value),
            if_none: f.if_none,
        })
    }
}

/// What of a frontend's sessions is logged, and how.
#[derive(Debug)]
pub struct LogPlan {
    pub format: model::LogFormat,
    /// `log-format`
    pub custom: Option<Format>,
    /// `log-format-sd`
    pub structured: Option<Format>,
    /// `error-log-format`: of connections on which nothing was asked.
    pub error: Option<Format>,
    pub dont_log_null: bool,
    /// `option dontlog-normal`
    pub only_errors: bool,
    pub separate_errors: bool,
    /// `option logasap`: at the response's head, or when the server is connected.
    pub early: bool,
}

impl LogPlan {
    /// `option log-separate-errors`
    pub fn level_of_errors(&self) -> Level {
        if self.separate_errors {
            Level::Err
        } else {
            Level::Info
        }
    }
}
