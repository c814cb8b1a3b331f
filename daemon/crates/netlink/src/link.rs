//! Network interfaces.

use crate::wire::{self, attributes, u16_at, u32_at};

pub const RTM_NEWLINK: u16 = 16;
pub const RTM_DELLINK: u16 = 17;
pub const RTM_GETLINK: u16 = 18;

/// Size of `ifinfomsg`.
pub const FIXED: usize = 16;

const IFLA_ADDRESS: u16 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_LINK: u16 = 5;
const IFF_UP: u32 = 0x1;
const IFF_LOWER_UP: u32 = 0x1_0000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub index: u32,
    pub name: String,
    /// Ethernet address; absent on links that have none of six bytes.
    pub mac: Option<[u8; 6]>,
    /// The interface below, of one that lies on another.
    pub parent: Option<u32>,
    /// Set up by the administrator.
    pub up: bool,
    /// The lower layer has a signal.
    pub carrier: bool,
}

impl Link {
    /// Packets can go out and come in.
    pub fn usable(&self) -> bool {
        self.up && self.carrier
    }

    pub fn parse(body: &[u8]) -> Option<Self> {
        let index = u32_at(body, 4)?;
        let flags = u32_at(body, 8)?;
        u16_at(body, 0)?;
        let (mut name, mut mac, mut parent) = (None, None, None);
        for (kind, value) in attributes(body.get(FIXED..)?) {
            match kind {
                IFLA_IFNAME => name = Some(wire::text(value)),
                IFLA_ADDRESS => mac = <[u8; 6]>::try_from(value).ok(),
                IFLA_LINK => parent = u32_at(value, 0),
                _ => {}
            }
        }
        Some(Self {
            index,
            name: name?,
            mac,
            parent,
            up: flags & IFF_UP != 0,
            carrier: flags & IFF_LOWER_UP != 0,
        })
    }
}
