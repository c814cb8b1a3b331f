//! One way of a route.

use std::net::IpAddr;

use super::{RTA_FLOW, RTA_GATEWAY, family};
use crate::address::octets;
use crate::wire::nested;

const RTA_VIA: u16 = 18;
const RTNH_F_PERVASIVE: u8 = 2;
const RTNH_F_ONLINK: u8 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hop {
    pub via: Option<IpAddr>,
    pub interface: Option<u32>,
    /// 1–256
    pub weight: u16,
    pub onlink: bool,
    pub pervasive: bool,
    pub realms: Option<u32>,
}

impl Hop {
    pub(super) fn flags(self) -> u8 {
        let onlink = if self.onlink { RTNH_F_ONLINK } else { 0 };
        let pervasive = if self.pervasive { RTNH_F_PERVASIVE } else { 0 };
        onlink | pervasive
    }

    /// A router of the other family has an attribute of its own, with the family in front.
    pub(super) fn gateway(self, ipv6: bool) -> Option<(u16, Vec<u8>)> {
        let via = self.via?;
        if via.is_ipv6() == ipv6 {
            return Some((RTA_GATEWAY, octets(via)));
        }
        let mut value = u16::from(family(via)).to_ne_bytes().to_vec();
        value.extend(octets(via));
        Some((RTA_VIA, value))
    }

    /// `rtnexthop` and its attributes.
    pub(super) fn entry(self, ipv6: bool) -> Vec<u8> {
        let gateway = self.gateway(ipv6);
        let realms = self.realms.map(u32::to_ne_bytes);
        let mut list: Vec<(u16, &[u8])> = Vec::new();
        list.extend(
            gateway
                .as_ref()
                .map(|(number, value)| (*number, value.as_slice())),
        );
        list.extend(realms.as_ref().map(|value| (RTA_FLOW, value.as_slice())));
        let attributes = nested(&list);
        let length = u16::try_from(8 + attributes.len()).unwrap_or(u16::MAX);
        let weight = u8::try_from(self.weight.max(1) - 1).unwrap_or(u8::MAX);
        let mut entry = length.to_ne_bytes().to_vec();
        entry.extend_from_slice(&[self.flags(), weight]);
        entry.extend_from_slice(&self.interface.unwrap_or(0).to_ne_bytes());
        entry.extend(attributes);
        entry
    }
}
