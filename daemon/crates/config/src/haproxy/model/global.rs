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
    /// `maxsslconn`: TLS connections of the process, with clients and servers, at once.
    pub max_tls: Option<Spanned<u32>>,
    /// `maxsslrate`: TLS connections of clients in a second.
    pub tls_rate: Option<Spanned<u32>>,
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
    /// `stats maxconn`: clients of all runtime sockets at once, default 10.
    pub stats_maxconn: Option<Spanned<u32>>,
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
    /// `external-check`: servers may be checked by programs.
    pub external_check: bool,
    /// `insecure-fork-wanted`: nothing but the original needs it.
    pub insecure_fork: bool,
}

impl Global {
    /// Bytes of a buffer: `tune.bufsize`, or what it is by default.
    pub fn buffer_size(&self) -> usize {
        self.bufsize
            .as_ref()
            .map_or(16384, |size| size.value as usize)
    }

    /// The addresses of all runtime sockets, numbered from 0.
    pub fn runtime_addresses(
        &self,
    ) -> impl Iterator<Item = (u32, &StatsSocket, &Spanned<super::ListenAddress>)> {
        let sockets = self.stats_sockets.iter();
        let all = sockets.flat_map(|socket| {
            let addresses = socket.bind.addresses.iter();
            addresses.map(move |address| (socket, address))
        });
        (0..)
            .zip(all)
            .map(|(index, (socket, address))| (index, socket, address))
    }
}

/// `stats socket ADDRESS …`: a runtime socket.
#[derive(Debug, Clone, PartialEq)]
pub struct StatsSocket {
    /// What it listens on, as on a `bind` line.
    pub bind: super::Bind,
    pub level: SocketLevel,
    /// `expose-fd listeners`: listening sockets are handed to whoever asks for them.
    pub expose_fd_listeners: bool,
    pub severity_output: SeverityOutput,
}

/// What may be asked and ordered over a runtime socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SocketLevel {
    User,
    #[default]
    Operator,
    Admin,
}

/// `severity-output`: how a message's severity stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SeverityOutput {
    #[default]
    None,
    Number,
    String,
}
