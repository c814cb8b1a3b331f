//! Entries of `virtual_routes` and `static_routes`, in the words of ip-route(8). Numbers are those
//! of rtnetlink(7).

use super::Scope;
use crate::source::Spanned;
use std::net::IpAddr;

/// An address and the length of its prefix.
pub type Network = (IpAddr, u8);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// As written, for messages.
    pub text: Spanned<String>,
    pub kind: RouteKind,
    /// `default` is a prefix of length 0; its family is the route's.
    pub destination: Network,
    /// `from`: the route is for packets of these sources only (IPv6).
    pub from: Option<Network>,
    /// 254 (main) when not written.
    pub table: u32,
    pub tos: u8,
    /// `None` = keepalived's own number.
    pub protocol: Option<u8>,
    pub scope: Option<Scope>,
    pub metric: Option<u32>,
    /// `src`
    pub preferred_source: Option<IpAddr>,
    /// Source realm in the upper half.
    pub realms: Option<u32>,
    /// Where it leads: none for `blackhole` and its like, several with `nexthop`.
    pub hops: Vec<Hop>,
    pub metrics: Vec<RouteMetric>,
    /// `congctl`: name of the algorithm, and whether it is locked.
    pub congestion: Option<(String, bool)>,
    /// `pref` (RFC 4191)
    pub router_preference: Option<u8>,
    /// Seconds
    pub expires: Option<u32>,
    pub ttl_propagate: Option<bool>,
    /// Behind the routes that match as well, not before them.
    pub append: bool,
    /// Its loss is not noticed.
    pub no_track: bool,
    pub track_group: Option<Spanned<String>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RouteKind {
    Unicast,
    Local,
    Broadcast,
    Anycast,
    Multicast,
    Blackhole,
    Unreachable,
    Prohibit,
    Throw,
}

/// One way of a route.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hop {
    /// `via`; may be of the other family than the route.
    pub via: Option<IpAddr>,
    pub interface: Option<Spanned<String>>,
    /// 1–256
    pub weight: u16,
    pub onlink: bool,
    pub pervasive: bool,
    pub hop_realms: Option<u32>,
}

/// `mtu 1400`, `ssthresh lock 107`: number and unit of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteMetric {
    pub number: u16,
    pub amount: u32,
    pub locked: bool,
}

impl Route {
    pub fn is_ipv6(&self) -> bool {
        self.destination.0.is_ipv6()
    }

    /// Interfaces that it needs.
    pub fn interfaces(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.hops.iter().filter_map(|hop| hop.interface.as_ref())
    }
}
