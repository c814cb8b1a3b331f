//! The neighbour tables: which link address an IP address was learnt with (ARP, NDP).

use std::net::IpAddr;

use crate::address;
use crate::wire::{attributes, u16_at, u32_at};

pub const RTM_NEWNEIGH: u16 = 28;
pub const RTM_GETNEIGH: u16 = 30;

/// Size of `ndmsg`.
pub const FIXED: usize = 12;

const NDA_DST: u16 = 1;
const NDA_LLADDR: u16 = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    pub interface: u32,
    pub address: IpAddr,
    pub mac: Option<[u8; 6]>,
    /// `NUD_*` bits.
    pub state: u16,
}

/// `NUD_INCOMPLETE`, `NUD_FAILED` and `NUD_NOARP`: no link address, or none that was learnt.
const NOT_LEARNT: u16 = 0x01 | 0x20 | 0x40;

impl Neighbour {
    /// The link address that the kernel uses for it now.
    pub fn learnt(&self) -> Option<[u8; 6]> {
        self.mac.filter(|_| self.state & NOT_LEARNT == 0)
    }

    pub fn parse(body: &[u8]) -> Option<Self> {
        let family = *body.first()?;
        let (mut target, mut mac) = (None, None);
        for (kind, value) in attributes(body.get(FIXED..)?) {
            match kind {
                NDA_DST => target = address::ip(family, value),
                NDA_LLADDR => mac = <[u8; 6]>::try_from(value).ok(),
                _ => {}
            }
        }
        Some(Self {
            interface: u32_at(body, 4)?,
            address: target?,
            mac,
            state: u16_at(body, 8)?,
        })
    }
}
