//! Which received packets an instance takes, and what it learns from them.

use std::net::IpAddr;

use crate::error::PacketError;
use crate::ip;
use crate::packet::{self, Authentication, Version};
use crate::timers::Micros;

/// One VRRP packet as the network delivered it: the IP header's facts and the payload.
#[derive(Debug, Clone, Copy)]
pub struct Datagram<'a> {
    pub source: IpAddr,
    pub destination: IpAddr,
    pub ttl: u8,
    pub payload: &'a [u8],
    /// The packet came inside an AH header whose digest was right.
    pub authenticated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    Multicast { group: IpAddr },
    Unicast { peers: Vec<Peer> },
}

/// A unicast peer; the bounds are absent unless the configuration names them, since unicast may
/// be routed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    pub address: IpAddr,
    pub min_ttl: Option<u8>,
    pub max_ttl: Option<u8>,
}

/// What a packet must be for an instance to take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub version: Version,
    pub vrid: u8,
    pub authentication: Authentication,
    pub interval: Micros,
    pub transport: Transport,
    /// The addresses adverts should list; a difference is reported, not refused.
    pub addresses: Vec<IpAddr>,
    /// `check_unicast_src`: take unicast from configured peers only. Ours always does.
    pub own_address: IpAddr,
}

/// An advert that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Received {
    pub source: IpAddr,
    pub priority: u8,
    pub interval: Micros,
    pub addresses_differ: bool,
}

/// Whether a packet of this router id and address family is for this instance at all, by where
/// it was sent: two groups may use one id on one link with different groups or peers.
pub fn is_for(rules: &Rules, datagram: &Datagram<'_>) -> bool {
    packet::peek_vrid(datagram.payload) == Some(rules.vrid)
        && ip::same_family(rules.own_address, datagram.source)
}

/// RFC 9568 section 7.1, in its order, plus version 2's checks (RFC 3768 section 7.1).
pub fn admit(rules: &Rules, datagram: &Datagram<'_>) -> Result<Received, PacketError> {
    if datagram.source == rules.own_address {
        return Err(PacketError::Looped);
    }
    check_path(&rules.transport, datagram)?;
    let advert = packet::decode(datagram.payload, datagram.source, datagram.destination)?;
    if advert.version != rules.version {
        return Err(PacketError::Version);
    }
    if advert.version == Version::V2 {
        check_authentication(rules, &advert, datagram.authenticated)?;
        if advert.interval != rules.interval {
            return Err(PacketError::Interval);
        }
    }
    Ok(Received {
        source: datagram.source,
        priority: advert.priority,
        // A zero interval would make the down timer zero: take it as ours instead.
        interval: if advert.interval == 0 {
            rules.interval
        } else {
            advert.interval
        },
        addresses_differ: !same_set(&advert.addresses, &rules.addresses),
    })
}

fn check_path(transport: &Transport, datagram: &Datagram<'_>) -> Result<(), PacketError> {
    match transport {
        Transport::Multicast { group } => {
            if datagram.destination != *group {
                return Err(PacketError::Destination);
            }
            if datagram.ttl != ip::TTL {
                return Err(PacketError::Ttl);
            }
        }
        Transport::Unicast { peers } => {
            if datagram.destination.is_multicast() {
                return Err(PacketError::Destination);
            }
            let peer = peers
                .iter()
                .find(|peer| peer.address == datagram.source)
                .ok_or(PacketError::UnknownPeer)?;
            let low = peer.min_ttl.is_some_and(|bound| datagram.ttl < bound);
            let high = peer.max_ttl.is_some_and(|bound| datagram.ttl > bound);
            if low || high {
                return Err(PacketError::Ttl);
            }
        }
    }
    Ok(())
}

fn check_authentication(
    rules: &Rules,
    advert: &packet::Advert,
    authenticated: bool,
) -> Result<(), PacketError> {
    match (rules.authentication, advert.authentication) {
        (Authentication::None, Authentication::None) => Ok(()),
        (Authentication::Pass(ours), Authentication::Pass(theirs)) => {
            if equal_in_constant_time(ours, theirs) {
                Ok(())
            } else {
                Err(PacketError::AuthenticationFailure)
            }
        }
        (Authentication::Ah, Authentication::Ah) if authenticated => Ok(()),
        (Authentication::Ah, Authentication::Ah) => Err(PacketError::AuthenticationFailure),
        _ => Err(PacketError::AuthenticationType),
    }
}

fn equal_in_constant_time(a: [u8; 8], b: [u8; 8]) -> bool {
    a.iter()
        .zip(&b)
        .fold(0, |difference, (x, y)| difference | (x ^ y))
        == 0
}

fn same_set(a: &[IpAddr], b: &[IpAddr]) -> bool {
    a.len() == b.len() && a.iter().all(|address| b.contains(address))
}
