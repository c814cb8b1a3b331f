//! Interfaces with a virtual router's link address say nothing of their own: a report of a
//! membership or a question for routers from there would move that address in the switch's table,
//! on a backup as well as on the master.

use super::{
    DROP, LOCAL_OUT_CHAIN, NETWORK_HEADER, TRANSPORT_HEADER, compare, destination, equal,
    expression, load, rule,
};
use crate::address::AF_INET;
use crate::wire::{Request, nested};

const META_OUTPUT: u32 = 5;
const META_PROTOCOL: u32 = 16;
const IGMP: u8 = 2;
const ICMPV6: u8 = 58;
/// Listener reports and leaves of both versions (RFC 3810).
const REPORTS: [u8; 3] = [131, 132, 143];
const ROUTER_SOLICITATION: u8 = 133;
const REGISTER_ADDRESS: u32 = 2;
const REGISTER_DEVICE: u32 = 3;

pub fn rules(family: u8, interfaces: &[(u32, u32)], doubling: bool) -> Vec<Request> {
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
                rule(family, LOCAL_OUT_CHAIN, &all, DROP)
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

fn meta(key: u32) -> Vec<u8> {
    let register = super::REGISTER.to_be_bytes();
    expression(b"meta\0", &[(2, &key.to_be_bytes()), (1, &register)])
}

/// The same packet once more, by another interface.
fn double(family: u8, index: u32) -> Vec<Vec<u8>> {
    let length = if family == AF_INET { 4 } else { 16 };
    let address = load(
        REGISTER_ADDRESS,
        NETWORK_HEADER,
        destination(family),
        length,
    );
    let data = nested(&[(1, &index.to_ne_bytes())]);
    let device = expression(
        b"immediate\0",
        &[(1, &REGISTER_DEVICE.to_be_bytes()), (2, &data)],
    );
    let double = expression(
        b"dup\0",
        &[
            (1, &REGISTER_ADDRESS.to_be_bytes()),
            (2, &REGISTER_DEVICE.to_be_bytes()),
        ],
    );
    vec![address, device, double]
}
