//! Ethernet frames that tell, or ask, a link who has an address. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use vrrp::checksum;

pub type Mac = [u8; 6];

pub const ETHERTYPE_ARP: u16 = 0x0806;
pub const ETHERTYPE_IPV6: u16 = 0x86dd;
const BROADCAST: Mac = [0xff; 6];
const ICMPV6: u8 = 58;
const NEIGHBOUR_SOLICITATION: u8 = 135;
const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
const OVERRIDE: u8 = 0x20;
const ROUTER: u8 = 0x80;
const OPTION_SOURCE: u8 = 1;
const OPTION_TARGET: u8 = 2;
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

/// `aa:bb:cc:dd:ee:ff`
pub fn mac_text(mac: Mac) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

/// What moves an address in the neighbours' tables: a gratuitous ARP request, or an unsolicited
/// neighbour advertisement.
pub fn announcement(address: IpAddr, mac: Mac, router: bool) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => arp_request(mac, v4, v4, BROADCAST),
        IpAddr::V6(v6) => neighbour_advertisement(mac, v6, router),
    }
}

/// An ARP probe (RFC 5227 section 2.1.1): sender address zero, so that no table learns from it.
pub fn arp_probe(mac: Mac, target: Ipv4Addr) -> Vec<u8> {
    arp_request(mac, Ipv4Addr::UNSPECIFIED, target, [0; 6])
}

/// The same question from an address of ours to one neighbour, which enters us in its table.
pub fn arp_question(mac: Mac, sender: Ipv4Addr, target: Ipv4Addr, neighbour: Mac) -> Vec<u8> {
    let mut frame = arp_request(mac, sender, target, [0; 6]);
    frame[..6].copy_from_slice(&neighbour);
    frame
}

fn arp_request(mac: Mac, sender: Ipv4Addr, target: Ipv4Addr, target_mac: Mac) -> Vec<u8> {
    let mut frame = ethernet(BROADCAST, mac, ETHERTYPE_ARP);
    // Ethernet, IPv4, lengths 6 and 4, operation request.
    frame.extend_from_slice(&[0, 1, 8, 0, 6, 4, 0, 1]);
    frame.extend_from_slice(&mac);
    frame.extend_from_slice(&sender.octets());
    frame.extend_from_slice(&target_mac);
    frame.extend_from_slice(&target.octets());
    frame
}

fn neighbour_advertisement(mac: Mac, address: Ipv6Addr, router: bool) -> Vec<u8> {
    let flags = if router { OVERRIDE | ROUTER } else { OVERRIDE };
    let message = neighbour_message(
        NEIGHBOUR_ADVERTISEMENT,
        flags,
        address,
        OPTION_TARGET,
        Some(mac),
    );
    ipv6_frame(multicast_mac(ALL_NODES), mac, address, ALL_NODES, message)
}

/// A neighbour solicitation for `target`. From the unspecified address it is a probe for
/// duplicates (RFC 4862 section 5.4) and carries no link address.
pub fn neighbour_solicitation(mac: Mac, source: Ipv6Addr, target: Ipv6Addr) -> Vec<u8> {
    let group = solicited_node(target);
    let option = (!source.is_unspecified()).then_some(mac);
    let message = neighbour_message(NEIGHBOUR_SOLICITATION, 0, target, OPTION_SOURCE, option);
    ipv6_frame(multicast_mac(group), mac, source, group, message)
}

/// The same question to one neighbour, at its own addresses.
pub fn neighbour_question(mac: Mac, source: Ipv6Addr, target: Ipv6Addr, neighbour: Mac) -> Vec<u8> {
    let message = neighbour_message(NEIGHBOUR_SOLICITATION, 0, target, OPTION_SOURCE, Some(mac));
    ipv6_frame(neighbour, mac, source, target, message)
}

/// Who says that it has an address: sender's link address and the address, from an ARP packet
/// (request or reply) or a neighbour advertisement.
pub fn claim(frame: &[u8]) -> Option<(IpAddr, Mac)> {
    let kind = u16::from_be_bytes(*frame.get(12..)?.first_chunk()?);
    let body = frame.get(14..)?;
    let from: Mac = *frame.get(6..)?.first_chunk()?;
    match kind {
        ETHERTYPE_ARP => {
            let mac: Mac = *body.get(8..)?.first_chunk()?;
            let sender: [u8; 4] = *body.get(14..)?.first_chunk()?;
            Some((IpAddr::from(sender), mac))
        }
        ETHERTYPE_IPV6 => {
            let next_header = *body.get(6)?;
            if next_header != ICMPV6 {
                return None;
            }
            Some((advertised(body.get(40..)?)?, from))
        }
        _ => None,
    }
}

/// The target of a neighbour advertisement, from its ICMPv6 message.
pub fn advertised(message: &[u8]) -> Option<IpAddr> {
    if *message.first()? != NEIGHBOUR_ADVERTISEMENT {
        return None;
    }
    let target: [u8; 16] = *message.get(8..)?.first_chunk()?;
    Some(IpAddr::from(target))
}

fn neighbour_message(
    kind: u8,
    flags: u8,
    target: Ipv6Addr,
    option: u8,
    mac: Option<Mac>,
) -> Vec<u8> {
    let mut message = vec![kind, 0, 0, 0, flags, 0, 0, 0];
    message.extend_from_slice(&target.octets());
    if let Some(mac) = mac {
        message.extend_from_slice(&[option, 1]);
        message.extend_from_slice(&mac);
    }
    message
}

fn ipv6_frame(
    to: Mac,
    from: Mac,
    source: Ipv6Addr,
    destination: Ipv6Addr,
    mut message: Vec<u8>,
) -> Vec<u8> {
    let sum = checksum::pseudo_v6(source, destination, ICMPV6, &message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    let mut frame = ethernet(to, from, ETHERTYPE_IPV6);
    let length = u16::try_from(message.len()).unwrap_or(0);
    frame.extend_from_slice(&[0x60, 0, 0, 0]);
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&[ICMPV6, 255]);
    frame.extend_from_slice(&source.octets());
    frame.extend_from_slice(&destination.octets());
    frame.extend_from_slice(&message);
    frame
}

pub fn ethernet(to: Mac, from: Mac, kind: u16) -> Vec<u8> {
    let mut frame = Vec::with_capacity(86);
    frame.extend_from_slice(&to);
    frame.extend_from_slice(&from);
    frame.extend_from_slice(&kind.to_be_bytes());
    frame
}

fn multicast_mac(group: Ipv6Addr) -> Mac {
    let [.., a, b, c, d] = group.octets();
    [0x33, 0x33, a, b, c, d]
}

fn solicited_node(target: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = target.octets();
    Ipv6Addr::new(
        0xff02,
        0,
        0,
        0,
        0,
        1,
        0xff00 | u16::from(a),
        u16::from_be_bytes([b, c]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: Mac = [2, 0, 0, 0, 0, 1];

    fn hex(frame: &[u8]) -> String {
        use std::fmt::Write as _;
        frame.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    #[test]
    fn gratuitous_arp_is_byte_equal_to_keepalived_2_2_7() {
        assert_eq!(
            hex(&announcement("10.77.0.100".parse().unwrap(), MAC, false)),
            "ffffffffffff020000000001080600010800060400010200000000010a4d0064\
             ffffffffffff0a4d0064"
        );
    }

    #[test]
    fn neighbour_advertisement_is_byte_equal_to_keepalived_2_2_7() {
        assert_eq!(
            hex(&announcement("fe80::77:1".parse().unwrap(), MAC, false)),
            "33330000000102000000000186dd6000000000203afffe800000000000000000000000770001\
             ff020000000000000000000000000001880056ad20000000fe800000000000000000000000770001\
             0201020000000001"
        );
    }

    #[test]
    fn a_solicitation_goes_to_the_solicited_node_group() {
        let frame =
            neighbour_solicitation(MAC, Ipv6Addr::UNSPECIFIED, "fd77::1:2345".parse().unwrap());
        assert_eq!(hex(&frame[..6]), "3333ff012345");
        assert_eq!(frame.len(), 14 + 40 + 24);
    }

    #[test]
    fn claims_are_read_from_arp_and_neighbour_advertisements() {
        for text in ["10.77.0.100", "fd77::100"] {
            let address: IpAddr = text.parse().unwrap();
            let frame = announcement(address, MAC, false);
            assert_eq!(claim(&frame), Some((address, MAC)));
            for cut in 0..30 {
                assert_eq!(claim(&frame[..cut]).filter(|_| cut < 28), None);
            }
        }
    }
}
