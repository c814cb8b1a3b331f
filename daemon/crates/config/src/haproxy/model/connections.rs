//! How connections to servers are made, kept and tried again.

use crate::source::Spanned;

/// `retry-on`: after which failures a request is sent again. `0rtt-rejected` needs no place here:
/// nothing is sent early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryOn {
    /// The server could not be reached.
    pub connection: bool,
    /// It ended the connection without a word.
    pub empty: bool,
    /// What it sent is no response.
    pub junk: bool,
    /// It did not answer in time.
    pub timeout: bool,
    /// It answered with one of these.
    pub statuses: Vec<u16>,
}

impl Default for RetryOn {
    fn default() -> Self {
        Self {
            connection: true,
            ..Self::NONE
        }
    }
}

impl RetryOn {
    pub const NONE: Self = Self {
        connection: false,
        empty: false,
        junk: false,
        timeout: false,
        statuses: Vec::new(),
    };

    /// Statuses that may be named.
    pub const STATUSES: [u16; 10] = [401, 403, 404, 408, 425, 500, 501, 502, 503, 504];
}

/// What `server` lines say about idle connections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Idle {
    /// `pool-max-conn`: most of them; `None` = no limit.
    pub most: Option<Spanned<u32>>,
    /// `pool-purge-delay`; 5 s when unset.
    pub purge: Option<Spanned<std::time::Duration>>,
    /// `max-reuse`: further requests on a connection; `None` = no limit.
    pub reuse: Option<Spanned<u32>>,
}

/// `source` of a backend or a server: where its connections come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Port 0: the kernel chooses.
    pub address: std::net::SocketAddr,
    /// First and last of a range of ports.
    pub ports: Option<(u16, u16)>,
    /// SO_BINDTODEVICE
    pub interface: Option<Spanned<String>>,
    pub used: Option<UseSource>,
}

/// `usesrc`: an address that need not be one of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UseSource {
    /// The client's address and port.
    Client,
    ClientIp,
    Address(std::net::SocketAddr),
    /// An address from a header; -1 is its last value, 1 the first.
    Header {
        name: Spanned<String>,
        occurrence: i32,
    },
}
