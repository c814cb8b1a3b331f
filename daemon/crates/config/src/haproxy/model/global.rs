//! The `global` section (several merge).

use super::LogTarget;
use crate::source::Spanned;
use std::time::Duration;

/// Process-wide settings. What has no effect in this daemon (`daemon`, `pidfile`, `tune.*` without
/// a counterpart, …) is accepted with a note and not kept here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Global {
    /// Process-wide limit of connections over all frontends.
    pub maxconn: Option<Spanned<u32>>,
    /// `maxconnrate`, `maxsessrate`: connections and sessions of the process in a second.
    pub connection_rate: Option<Spanned<u32>>,
    pub session_rate: Option<Spanned<u32>>,
    /// Worker threads; `None` = one for each processor.
    pub nbthread: Option<Spanned<u16>>,
    pub user: Option<Spanned<String>>,
    pub group: Option<Spanned<String>>,
    pub chroot: Option<Spanned<String>>,
    pub logs: Vec<LogTarget>,
    /// `log-tag`: program name in syslog lines; `haproxy` when unset.
    pub log_tag: Option<Spanned<String>>,
    /// `node`: what servers are told that this proxy is; the machine's own name when unset.
    pub node: Option<Spanned<String>>,
    /// `log-send-hostname [NAME]`: `Some(None)` means the machine's own name.
    pub log_send_hostname: Option<Option<Spanned<String>>>,
    pub stats_sockets: Vec<StatsSocket>,
    /// `stats timeout`, default 10 s.
    pub stats_timeout: Option<Spanned<Duration>>,
    /// `hard-stop-after`: the longest a graceful stop may take.
    pub hard_stop_after: Option<Spanned<Duration>>,
    /// `spread-checks`, percent 0–50: checks are spread by so much of their interval.
    pub spread_checks: Option<Spanned<u8>>,
    /// `tune.bufsize`: longest request head plus body chunk held at once; 16384 by default.
    pub bufsize: Option<Spanned<u32>>,
    /// `tune.maxrewrite`: room kept for added headers.
    pub maxrewrite: Option<Spanned<u32>>,
    /// `set-var`, `set-var-fmt`: variables of the process.
    pub variables: Vec<(Spanned<String>, super::Format)>,
    /// `tune.h2.*`
    pub h2: super::H2,
    /// `tune.http.maxhdr`: most headers in a message; 101 by default.
    pub max_headers: Option<Spanned<u16>>,
    /// `ca-base` and `crt-base`.
    pub ca_base: Option<Spanned<String>>,
    pub crt_base: Option<Spanned<String>>,
    pub tls: super::TlsDefaults,
}

/// `stats socket ADDRESS …`
#[derive(Debug, Clone, PartialEq)]
pub struct StatsSocket {
    /// A path, or `ADDR:PORT`, or `fd@N`, as written.
    pub address: Spanned<String>,
    /// File mode in octal, e.g. `0o660`.
    pub mode: Option<Spanned<u32>>,
    pub user: Option<Spanned<String>>,
    pub group: Option<Spanned<String>>,
    /// `user`, `operator` or `admin`.
    pub level: Option<Spanned<String>>,
    pub expose_fd_listeners: bool,
}
