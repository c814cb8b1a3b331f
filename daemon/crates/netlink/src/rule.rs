//! Policy routing rules (ip-rule(8)).

use std::net::IpAddr;

use crate::address::{AF_INET, AF_INET6, octets};
use crate::wire::{NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, Request, attributes, u32_at};

pub const RTM_NEWRULE: u16 = 32;
pub const RTM_DELRULE: u16 = 33;
pub const RTM_GETRULE: u16 = 34;

/// Size of `fib_rule_hdr`.
const FIXED: usize = 12;
const FIB_RULE_INVERT: u32 = 2;

const FRA_DST: u16 = 1;
const FRA_SRC: u16 = 2;
const FRA_IIFNAME: u16 = 3;
const FRA_GOTO: u16 = 4;
const FRA_PRIORITY: u16 = 6;
const FRA_FWMARK: u16 = 10;
const FRA_FLOW: u16 = 11;
const FRA_TUN_ID: u16 = 12;
const FRA_SUPPRESS_IFGROUP: u16 = 13;
const FRA_SUPPRESS_PREFIXLEN: u16 = 14;
const FRA_TABLE: u16 = 15;
const FRA_FWMASK: u16 = 16;
const FRA_OIFNAME: u16 = 17;
const FRA_L3MDEV: u16 = 19;
const FRA_UID_RANGE: u16 = 20;
const FRA_PROTOCOL: u16 = 21;
const FRA_IP_PROTO: u16 = 22;
const FRA_SPORT_RANGE: u16 = 23;
const FRA_DPORT_RANGE: u16 = 24;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub ipv6: bool,
    pub inverted: bool,
    pub from: Option<(IpAddr, u8)>,
    pub to: Option<(IpAddr, u8)>,
    pub tos: u8,
    /// Mark and mask.
    pub mark: Option<(u32, Option<u32>)>,
    pub input: Option<String>,
    pub output: Option<String>,
    pub preference: u32,
    /// `FR_ACT_*`
    pub action: u8,
    pub table: u32,
    pub goto: Option<u32>,
    pub l3mdev: bool,
    pub users: Option<(u32, u32)>,
    pub ip_protocol: Option<u8>,
    pub source_ports: Option<(u16, u16)>,
    pub destination_ports: Option<(u16, u16)>,
    pub realms: Option<u32>,
    pub tunnel: Option<u64>,
    pub suppress_prefix_length: Option<u32>,
    pub suppress_group: Option<u32>,
    pub protocol: Option<u8>,
}

/// What tells a rule that went from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleKey {
    pub ipv6: bool,
    pub preference: u32,
}

impl Rule {
    pub fn key(&self) -> RuleKey {
        RuleKey {
            ipv6: self.ipv6,
            preference: self.preference,
        }
    }

    /// `RTM_NEWRULE`; the kernel refuses one that is there already.
    pub fn add_request(&self) -> Request {
        self.request(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK)
    }

    pub fn remove_request(&self) -> Request {
        self.request(RTM_DELRULE, NLM_F_ACK)
    }

    fn request(&self, kind: u16, flags: u16) -> Request {
        let mut request = Request::new(kind, flags, &self.fixed())
            .attribute(FRA_PRIORITY, &self.preference.to_ne_bytes());
        let networks = [(FRA_DST, self.to), (FRA_SRC, self.from)];
        for (number, network) in networks {
            if let Some((address, 1..)) = network {
                request = request.attribute(number, &octets(address));
            }
        }
        for (number, name) in [(FRA_IIFNAME, &self.input), (FRA_OIFNAME, &self.output)] {
            if let Some(name) = name {
                request = request.attribute(number, format!("{name}\0").as_bytes());
            }
        }
        for (number, value) in self.words() {
            if let Some(value) = value {
                request = request.attribute(number, &value.to_ne_bytes());
            }
        }
        self.ranges(request)
    }

    fn words(&self) -> [(u16, Option<u32>); 7] {
        [
            (FRA_TABLE, (self.table > 0).then_some(self.table)),
            (FRA_GOTO, self.goto),
            (FRA_FWMARK, self.mark.map(|mark| mark.0)),
            (FRA_FWMASK, self.mark.and_then(|mark| mark.1)),
            (FRA_FLOW, self.realms),
            (FRA_SUPPRESS_PREFIXLEN, self.suppress_prefix_length),
            (FRA_SUPPRESS_IFGROUP, self.suppress_group),
        ]
    }

    fn ranges(&self, mut request: Request) -> Request {
        let bytes = [
            (FRA_L3MDEV, self.l3mdev.then_some(1)),
            (FRA_PROTOCOL, self.protocol),
            (FRA_IP_PROTO, self.ip_protocol),
        ];
        for (number, value) in bytes {
            if let Some(value) = value {
                request = request.attribute(number, &[value]);
            }
        }
        let ports = [
            (FRA_SPORT_RANGE, self.source_ports),
            (FRA_DPORT_RANGE, self.destination_ports),
        ];
        for (number, range) in ports {
            if let Some((low, high)) = range {
                let value = [low.to_ne_bytes(), high.to_ne_bytes()].concat();
                request = request.attribute(number, &value);
            }
        }
        if let Some((low, high)) = self.users {
            let value = [low.to_ne_bytes(), high.to_ne_bytes()].concat();
            request = request.attribute(FRA_UID_RANGE, &value);
        }
        if let Some(tunnel) = self.tunnel {
            request = request.attribute(FRA_TUN_ID, &tunnel.to_be_bytes());
        }
        request
    }

    fn fixed(&self) -> [u8; FIXED] {
        let family = if self.ipv6 { AF_INET6 } else { AF_INET };
        let length = |network: Option<(IpAddr, u8)>| network.map_or(0, |network| network.1);
        let table = u8::try_from(self.table).unwrap_or(0);
        let flags = if self.inverted { FIB_RULE_INVERT } else { 0 };
        let mut fixed = [0; FIXED];
        let head = [
            family,
            length(self.to),
            length(self.from),
            self.tos,
            table,
            0,
            0,
            self.action,
        ];
        fixed[..8].copy_from_slice(&head);
        fixed[8..].copy_from_slice(&flags.to_ne_bytes());
        fixed
    }
}

impl RuleKey {
    /// Asks for all rules of its family.
    pub(crate) fn dump_request(self) -> Request {
        let mut fixed = [0; FIXED];
        fixed[0] = if self.ipv6 { AF_INET6 } else { AF_INET };
        Request::new(RTM_GETRULE, NLM_F_DUMP, &fixed)
    }

    /// Of an announcement.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let family = *body.first()?;
        let mut preference = 0;
        for (kind, value) in attributes(body.get(FIXED..)?) {
            if kind == FRA_PRIORITY {
                preference = u32_at(value, 0)?;
            }
        }
        matches!(family, AF_INET | AF_INET6).then_some(Self {
            ipv6: family == AF_INET6,
            preference,
        })
    }
}
