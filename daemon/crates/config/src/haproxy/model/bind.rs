//! `bind` lines.

use crate::source::Spanned;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// One `bind` line. Port ranges and comma lists are expanded into `addresses`.
#[derive(Debug, Clone, PartialEq)]
pub struct Bind {
    pub addresses: Vec<Spanned<ListenAddress>>,
    pub name: Option<Spanned<String>>,
    pub id: Option<Spanned<u32>>,
    pub ipv6: Ipv6Mode,
    /// `interface`: SO_BINDTODEVICE.
    pub interface: Option<Spanned<String>>,
    pub maxconn: Option<Spanned<u32>>,
    pub backlog: Option<Spanned<u32>>,
    /// `accept-proxy`: each connection begins with a PROXY protocol header.
    pub accept_proxy: bool,
    /// `accept-netscaler-cip MAGIC`: it begins with a NetScaler client IP header.
    pub netscaler_magic: Option<Spanned<u32>>,
    /// `proto`: what is spoken from the first byte on.
    pub proto: Option<Spanned<super::Protocol>>,
    /// `transparent`: bind to addresses that the machine does not hold.
    pub transparent: bool,
    pub defer_accept: bool,
    pub tcp_fast_open: bool,
    /// `mss`
    pub mss: Option<Spanned<u16>>,
    /// Milliseconds of `tcp-ut` (TCP_USER_TIMEOUT).
    pub tcp_user_timeout: Option<Spanned<std::time::Duration>>,
    /// Mode, user and group of a unix socket.
    pub unix_mode: Option<Spanned<u32>>,
    pub unix_user: Option<Spanned<String>>,
    pub unix_group: Option<Spanned<String>>,
    /// Only where it has `ssl`.
    pub tls: Option<Box<super::BindTls>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ipv6Mode {
    /// As net.ipv6.bindv6only says.
    #[default]
    System,
    /// `v6only`
    V6Only,
    /// `v4v6`
    V4V6,
}

/// What a socket is bound to. `Display` is the form in which listeners are named between
/// processes: `10.0.0.100:80`, `[2001:db8::1]:443`, `unix@/run/x.sock`, `abns@x`, `fd@3`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ListenAddress {
    Tcp(SocketAddr),
    Unix(String),
    /// Abstract name, without the leading NUL.
    Abstract(String),
    /// Inherited descriptor.
    Fd(i32),
}

impl ListenAddress {
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Tcp(address) => Some(address.ip()),
            _ => None,
        }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "unix@{path}"),
            Self::Abstract(name) => write!(f, "abns@{name}"),
            Self::Fd(fd) => write!(f, "fd@{fd}"),
        }
    }
}
