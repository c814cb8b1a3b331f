//! Routes (ip-route(8), rtnetlink(7)).

mod hop;

use std::net::IpAddr;

use crate::address::{AF_INET, AF_INET6, ip, octets};
use crate::wire::{NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, Request, attributes, nested, u32_at};

pub use hop::Hop;

pub const RTM_NEWROUTE: u16 = 24;
pub const RTM_DELROUTE: u16 = 25;
pub const RTM_GETROUTE: u16 = 26;

const RTN_LOCAL: u8 = 2;
const RT_TABLE_LOCAL: u32 = 255;
const RT_SCOPE_HOST: u8 = 254;
/// keepalived's own number among the makers of routes and rules.
pub const RTPROT_KEEPALIVED: u8 = 18;

/// Size of `rtmsg`.
const FIXED: usize = 12;
const NLM_F_APPEND: u16 = 0x800;

const RTA_DST: u16 = 1;
const RTA_SRC: u16 = 2;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const RTA_PRIORITY: u16 = 6;
const RTA_PREFSRC: u16 = 7;
const RTA_METRICS: u16 = 8;
const RTA_MULTIPATH: u16 = 9;
const RTA_FLOW: u16 = 11;
const RTA_TABLE: u16 = 15;
const RTA_PREF: u16 = 20;
const RTA_EXPIRES: u16 = 23;
const RTA_TTL_PROPAGATE: u16 = 26;
const RTAX_LOCK: u16 = 1;
const RTAX_CC_ALGO: u16 = 16;

/// A route to set. Interfaces are given as numbers, because they are looked up late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `RTN_*`
    pub kind: u8,
    pub destination: (IpAddr, u8),
    pub from: Option<(IpAddr, u8)>,
    pub table: u32,
    pub tos: u8,
    /// `RTPROT_*`: who made it.
    pub protocol: u8,
    pub scope: u8,
    pub metric: Option<u32>,
    pub preferred_source: Option<IpAddr>,
    pub realms: Option<u32>,
    pub hops: Vec<Hop>,
    /// Number, value, and whether the kernel may change it.
    pub metrics: Vec<(u16, u32, bool)>,
    pub congestion: Option<(String, bool)>,
    pub router_preference: Option<u8>,
    pub expires: Option<u32>,
    pub ttl_propagate: Option<bool>,
    pub append: bool,
}

/// What tells a route that went from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteKey {
    pub destination: (IpAddr, u8),
    pub table: u32,
}

impl Route {
    /// Packets to an address are this host's although no interface has it. `loopback` is the number
    /// of that interface.
    pub fn local(address: IpAddr, loopback: u32) -> Self {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        Self {
            kind: RTN_LOCAL,
            destination: (address, bits),
            from: None,
            table: RT_TABLE_LOCAL,
            tos: 0,
            protocol: RTPROT_KEEPALIVED,
            scope: RT_SCOPE_HOST,
            // Behind the one of an interface's own address, which comes and goes by itself.
            metric: Some(112),
            preferred_source: None,
            realms: None,
            hops: vec![Hop {
                interface: Some(loopback),
                ..Hop::default()
            }],
            metrics: Vec::new(),
            congestion: None,
            router_preference: None,
            expires: None,
            ttl_propagate: None,
            append: false,
        }
    }

    pub fn key(&self) -> RouteKey {
        RouteKey {
            destination: self.destination,
            table: self.table,
        }
    }

    /// `RTM_NEWROUTE`: before the routes that match as well, or behind them.
    pub fn add_request(&self) -> Request {
        let place = if self.append { NLM_F_APPEND } else { 0 };
        self.request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_ACK | place)
    }

    pub fn remove_request(&self) -> Request {
        self.request(RTM_DELROUTE, NLM_F_ACK)
    }

    fn request(&self, kind: u16, flags: u16) -> Request {
        let mut request = Request::new(kind, flags, &self.fixed())
            .attribute(RTA_TABLE, &self.table.to_ne_bytes());
        if self.destination.1 > 0 {
            request = request.attribute(RTA_DST, &octets(self.destination.0));
        }
        if let Some((from, _)) = self.from {
            request = request.attribute(RTA_SRC, &octets(from));
        }
        let words = [
            (RTA_PRIORITY, self.metric),
            (RTA_FLOW, self.realms),
            (RTA_EXPIRES, self.expires),
        ];
        for (number, value) in words {
            if let Some(value) = value {
                request = request.attribute(number, &value.to_ne_bytes());
            }
        }
        if let Some(source) = self.preferred_source {
            request = request.attribute(RTA_PREFSRC, &octets(source));
        }
        if let Some(preference) = self.router_preference {
            request = request.attribute(RTA_PREF, &[preference]);
        }
        if let Some(propagate) = self.ttl_propagate {
            request = request.attribute(RTA_TTL_PROPAGATE, &[u8::from(propagate)]);
        }
        let metrics = self.metric_attributes();
        if !metrics.is_empty() {
            request = request.attribute(RTA_METRICS, &metrics);
        }
        self.ways(request)
    }

    fn fixed(&self) -> [u8; FIXED] {
        let family = family(self.destination.0);
        let from = self.from.map_or(0, |from| from.1);
        // Larger numbers do not fit here and stand in the attribute alone.
        let table = u8::try_from(self.table).unwrap_or(0);
        let flags = match self.hops.as_slice() {
            [hop] => hop.flags(),
            _ => 0,
        };
        let mut fixed = [0; FIXED];
        let head = [
            family,
            self.destination.1,
            from,
            self.tos,
            table,
            self.protocol,
            self.scope,
            self.kind,
        ];
        fixed[..8].copy_from_slice(&head);
        fixed[8..].copy_from_slice(&u32::from(flags).to_ne_bytes());
        fixed
    }

    fn ways(&self, mut request: Request) -> Request {
        let ipv6 = self.destination.0.is_ipv6();
        match self.hops.as_slice() {
            [] => request,
            [hop] => {
                if let Some(interface) = hop.interface {
                    request = request.attribute(RTA_OIF, &interface.to_ne_bytes());
                }
                match hop.gateway(ipv6) {
                    Some((number, value)) => request.attribute(number, &value),
                    None => request,
                }
            }
            hops => {
                let all: Vec<u8> = hops.iter().flat_map(|hop| hop.entry(ipv6)).collect();
                request.attribute(RTA_MULTIPATH, &all)
            }
        }
    }

    fn metric_attributes(&self) -> Vec<u8> {
        let values: Vec<(u16, [u8; 4])> = self
            .metrics
            .iter()
            .map(|(number, value, _)| (*number, value.to_ne_bytes()))
            .collect();
        let mut list: Vec<(u16, &[u8])> = values
            .iter()
            .map(|(number, value)| (*number, value.as_slice()))
            .collect();
        let name = self
            .congestion
            .as_ref()
            .map(|(name, _)| format!("{name}\0"));
        if let Some(name) = &name {
            list.push((RTAX_CC_ALGO, name.as_bytes()));
        }
        let locked = self.metrics.iter().filter(|(_, _, locked)| *locked);
        let congestion = self.congestion.as_ref().filter(|(_, locked)| *locked);
        let lock = locked
            .map(|(number, _, _)| 1u32.checked_shl(u32::from(*number)).unwrap_or(0))
            .chain(congestion.map(|_| 1 << RTAX_CC_ALGO))
            .fold(0, |sum, bit| sum | bit)
            .to_ne_bytes();
        if lock != [0; 4] {
            list.push((RTAX_LOCK, &lock));
        }
        nested(&list)
    }
}

impl RouteKey {
    /// Asks for all routes of its family.
    pub(crate) fn dump_request(self) -> Request {
        let mut fixed = [0; FIXED];
        fixed[0] = family(self.destination.0);
        Request::new(RTM_GETROUTE, NLM_F_DUMP, &fixed)
    }

    /// Of an announcement.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let [family, length, _, _, table, ..] = *body else {
            return None;
        };
        let (mut destination, mut number) = (None, u32::from(table));
        for (kind, value) in attributes(body.get(FIXED..)?) {
            match kind {
                RTA_DST => destination = ip(family, value),
                RTA_TABLE => number = u32_at(value, 0)?,
                _ => {}
            }
        }
        let whole = match family {
            AF_INET => IpAddr::from([0; 4]),
            AF_INET6 => IpAddr::from([0; 16]),
            _ => return None,
        };
        Some(Self {
            destination: (destination.unwrap_or(whole), length),
            table: number,
        })
    }
}

pub(crate) fn family(address: IpAddr) -> u8 {
    if address.is_ipv4() { AF_INET } else { AF_INET6 }
}

/// The key of a request of ours, for tests of the codec.
#[cfg(test)]
fn key_of(request: Request) -> Option<RouteKey> {
    let bytes = request.finish(1);
    let message = crate::wire::messages(&bytes).next()?;
    RouteKey::parse(message.body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    fn route(text: &str, prefix: u8) -> Route {
        Route {
            kind: 1,
            destination: (text.parse().unwrap(), prefix),
            from: None,
            table: 6909,
            tos: 0,
            protocol: 18,
            scope: 0,
            metric: None,
            preferred_source: None,
            realms: None,
            hops: vec![Hop::default()],
            metrics: vec![(2, 1400, true)],
            congestion: None,
            router_preference: None,
            expires: None,
            ttl_propagate: None,
            append: false,
        }
    }

    #[test]
    fn a_route_reads_back_with_its_key() {
        for (text, prefix) in [
            ("10.1.0.0", 16),
            ("0.0.0.0", 0),
            ("2001:db8::", 32),
            ("::", 0),
        ] {
            let route = route(text, prefix);
            assert_eq!(key_of(route.add_request()), Some(route.key()), "{text}");
            assert_eq!(key_of(route.remove_request()), Some(route.key()), "{text}");
        }
    }

    #[test]
    fn cut_bodies_have_no_key() {
        let bytes = route("10.1.0.0", 16).add_request().finish(1);
        let body = wire::messages(&bytes).next().unwrap().body.to_vec();
        for cut in 0..FIXED {
            assert_eq!(RouteKey::parse(&body[..cut]), None, "cut at {cut}");
        }
    }
}
