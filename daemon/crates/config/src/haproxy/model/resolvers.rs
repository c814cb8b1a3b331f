//! `resolvers` sections: whom to ask for the addresses of names, how often, and how long answers
//! and failures count.

use crate::source::Spanned;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq)]
pub struct Resolvers {
    pub name: Spanned<String>,
    pub sources: Vec<NameServers>,
    /// Questions for one name before its failure counts.
    pub retries: u32,
    /// From the end of one resolution of a server's name to the beginning of the next.
    pub resolve: Duration,
    /// How long an answer may take.
    pub retry: Duration,
    /// The largest answer by UDP, in bytes.
    pub payload: u16,
    pub hold: Hold,
}

/// Where name servers come from, in the order of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameServers {
    /// `nameserver NAME [udp@|tcp@]ADDRESS[:PORT]`
    Given {
        name: Spanned<String>,
        address: SocketAddr,
        stream: bool,
    },
    /// `parse-resolv-conf`
    System,
}

/// How long the last good answer still counts after each kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    pub nx: Duration,
    pub refused: Duration,
    pub timeout: Duration,
    pub other: Duration,
    /// How long `do-resolve` uses an answer.
    pub valid: Duration,
    /// How long an address or an entry stays that answers do not name any more.
    pub obsolete: Duration,
}

impl Resolvers {
    /// A section in which nothing was said, with the manual's defaults.
    pub fn new(name: Spanned<String>) -> Self {
        let long = Duration::from_secs(30);
        Self {
            name,
            sources: Vec::new(),
            retries: 3,
            resolve: Duration::from_secs(1),
            retry: Duration::from_secs(1),
            payload: 512,
            hold: Hold {
                nx: long,
                refused: long,
                timeout: long,
                other: long,
                valid: Duration::from_secs(10),
                obsolete: Duration::ZERO,
            },
        }
    }
}

/// How a server's name becomes an address.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resolving {
    /// The section; `None`: the system's name servers.
    pub resolvers: Option<Spanned<String>>,
    /// `init-addr`; `None`: `last,libc`.
    pub init_addr: Option<Spanned<Vec<InitAddress>>>,
    /// `resolve-prefer ipv4`
    pub prefers_ipv4: bool,
    /// `resolve-net`: addresses that are taken first.
    pub networks: Vec<super::IpNet>,
    /// `resolve-opts`
    pub allow_dup_ip: bool,
    pub ignore_weight: bool,
}

/// Where a server's first address comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InitAddress {
    /// The one that it had before a reload.
    Last,
    /// The system's name servers.
    Libc,
    /// It starts without one.
    None,
    Ip(std::net::IpAddr),
}
