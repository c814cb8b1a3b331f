//! MAC-VLAN interfaces: a second link address on an Ethernet interface (ip-link(8)).

use crate::link::{FIXED, RTM_DELLINK, RTM_NEWLINK};
use crate::wire::{NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, Request, nested};

const IFLA_ADDRESS: u16 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_LINK: u16 = 5;
const IFLA_LINKINFO: u16 = 18;
const IFLA_INFO_KIND: u16 = 1;
const IFLA_INFO_DATA: u16 = 2;
const IFLA_MACVLAN_MODE: u16 = 1;
/// Nothing is passed between interfaces of the same parent.
const PRIVATE: u32 = 1;
const IFF_UP: u32 = 1;

/// A private one, down.
pub fn add_request(name: &str, parent: u32, mac: [u8; 6]) -> Request {
    let mut name = name.as_bytes().to_vec();
    name.push(0);
    let mode = nested(&[(IFLA_MACVLAN_MODE, &PRIVATE.to_ne_bytes())]);
    let info = nested(&[(IFLA_INFO_KIND, b"macvlan\0"), (IFLA_INFO_DATA, &mode)]);
    let flags = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
    Request::new(RTM_NEWLINK, flags, &[0; FIXED])
        .attribute(IFLA_IFNAME, &name)
        .attribute(IFLA_LINK, &parent.to_ne_bytes())
        .attribute(IFLA_ADDRESS, &mac)
        .attribute(IFLA_LINKINFO, &info)
}

pub fn set_up_request(index: u32) -> Request {
    let mut fixed = [0; FIXED];
    fixed[4..8].copy_from_slice(&index.to_ne_bytes());
    fixed[8..12].copy_from_slice(&IFF_UP.to_ne_bytes());
    fixed[12..16].copy_from_slice(&IFF_UP.to_ne_bytes());
    Request::new(RTM_NEWLINK, NLM_F_ACK, &fixed)
}

pub fn remove_request(index: u32) -> Request {
    let mut fixed = [0; FIXED];
    fixed[4..8].copy_from_slice(&index.to_ne_bytes());
    Request::new(RTM_DELLINK, NLM_F_ACK, &fixed)
}
