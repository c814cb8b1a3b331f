//! Interfaces with a virtual router's link address say nothing of their own: a report of a
//! membership or a question for routers from there would move that address in the switch's table,
//! on a backup as well as on the master.

use super::LOCAL_OUT_CHAIN;
use super::table::{
    DROP, META_PROTOCOL, NETWORK_HEADER, REGISTER_ADDRESS, REGISTER_DEVICE, TRANSPORT_HEADER,
    Table, compare, destination, duplicate, equal, immediate, length, load, meta,
};
use crate::address::AF_INET;
use crate::wire::Request;

const META_OUTPUT: u32 = 5;
const IGMP: u8 = 2;
const ICMPV6: u8 = 58;
/// Listener reports and leaves of both versions (RFC 3810).
const REPORTS: [u8; 3] = [131, 132, 143];
const ROUTER_SOLICITATION: u8 = 133;

pub fn rules(table: Table, interfaces: &[(u32, u32)], doubling: bool) -> Vec<Request> {
    let family = table.family;
    interfaces
        .iter()
        .flat_map(|(index, below)| {
            let mut kinds: Vec<(Vec<Vec<u8>>, bool)> = Vec::new();
            if family == AF_INET {
                // Offset of the protocol in the IPv4 header.
                kinds.push((equal(NETWORK_HEADER, 9, &[IGMP]), true));
            } else {
                kinds.extend(REPORTS.map(|kind| (icmpv6(kind), true)));
                kinds.push((icmpv6(ROUTER_SOLICITATION), false));
            }
            kinds.into_iter().map(|(matches, is_report)| {
                let mut all = vec![leaves_by(*index), matches];
                if doubling && is_report {
                    all.push(double(family, *below));
                }
                table.rule(LOCAL_OUT_CHAIN, &all, DROP)
            })
        })
        .collect()
}

fn leaves_by(index: u32) -> Vec<Vec<u8>> {
    // The kernel holds interface numbers in its own byte order.
    vec![meta(META_OUTPUT), compare(&index.to_ne_bytes())]
}

/// By the last header, because reports stand behind a hop-by-hop option.
fn icmpv6(kind: u8) -> Vec<Vec<u8>> {
    let mut all = vec![meta(META_PROTOCOL), compare(&[ICMPV6])];
    all.extend(equal(TRANSPORT_HEADER, 0, &[kind]));
    all
}

/// The same packet once more, by another interface.
fn double(family: u8, index: u32) -> Vec<Vec<u8>> {
    let address = load(
        REGISTER_ADDRESS,
        NETWORK_HEADER,
        destination(family),
        length(family),
    );
    vec![
        address,
        immediate(REGISTER_DEVICE, &index.to_ne_bytes()),
        duplicate(),
    ]
}
