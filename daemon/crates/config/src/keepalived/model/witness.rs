//! Who is asked before silence makes a master.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// `#tandem: witness KIND [strict]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness {
    pub kind: WitnessKind,
    /// A master that no witness answers any more gives its addresses up.
    pub strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WitnessKind {
    /// By ARP or neighbour solicitation; without an address the default route's.
    Gateway(Option<IpAddr>),
    /// Any host that the kernel has talked to on the instance's link, the other routers apart.
    Neighbours,
    /// Accepts a connection.
    Tcp(SocketAddr),
    /// Sends back what it gets (RFC 862).
    Udp(SocketAddr),
}

impl fmt::Display for WitnessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gateway(None) => f.write_str("gateway"),
            Self::Gateway(Some(address)) => write!(f, "gateway {address}"),
            Self::Neighbours => f.write_str("neighbours"),
            Self::Tcp(address) => write!(f, "tcp {address}"),
            Self::Udp(address) => write!(f, "udp {address}"),
        }
    }
}
