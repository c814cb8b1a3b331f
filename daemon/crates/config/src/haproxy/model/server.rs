//! `server` lines, with `default-server` folded in.

use super::{Agent, Format, Idle, Observation, ServerName, Source, Track};
use crate::source::Spanned;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    pub name: Spanned<ServerName>,
    pub address: Spanned<ServerAddress>,
    pub id: Option<Spanned<u32>>,
    /// 0–256; 1 by default. 0 = gets nothing but what sticks to it.
    pub weight: Spanned<u16>,
    pub backup: bool,
    /// Stands for `dispatch` or `option transparent`: nobody wrote it, and nobody is told of it.
    pub implied: bool,
    /// Starts in maintenance.
    pub disabled: bool,
    /// Connections at once; more wait in the queue. `None` = unlimited.
    pub maxconn: Option<Spanned<u32>>,
    pub minconn: Option<Spanned<u32>>,
    /// Queue length; `None` = unlimited.
    pub maxqueue: Option<Spanned<u32>>,
    /// Value of the persistence cookie that means this server.
    pub cookie: Option<Spanned<String>>,
    /// Time over which the weight rises after the server came back.
    pub slowstart: Option<Spanned<Duration>>,
    pub check: CheckSettings,
    pub agent: Agent,
    pub observation: Observation,
    /// Its state is that of another server.
    pub track: Option<Spanned<Track>>,
    pub on_marked_down: Option<OnMarkedDown>,
    /// `on-marked-up shutdown-backup-sessions`
    pub on_marked_up_shutdown_backup: bool,
    pub send_proxy: SendProxy,
    pub proxy_v2: ProxyV2,
    /// Source address of connections to this server.
    pub source: Option<Spanned<Source>>,
    /// `redir PREFIX`: clients of GET and HEAD are redirected.
    pub redir: Option<Spanned<String>>,
    /// `non-stick`: never remembered in a stick table.
    pub non_stick: bool,
    pub idle: Idle,
    /// `tcp-ut`
    pub tcp_user_timeout: Option<Spanned<Duration>>,
    /// Only where traffic or checks are encrypted.
    pub tls: Option<Box<super::ServerTls>>,
    pub resolving: super::Resolving,
    pub proto: Option<Spanned<super::Protocol>>,
    pub websockets: super::Websockets,
}

/// Where a server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ServerAddress {
    Tcp { host: Host, port: ServerPort },
    Unix(String),
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix@{path}"),
            Self::Tcp {
                host: Host::Ip(IpAddr::V6(ip)),
                port,
            } => write!(f, "[{ip}]{port}"),
            Self::Tcp { host, port } => write!(f, "{host}{port}"),
        }
    }
}

/// An address, or a name that is resolved at run time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Host {
    Ip(IpAddr),
    Name(String),
}

impl ServerAddress {
    /// The name that stands in the place of an address.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Tcp {
                host: Host::Name(name),
                ..
            } => Some(name),
            _ => None,
        }
    }

    /// The label of a service: its SRV records name hosts and ports.
    pub fn service(&self) -> Option<&str> {
        self.name().filter(|name| name.starts_with('_'))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => write!(f, "{ip}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServerPort {
    Fixed(u16),
    /// No port written: the port that the client connected to.
    SameAsClient,
    /// `:+N` or `:-N`: that far from the port that the client connected to.
    Offset(i32),
}

impl fmt::Display for ServerPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(port) => write!(f, ":{port}"),
            Self::SameAsClient => Ok(()),
            Self::Offset(by) => write!(f, ":{by:+}"),
        }
    }
}

/// `check` and what tunes it. The kind of check is the section's [`super::HealthCheck`].
#[derive(Debug, Clone, PartialEq)]
pub struct CheckSettings {
    pub enabled: bool,
    /// 2 s by default.
    pub inter: Spanned<Duration>,
    /// Between states; falls back to `inter`.
    pub fastinter: Option<Spanned<Duration>>,
    /// While down; falls back to `inter`.
    pub downinter: Option<Spanned<Duration>>,
    /// Successes until up; 2 by default.
    pub rise: Spanned<u32>,
    /// Failures until down; 3 by default.
    pub fall: Spanned<u32>,
    pub port: Option<Spanned<u16>>,
    pub addr: Option<Spanned<Host>>,
    pub send_proxy: bool,
    /// `check-ssl`
    pub ssl: bool,
    pub sni: Option<Spanned<String>>,
    pub alpn: Option<Spanned<String>>,
    /// `check-proto`
    pub proto: Option<Spanned<super::Protocol>>,
}

impl CheckSettings {
    /// Who is asked, and what: without the rhythm, another one of which leaves true what was found out.
    #[must_use]
    pub fn asked(&self) -> Self {
        Self {
            inter: Spanned::new(Duration::ZERO, self.inter.span),
            fastinter: None,
            downinter: None,
            rise: Spanned::new(0, self.rise.span),
            fall: Spanned::new(0, self.fall.span),
            ..self.clone()
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnMarkedDown {
    ShutdownSessions,
}

/// PROXY protocol towards the server: the versions that were asked for, each of which has its own
/// word that takes it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SendProxy {
    pub v1: bool,
    pub v2: bool,
}

/// What a version 2 header says besides addresses.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProxyV2 {
    /// `proxy-v2-options …`
    pub crc32c: bool,
    pub unique_id: bool,
    pub authority: bool,
    /// That the client's connection is encrypted, in which version, and whether its certificate
    /// holds. The next four tell this, too.
    pub ssl: bool,
    pub cert_cn: bool,
    pub ssl_cipher: bool,
    pub cert_sig: bool,
    pub cert_key: bool,
    /// `set-proxy-v2-tlv-fmt(TYPE) FORMAT`
    pub values: Vec<(u8, Format)>,
}

impl ProxyV2 {
    pub fn tells_of_tls(&self) -> bool {
        self.ssl || self.cert_cn || self.ssl_cipher || self.cert_sig || self.cert_key
    }
}
