//! A frontend, backend or listen section, with its defaults folded in.

use super::{
    Acl, Balance, Bind, Capture, Condition, Cookie, EmailAlert, Format, HashType, HealthCheck,
    HttpError, HttpRule, IpNet, ListenAddress, LogFormat, LogLine, PersistRule, ProxyName, RetryOn,
    Server, Source, StatsPage, StickRule, StickTable, TcpAction, TcpRule, Timeouts, UseBackend,
    UseServer,
};
use crate::source::Spanned;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProxyKind {
    Frontend,
    Backend,
    Listen,
}

impl ProxyKind {
    pub fn is_frontend(self) -> bool {
        self != Self::Backend
    }

    pub fn is_backend(self) -> bool {
        self != Self::Frontend
    }

    pub fn keyword(self) -> &'static str {
        match self {
            Self::Frontend => "frontend",
            Self::Backend => "backend",
            Self::Listen => "listen",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    #[default]
    Tcp,
    Http,
}

/// One section. Fields that make no sense for its kind are empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Proxy {
    pub name: Spanned<ProxyName>,
    pub kind: ProxyKind,
    /// `id`, where given.
    pub id: Option<Spanned<u32>>,
    pub description: Option<Spanned<String>>,
    pub disabled: bool,
    pub mode: Spanned<Mode>,
    pub timeouts: Timeouts,
    pub options: ProxyOptions,
    /// Connections at once on this frontend.
    pub maxconn: Option<Spanned<u32>>,
    /// `fullconn`: load of the backend at which servers' `maxconn` are reached from `minconn`.
    pub fullconn: Option<Spanned<u32>>,
    /// `backlog` of the listening sockets.
    pub backlog: Option<Spanned<u32>>,
    /// `rate-limit sessions`: new connections a second on the frontend.
    pub rate_limit_sessions: Option<Spanned<u32>>,
    pub logs: Vec<LogLine>,
    pub log_format: LogFormat,
    /// `log-format-sd`: structured data of RFC 5424.
    pub log_format_sd: Option<Format>,
    /// `error-log-format`: lines of connections that failed before a session began.
    pub error_log_format: Option<Format>,
    /// Captured for the log; a slot without a name is filled by rules.
    pub request_captures: Vec<Capture>,
    pub response_captures: Vec<Capture>,
    pub cookie_capture: Option<Capture>,
    pub unique_id_format: Option<Format>,
    pub unique_id_header: Option<Spanned<String>>,
    pub log_tag: Option<Spanned<String>>,
    pub email_alert: EmailAlert,
    /// Status → path of a file with a whole raw HTTP answer.
    pub error_files: BTreeMap<u16, Spanned<String>>,
    /// Status → URL and the status of the redirect (302 or 303).
    pub error_locations: BTreeMap<u16, (u16, Spanned<String>)>,
    /// `http-error`: answers by status, spelt out.
    pub http_errors: Vec<HttpError>,
    /// `errorfiles NAME [status…]`: all or some of an `http-errors` section.
    pub error_sections: Vec<(Spanned<String>, Vec<u16>)>,
    pub acls: Vec<Acl>,
    pub http_request: Vec<HttpRule>,
    pub http_response: Vec<HttpRule>,
    pub http_after_response: Vec<HttpRule>,
    pub tcp_rules: Vec<TcpRule>,
    /// `tcp-request inspect-delay`.
    pub inspect_delay: Option<Spanned<Duration>>,
    /// `tcp-response inspect-delay`.
    pub response_inspect_delay: Option<Spanned<Duration>>,
    pub stats: Option<StatsPage>,
    /// `monitor-uri`: answered 200 by the proxy itself.
    pub monitor_uri: Option<Spanned<String>>,
    /// `monitor fail if COND`: then 503.
    pub monitor_fail: Vec<Condition>,
    pub stick_table: Option<StickTable>,
    pub stick_rules: Vec<StickRule>,

    pub binds: Vec<Bind>,
    pub use_backends: Vec<UseBackend>,
    pub default_backend: Option<Spanned<ProxyName>>,

    pub balance: Spanned<Balance>,
    pub hash_type: HashType,
    /// Most load of a server, as a percentage of the average; 0 = not bounded.
    pub hash_balance_factor: u32,
    pub servers: Vec<Server>,
    pub use_servers: Vec<UseServer>,
    /// `persist rdp-cookie`: the name of the cookie that holds a server's address.
    pub rdp_cookie: Option<String>,
    /// `ignore-persist` and `force-persist`, in order; the first that holds counts.
    pub persist_rules: Vec<PersistRule>,
    pub check: Spanned<HealthCheck>,
    pub cookie: Option<Cookie>,
    /// Attempts to connect again after a failed connection; 3 by default.
    pub retries: Spanned<u32>,
    pub redispatch: Option<Redispatch>,
    pub retry_on: RetryOn,
    /// `dynamic-cookie-key`: what names of servers in cookies are computed with.
    pub dynamic_cookie_key: Option<Spanned<String>>,
    pub http_reuse: HttpReuse,
    /// `source` of connections to servers that name none themselves.
    pub source: Option<Spanned<Source>>,
}

impl Proxy {
    /// Connections in mode tcp may turn out to speak HTTP (`switch-mode http`).
    pub fn switches_mode(&self) -> bool {
        let switches = |rule: &TcpRule| *rule.action == TcpAction::SwitchMode;
        self.kind.is_frontend() && self.tcp_rules.iter().any(switches)
    }

    /// The rules over requests, and the lines `redirect …`, which come behind all of them.
    pub fn request_rules(&self) -> (&[HttpRule], &[HttpRule]) {
        let first = self
            .http_request
            .iter()
            .position(HttpRule::is_bare_redirect);
        self.http_request
            .split_at(first.unwrap_or(self.http_request.len()))
    }

    /// Every address the section listens on, port ranges expanded, with its position from 0: the
    /// index by which listening sockets are handed over.
    pub fn listen_addresses(&self) -> impl Iterator<Item = (u32, &Bind, &Spanned<ListenAddress>)> {
        let all = self
            .binds
            .iter()
            .flat_map(|b| b.addresses.iter().map(move |a| (b, a)));
        (0u32..)
            .zip(all)
            .map(|(index, (bind, address))| (index, bind, address))
    }
}

/// `option …` switches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProxyOptions {
    pub connection_mode: ConnectionMode,
    pub forwardfor: Option<Spanned<ForwardFor>>,
    /// `option originalto`: the original destination in `X-Original-To`.
    pub originalto: Option<Spanned<ForwardFor>>,
    pub dontlognull: bool,
    /// `option dontlog-normal`: only failed transactions are logged.
    pub dontlog_normal: bool,
    pub logasap: bool,
    pub log_separate_errors: bool,
    /// `option socket-stats`: each listening address has a line of its own in the statistics.
    pub socket_stats: bool,
    pub log_health_checks: bool,
    /// `http-check disable-on-404`: 404 means alive, but no new sessions.
    pub disable_on_404: bool,
    /// `http-check send-state`: servers are told how they are seen.
    pub send_state: bool,
    /// `option tcpka`, `clitcpka`, `srvtcpka`: SO_KEEPALIVE on that side.
    pub client_tcp_keepalive: bool,
    pub server_tcp_keepalive: bool,
    pub http_ignore_probes: bool,
    pub disable_h2_upgrade: bool,
    pub http_buffer_request: bool,
    pub http_no_delay: bool,
    pub abortonclose: bool,
    pub allbackups: bool,
    pub persist: bool,
    pub prefer_last_server: bool,
    pub transparent: bool,
    pub accept_invalid_http_request: bool,
    pub accept_invalid_http_response: bool,
    /// Requests that have one meaning only because the manual gives them one are refused.
    pub http_strict: bool,
    /// Answers with cookies that caches may keep are blocked.
    pub checkcache: bool,
}

/// What happens to connections between requests in HTTP mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ConnectionMode {
    /// `option http-keep-alive` (the default): both sides stay open.
    #[default]
    KeepAlive,
    /// `option http-server-close`: the server's side closes after each answer.
    ServerClose,
    /// `option httpclose`: both sides close.
    Close,
}

/// `option forwardfor [except NET] [header NAME] [if-none]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ForwardFor {
    /// Clients in this network get no header.
    pub except: Option<Spanned<IpNet>>,
    /// Header name; `X-Forwarded-For` (`X-Original-To` for `originalto`) when unset.
    pub header: Option<Spanned<String>>,
    /// Only when the request has none yet.
    pub if_none: bool,
}

/// `option redispatch [N]`: after which retries another server is tried, where a request belongs to
/// one; others go elsewhere at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Redispatch {
    /// Positive: every Nth retry; negative −N: the Nth before the last; 0: off. Default −1.
    pub interval: i32,
}

/// `http-reuse`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum HttpReuse {
    Never,
    #[default]
    Safe,
    Aggressive,
    Always,
}
