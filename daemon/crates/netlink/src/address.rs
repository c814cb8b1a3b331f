//! IP addresses on interfaces.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::wire::{self, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, Request, attributes, u32_at};

pub const RTM_NEWADDR: u16 = 20;
pub const RTM_DELADDR: u16 = 21;
pub const RTM_GETADDR: u16 = 22;

/// Size of `ifaddrmsg`.
pub const FIXED: usize = 8;

const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_LABEL: u16 = 3;
const IFA_BROADCAST: u16 = 4;
const IFA_CACHEINFO: u16 = 6;
const IFA_FLAGS: u16 = 8;

const IFA_F_NODAD: u32 = 0x02;
const IFA_F_HOMEADDRESS: u32 = 0x10;
const IFA_F_TENTATIVE: u32 = 0x40;
const IFA_F_MANAGETEMPADDR: u32 = 0x100;
const IFA_F_NOPREFIXROUTE: u32 = 0x200;
const IFA_F_MCAUTOJOIN: u32 = 0x400;
const FOREVER: u32 = u32::MAX;

pub const AF_INET: u8 = 2;
pub const AF_INET6: u8 = 10;

/// An address that the kernel has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub interface: u32,
    pub address: IpAddr,
    pub prefix: u8,
    pub scope: u8,
    /// IPv6: duplicate address detection still runs, so it cannot be a source yet.
    pub tentative: bool,
}

impl Address {
    pub fn parse(body: &[u8]) -> Option<Self> {
        let [family, prefix, flags, scope, ..] = *body else {
            return None;
        };
        let mut flags = u32::from(flags);
        let (mut local, mut address) = (None, None);
        for (kind, value) in attributes(body.get(FIXED..)?) {
            match kind {
                IFA_LOCAL => local = ip(family, value),
                IFA_ADDRESS => address = ip(family, value),
                IFA_FLAGS => flags = u32_at(value, 0)?,
                _ => {}
            }
        }
        Some(Self {
            interface: u32_at(body, 4)?,
            // With a peer, IFA_ADDRESS is the peer's and IFA_LOCAL is ours.
            address: local.or(address)?,
            prefix,
            scope,
            tentative: flags & IFA_F_TENTATIVE != 0,
        })
    }

    pub fn is_link_local_v6(&self) -> bool {
        matches!(self.address, IpAddr::V6(v6) if v6.is_unicast_link_local())
    }
}

/// An address to add, with the options of ip-address(8).
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // the kernel's independent flags
pub struct NewAddress {
    pub address: IpAddr,
    pub prefix: u8,
    pub peer: Option<(IpAddr, u8)>,
    pub broadcast: Option<Ipv4Addr>,
    pub label: Option<String>,
    pub scope: u8,
    /// IPv6: skip duplicate address detection, so that the address works at once.
    pub nodad: bool,
    pub home: bool,
    pub mngtmpaddr: bool,
    pub noprefixroute: bool,
    pub autojoin: bool,
    /// Seconds; 0 = deprecated, never chosen as a source by the kernel.
    pub preferred_lifetime: Option<u32>,
}

impl NewAddress {
    pub fn plain(address: IpAddr, prefix: u8) -> Self {
        Self {
            address,
            prefix,
            peer: None,
            broadcast: None,
            label: None,
            scope: 0,
            nodad: address.is_ipv6(),
            home: false,
            mngtmpaddr: false,
            noprefixroute: false,
            autojoin: false,
            preferred_lifetime: None,
        }
    }

    /// `RTM_NEWADDR`; the kernel refuses an address that is there already.
    pub fn add_request(&self, interface: u32) -> Request {
        let mut request = self
            .request(
                RTM_NEWADDR,
                NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
                interface,
            )
            .attribute(IFA_FLAGS, &self.flags().to_ne_bytes());
        if let Some(broadcast) = self.broadcast {
            request = request.attribute(IFA_BROADCAST, &broadcast.octets());
        }
        if let (Some(label), true) = (&self.label, self.address.is_ipv4()) {
            let mut value = label.clone().into_bytes();
            value.push(0);
            request = request.attribute(IFA_LABEL, &value);
        }
        if let Some(preferred) = self.preferred_lifetime {
            let mut value = Vec::with_capacity(16);
            for number in [preferred, FOREVER, 0, 0] {
                value.extend_from_slice(&number.to_ne_bytes());
            }
            request = request.attribute(IFA_CACHEINFO, &value);
        }
        request
    }

    pub fn remove_request(&self, interface: u32) -> Request {
        self.request(RTM_DELADDR, NLM_F_ACK, interface)
    }

    fn request(&self, kind: u16, flags: u16, interface: u32) -> Request {
        let (address, prefix) = self.peer.unwrap_or((self.address, self.prefix));
        let family = if self.address.is_ipv4() {
            AF_INET
        } else {
            AF_INET6
        };
        let mut fixed = vec![family, prefix, 0, self.scope];
        fixed.extend_from_slice(&interface.to_ne_bytes());
        Request::new(kind, flags, &fixed)
            .attribute(IFA_LOCAL, &octets(self.address))
            .attribute(IFA_ADDRESS, &octets(address))
    }

    fn flags(&self) -> u32 {
        [
            (self.nodad && self.address.is_ipv6(), IFA_F_NODAD),
            (self.home, IFA_F_HOMEADDRESS),
            (self.mngtmpaddr, IFA_F_MANAGETEMPADDR),
            (self.noprefixroute, IFA_F_NOPREFIXROUTE),
            (self.autojoin, IFA_F_MCAUTOJOIN),
        ]
        .into_iter()
        .filter_map(|(set, flag)| set.then_some(flag))
        .fold(0, |sum, flag| sum | flag)
    }
}

pub(crate) fn ip(family: u8, value: &[u8]) -> Option<IpAddr> {
    match family {
        AF_INET => Some(Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?).into()),
        AF_INET6 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?).into()),
        _ => None,
    }
}

pub(crate) fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// A dump request for every address of both families.
pub fn dump_request() -> Request {
    Request::new(RTM_GETADDR, wire::NLM_F_DUMP, &[0; FIXED])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_added_address_reads_back() {
        let new = NewAddress {
            label: Some("eth0:vip".into()),
            ..NewAddress::plain("10.0.0.100".parse().unwrap(), 24)
        };
        let bytes = new.add_request(5).finish(1);
        let message = wire::messages(&bytes).next().unwrap();
        let got = Address::parse(message.body).unwrap();
        assert_eq!(
            (got.interface, got.address, got.prefix),
            (5, new.address, 24)
        );
    }

    #[test]
    fn cut_bodies_are_no_address() {
        let bytes = NewAddress::plain("fd00::1".parse().unwrap(), 128)
            .add_request(5)
            .finish(1);
        let body = wire::messages(&bytes).next().unwrap().body.to_vec();
        for cut in 0..FIXED + 4 {
            assert_eq!(Address::parse(&body[..cut]), None, "cut at {cut}");
        }
    }
}
