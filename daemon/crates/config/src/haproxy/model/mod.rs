//! The typed model of haproxy.cfg.
//!
//! A [`Config`] is fully resolved: `defaults` sections are already folded into each [`Proxy`],
//! `default-server` into each [`Server`], ACLs of the same name are merged, references to
//! backends are checked. What the manual gives a default for is filled in; what it leaves unset
//! stays `None`.

mod acl;
mod answers;
mod balance;
mod bind;
mod check;
mod connections;
mod cookie;
mod effect;
mod exchange;
mod global;
mod h2;
mod http_rules;
mod log;
mod mail;
mod peers;
mod proxy;
mod resolvers;
mod sample;
mod server;
mod stats;
mod stick;
mod tcp_rules;
mod timeouts;
mod tls;
mod users;
mod walk;
mod watching;

pub use acl::{Acl, AclId, AclTerm, Condition, IntTest, IpNet, MatchKind, Test, TestRef};
pub use answers::{Content, HttpError, HttpErrors, ReturnBody};
pub use balance::{Balance, HashType};
pub use bind::{Bind, Ipv6Mode, ListenAddress};
pub use check::{
    CheckAction, CheckConnect, CheckExpect, CheckPort, CheckProtocol, CheckRequest, CheckSeal,
    CheckStep, CheckText, ExpectHeader, ExpectKind, ExpectMatch, ExternalCheck, HealthCheck,
};
pub use connections::{Idle, RetryOn, Source, UseSource};
pub use cookie::{Cookie, CookieMode};
pub use effect::{DoResolve, Effect, PatternChange, TagValue, VariableCondition};
pub use exchange::{ExchangeEffect, TimeoutValue};
pub use global::{Global, SeverityOutput, SocketLevel, StatsSocket};
pub use h2::{H2, H2Side, Protocol, Websockets};
pub use http_rules::{
    HttpAction, HttpRule, NameMatch, Normalizer, PersistRule, Redirect, RedirectKind, Reply,
    UseBackend, UseServer,
};
pub use log::{
    Capture, Facility, Level, LogFormat, LogLine, LogSample, LogSink, LogTarget, Ring, RingServer,
    StreamAddress,
};
pub use mail::{EmailAlert, Mailer, Mailers};
pub use peers::{Peer, Peers, SharedTable};
pub use proxy::{
    ConnectionMode, ForwardFor, HttpReuse, Mode, Proxy, ProxyKind, ProxyOptions, Redispatch,
};
pub use resolvers::{Hold, InitAddress, NameServers, Resolvers, Resolving};
pub use sample::{Converter, Fetch, Format, FormatPart, HeaderFetch, Sample};
pub use server::{
    CheckSettings, Host, OnMarkedDown, ProxyV2, SendProxy, Server, ServerAddress, ServerPort,
};
pub use stats::{StatsAuth, StatsPage, StatsRule, StatsVerdict};
pub use stick::{StickKind, StickRule, StickTable, Store, TableKey};
pub use tcp_rules::{TcpAction, TcpPhase, TcpRule};
pub use timeouts::Timeouts;
pub use tls::{
    BindTls, CipherSuite, Curve, ExtraFiles, IgnoredErrors, ListedCertificate, ServerTls,
    TlsDefaults, TlsSettings, TlsVersion, Verify,
};
pub use users::{User, UserList};
pub use walk::{Found, walk};
pub use watching::{Agent, Observation, Observe, OnError, Track};

use crate::source::Spanned;
use std::fmt;

/// Name of a frontend, backend or listen section.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ProxyName(pub String);

/// Name of a server inside its backend.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ServerName(pub String);

impl fmt::Display for ProxyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A whole configuration.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    pub global: Global,
    /// Frontends, backends and listen sections in the order of the text.
    pub proxies: Vec<Proxy>,
    pub userlists: Vec<UserList>,
    pub http_errors: Vec<HttpErrors>,
    pub rings: Vec<Ring>,
    pub mailers: Vec<Mailers>,
    pub peers: Vec<Peers>,
    pub resolvers: Vec<Resolvers>,
}

impl Config {
    /// Sections that accept connections: frontend and listen.
    pub fn frontends(&self) -> impl Iterator<Item = &Proxy> {
        self.proxies.iter().filter(|proxy| proxy.kind.is_frontend())
    }

    /// Sections that have servers: backend and listen.
    pub fn backends(&self) -> impl Iterator<Item = &Proxy> {
        self.proxies.iter().filter(|proxy| proxy.kind.is_backend())
    }

    /// The backend or listen section of that name.
    pub fn backend(&self, name: &ProxyName) -> Option<&Proxy> {
        self.backends().find(|proxy| proxy.name.value == *name)
    }

    /// Files that the daemon reads for it, each where it is named: answers, patterns, maps.
    pub fn files(&self) -> Vec<&Spanned<String>> {
        let sections = self.http_errors.iter().flat_map(|e| e.files.values());
        let own = self.proxies.iter().flat_map(|proxy| walk(proxy).files);
        sections.chain(own).collect()
    }

    /// Whether something is asked for that takes CAP_NET_RAW: addresses that are not this
    /// machine's (`usesrc`), marks on packets.
    pub fn needs_raw(&self) -> bool {
        let foreign = |source: &Option<Spanned<Source>>| {
            source.as_ref().is_some_and(|source| source.used.is_some())
        };
        self.proxies.iter().any(|proxy| {
            foreign(&proxy.source)
                || proxy.servers.iter().any(|server| foreign(&server.source))
                || walk(proxy)
                    .effects
                    .iter()
                    .any(|e| matches!(e, Effect::Exchange(ExchangeEffect::Mark(_))))
        })
    }

    /// Where a section logs to: its own targets, with `log global` replaced by the global ones.
    pub fn log_targets<'a>(&'a self, proxy: &'a Proxy) -> impl Iterator<Item = &'a LogTarget> {
        proxy.logs.iter().flat_map(|line| match line {
            LogLine::Global => self.global.logs.as_slice(),
            LogLine::Target(target) => std::slice::from_ref(target),
        })
    }
}
