//! Addresses that this host still takes packets for and speaks of to nobody: it answers no question
//! for their link address, and asks its own ones in its own name (ARP alone: over IPv6 the kernel
//! does neither for an address that no interface has).

use std::net::Ipv4Addr;

use super::batch::commit;
use super::table::{ACCEPT, DROP, NETWORK_HEADER, Table, equal, immediate, store};
use super::{LOCAL_IN_CHAIN, LOCAL_OUT_CHAIN, REGISTER};
use crate::socket::NetlinkError;

/// `NFPROTO_ARP` and its hooks.
const TABLE: Table = Table {
    family: 3,
    name: b"tandem_hush\0",
};
const ARP_IN: u32 = 0;
const ARP_OUT: u32 = 1;

/// Places in a packet of ARP for IPv4 over Ethernet (RFC 826).
const OPERATION: u32 = 6;
const SENDER: u32 = 14;
const TARGET: u32 = 24;
const REQUEST: [u8; 2] = [0, 1];

/// Replaces all that was asked before. Each address stands beside the one to speak as.
pub fn set(hushed: &[(Ipv4Addr, Ipv4Addr)]) -> Result<(), NetlinkError> {
    let mut requests = TABLE.removal();
    if !hushed.is_empty() {
        requests.push(TABLE.create());
        requests.push(TABLE.chain(LOCAL_IN_CHAIN, ARP_IN));
        requests.push(TABLE.chain(LOCAL_OUT_CHAIN, ARP_OUT));
    }
    for (address, own) in hushed {
        let asked = [
            equal(NETWORK_HEADER, OPERATION, &REQUEST),
            equal(NETWORK_HEADER, TARGET, &address.octets()),
        ];
        requests.push(TABLE.rule(LOCAL_IN_CHAIN, &asked, DROP));
        let speaks = [
            equal(NETWORK_HEADER, SENDER, &address.octets()),
            vec![
                immediate(REGISTER, &own.octets()),
                store(REGISTER, NETWORK_HEADER, SENDER, 4),
            ],
        ];
        requests.push(TABLE.rule(LOCAL_OUT_CHAIN, &speaks, ACCEPT));
    }
    commit(requests)
}
