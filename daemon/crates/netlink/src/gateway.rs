//! Default routes: by which router the rest of the world is reached.

use std::net::IpAddr;

use crate::address;
use crate::wire::{attributes, u32_at};

pub const RTM_NEWROUTE: u16 = 24;
pub const RTM_GETROUTE: u16 = 26;

/// Size of `rtmsg`.
pub const FIXED: usize = 12;

const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const RTA_MULTIPATH: u16 = 9;
/// Size of `rtnexthop`.
const NEXT_HOP: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gateway {
    pub interface: u32,
    pub address: IpAddr,
}

/// The gateways of a route message; none unless it is a default route.
pub fn parse(body: &[u8]) -> Vec<Gateway> {
    let (Some([family, length, ..]), Some(rest)) = (body.first_chunk::<2>(), body.get(FIXED..))
    else {
        return Vec::new();
    };
    if *length != 0 {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut interface, mut gateway) = (None, None);
    for (kind, value) in attributes(rest) {
        match kind {
            RTA_OIF => interface = u32_at(value, 0),
            RTA_GATEWAY => gateway = address::ip(*family, value),
            RTA_MULTIPATH => next_hops(*family, value, &mut found),
            _ => {}
        }
    }
    if let (Some(interface), Some(address)) = (interface, gateway) {
        found.push(Gateway { interface, address });
    }
    found
}

fn next_hops(family: u8, mut bytes: &[u8], found: &mut Vec<Gateway>) {
    while let (Some(length), Some(interface)) = (bytes.first_chunk::<2>(), u32_at(bytes, 4)) {
        let length = usize::from(u16::from_ne_bytes(*length));
        let Some(hop) = bytes.get(NEXT_HOP..length) else {
            return;
        };
        let gateway = attributes(hop).find(|(kind, _)| *kind == RTA_GATEWAY);
        if let Some(address) = gateway.and_then(|(_, value)| address::ip(family, value)) {
            found.push(Gateway { interface, address });
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(value.len() + 4).unwrap();
        [&length.to_ne_bytes()[..], &kind.to_ne_bytes()[..], value].concat()
    }

    #[test]
    fn a_default_route_names_its_gateway() {
        let mut body = vec![2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        body.extend(attribute(RTA_GATEWAY, &[10, 0, 0, 1]));
        body.extend(attribute(RTA_OIF, &7u32.to_ne_bytes()));
        let gateway = Gateway {
            interface: 7,
            address: "10.0.0.1".parse().unwrap(),
        };
        assert_eq!(parse(&body), [gateway]);
        body[1] = 24;
        assert_eq!(parse(&body), [], "not a default route");
        for cut in 0..body.len() {
            let _ = parse(&body[..cut]);
        }
    }

    #[test]
    fn several_next_hops_are_several_gateways() {
        let hop = |interface: u32, last: u8| {
            let gateway = attribute(RTA_GATEWAY, &[10, 0, 0, last]);
            let length = u16::try_from(NEXT_HOP + gateway.len()).unwrap();
            let mut hop = length.to_ne_bytes().to_vec();
            hop.extend([0, 0]);
            hop.extend(interface.to_ne_bytes());
            hop.extend(gateway);
            hop
        };
        let mut body = vec![2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        body.extend(attribute(RTA_MULTIPATH, &[hop(3, 1), hop(4, 2)].concat()));
        let found = parse(&body);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].interface, found[1].interface), (3, 4));
        for cut in 0..body.len() {
            let _ = parse(&body[..cut]);
        }
    }
}
