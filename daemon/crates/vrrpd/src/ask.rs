//! Questions from a virtual address to one neighbour, and its answers. Pure.
//!
//! A question teaches: whoever is asked by ARP or neighbour solicitation from an address enters
//! the sender's link address for it (RFC 826, RFC 4861 section 7.2.3). And the answer to an echo
//! or a solicitation goes where the neighbour's table says, so that it comes here only if the
//! table is right.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use vrrp::{checksum, ip};

use crate::announce::{self, ETHERTYPE_ARP, Mac};

const ETHERTYPE_IPV4: u16 = 0x0800;
const ARP_REPLY: u16 = 2;
const ICMP: u8 = 1;
const ECHO_REQUEST: u8 = 8;
const ECHO_REPLY: u8 = 0;

/// Who asks whom: the virtual address at our link address, a neighbour at its own.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    pub own: Mac,
    pub mac: Mac,
}

/// The frames that ask a neighbour once. With a number, a numbered echo goes along for IPv4.
pub fn question(pair: Pair, vip: IpAddr, neighbour: IpAddr, number: Option<u16>) -> Vec<Vec<u8>> {
    match (vip, neighbour) {
        (IpAddr::V4(vip), IpAddr::V4(neighbour)) => {
            let mut frames = vec![announce::arp_question(pair.own, vip, neighbour, pair.mac)];
            frames.extend(number.map(|number| echo_request(pair, vip, neighbour, number)));
            frames
        }
        (IpAddr::V6(vip), IpAddr::V6(neighbour)) => vec![announce::neighbour_question(
            pair.own, vip, neighbour, pair.mac,
        )],
        _ => Vec::new(),
    }
}

fn echo_request(pair: Pair, vip: Ipv4Addr, neighbour: Ipv4Addr, number: u16) -> Vec<u8> {
    let mut message = vec![ECHO_REQUEST, 0, 0, 0];
    message.extend_from_slice(&IDENTIFIER.to_be_bytes());
    message.extend_from_slice(&number.to_be_bytes());
    let sum = checksum::plain(&message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    let packet = ip::build_v4(vip, neighbour, number, ip::TTL, ICMP, &message);
    let mut frame = announce::ethernet(pair.mac, pair.own, ETHERTYPE_IPV4);
    frame.extend_from_slice(&packet);
    frame
}

/// Marks our echo requests.
const IDENTIFIER: u16 = 0x7d44;

/// Who answered which address, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub from: IpAddr,
    pub to: IpAddr,
    /// It came by way of the neighbour's table. An ARP reply goes back to the asker's link
    /// address whatever the table says.
    pub by_table: bool,
}

/// The answer in an ARP frame.
pub fn arp_answer(frame: &[u8]) -> Option<Answer> {
    let kind = u16::from_be_bytes(*frame.get(12..)?.first_chunk()?);
    let operation = u16::from_be_bytes(*frame.get(20..)?.first_chunk()?);
    if kind != ETHERTYPE_ARP || operation != ARP_REPLY {
        return None;
    }
    let from: [u8; 4] = *frame.get(28..)?.first_chunk()?;
    let to: [u8; 4] = *frame.get(38..)?.first_chunk()?;
    Some(Answer {
        from: from.into(),
        to: to.into(),
        by_table: false,
    })
}

/// The answer in an IPv4 packet with an ICMP message.
pub fn echo_answer(packet: &[u8]) -> Option<Answer> {
    let packet = ip::parse_v4(packet).ok()?;
    let [kind, _, _, _, high, low] = *packet.payload.first_chunk()?;
    let ours = kind == ECHO_REPLY && [high, low] == IDENTIFIER.to_be_bytes();
    (packet.protocol == ICMP && ours).then_some(Answer {
        from: packet.source.into(),
        to: packet.destination.into(),
        by_table: true,
    })
}

/// The answer in an ICMPv6 message, which came to `to`.
pub fn neighbour_answer(message: &[u8], to: Ipv6Addr) -> Option<Answer> {
    let from = announce::advertised(message)?;
    (!to.is_multicast()).then_some(Answer {
        from,
        to: to.into(),
        by_table: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIR: Pair = Pair {
        own: [2, 0, 0, 0, 0, 1],
        mac: [2, 0, 0, 0, 0, 9],
    };

    fn v4(last: u8) -> IpAddr {
        Ipv4Addr::new(10, 77, 0, last).into()
    }

    #[test]
    fn a_neighbour_is_asked_at_its_own_link_address() {
        let frames = question(PAIR, v4(100), v4(9), Some(3));
        assert_eq!(frames.len(), 2);
        assert!(frames.iter().all(|frame| frame[..6] == PAIR.mac));
        let vip: IpAddr = "fd77::100".parse().unwrap();
        let frames = question(PAIR, vip, "fd77::9".parse().unwrap(), Some(3));
        assert_eq!(frames[0][..6], PAIR.mac);
        assert_eq!(question(PAIR, vip, v4(9), Some(3)), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn an_arp_question_is_no_answer_and_its_reply_is() {
        let question = announce::arp_question(
            PAIR.own,
            Ipv4Addr::new(10, 77, 0, 100),
            Ipv4Addr::new(10, 77, 0, 9),
            PAIR.mac,
        );
        assert_eq!(arp_answer(&question), None);
        let mut reply = question;
        reply[21] = 2;
        let answer = arp_answer(&reply).unwrap();
        assert_eq!(
            (answer.from, answer.to, answer.by_table),
            (v4(100), v4(9), false)
        );
        for cut in 0..42 {
            assert_eq!(arp_answer(&reply[..cut]), None);
        }
    }

    #[test]
    fn an_echo_of_ours_comes_back_and_that_of_others_does_not_count() {
        let frame = &question(PAIR, v4(100), v4(9), Some(3))[1];
        let mut packet = frame[14..].to_vec();
        assert_eq!(echo_answer(&packet), None, "a request");
        packet[20] = ECHO_REPLY;
        let answer = echo_answer(&packet).unwrap();
        assert_eq!((answer.from, answer.by_table), (v4(100), true));
        packet[24] ^= 1;
        assert_eq!(echo_answer(&packet), None, "another program's");
        for cut in 0..packet.len() {
            assert_eq!(echo_answer(&packet[..cut]), None);
        }
    }
}
