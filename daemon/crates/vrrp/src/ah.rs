//! The IPsec authentication header around version 2 adverts (RFC 2338 section 5.3.6.3, RFC 2402,
//! RFC 2403): HMAC-MD5-96 over the whole packet with its mutable fields at zero.

use std::net::{IpAddr, Ipv4Addr};

use crate::error::PacketError;
use crate::ip::{self, Ipv4, PROTOCOL_AH, PROTOCOL_VRRP};
use crate::md5;
use crate::timers::Micros;

const HEADER: usize = 24;
const DIGEST: usize = 12;
/// Length of the header in 32-bit words, less two.
const LENGTH_FIELD: u8 = 4;

/// A whole IPv4 packet that carries `vrrp` inside an authentication header. The security
/// parameters index is the source address, as keepalived has it.
pub fn seal(
    source: Ipv4Addr,
    destination: Ipv4Addr,
    identification: u16,
    ttl: u8,
    sequence: u32,
    key: &[u8],
    vrrp: &[u8],
) -> Vec<u8> {
    let mut payload = vec![PROTOCOL_VRRP, LENGTH_FIELD, 0, 0];
    payload.extend_from_slice(&source.octets());
    payload.extend_from_slice(&sequence.to_be_bytes());
    payload.extend_from_slice(&[0; DIGEST]);
    payload.extend_from_slice(vrrp);
    let mut packet = ip::build_v4(
        source,
        destination,
        identification,
        ttl,
        PROTOCOL_AH,
        &payload,
    );
    let header = packet.len() - payload.len();
    // As keepalived 2.2.7 sums: with the TTL for a group, without it for a peer.
    let digest = digest(
        &packet[..header],
        &payload,
        key,
        !destination.is_multicast(),
    );
    packet[header + HEADER - DIGEST..header + HEADER].copy_from_slice(&digest);
    packet
}

/// What an authentication header carries, before anything of it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed<'a> {
    pub sequence: u32,
    pub vrrp: &'a [u8],
    header: &'a [u8],
    payload: &'a [u8],
}

pub fn parse<'a>(packet: &Ipv4<'a>) -> Result<Sealed<'a>, PacketError> {
    let payload = packet.payload;
    let (Some(vrrp), Some(sequence)) = (
        payload.get(HEADER..),
        payload.get(8..).and_then(<[u8]>::first_chunk),
    ) else {
        return Err(PacketError::Length);
    };
    if payload[0] != PROTOCOL_VRRP || payload[1] != LENGTH_FIELD {
        return Err(PacketError::AuthenticationType);
    }
    Ok(Sealed {
        sequence: u32::from_be_bytes(*sequence),
        vrrp,
        header: packet.header,
        payload,
    })
}

impl Sealed<'_> {
    /// Whether the digest is right under a key. keepalived leaves the TTL of multicast in the sum,
    /// RFC 2402 sets it to zero: either proves that the sender knows the key.
    pub fn is_authentic(&self, key: &[u8]) -> bool {
        let theirs = &self.payload[HEADER - DIGEST..HEADER];
        [false, true].into_iter().any(|clear_ttl| {
            let ours = digest(self.header, self.payload, key, clear_ttl);
            ours.iter()
                .zip(theirs)
                .fold(0, |difference, (x, y)| difference | (x ^ y))
                == 0
        })
    }
}

fn digest(header: &[u8], payload: &[u8], key: &[u8], clear_ttl: bool) -> [u8; DIGEST] {
    let mut message = header.to_vec();
    message.extend_from_slice(payload);
    // Type of service, flags and fragment offset, checksum change on the way.
    message[1] = 0;
    message[6..8].fill(0);
    message[10..12].fill(0);
    if clear_ttl {
        message[8] = 0;
    }
    let start = header.len() + HEADER - DIGEST;
    message[start..start + DIGEST].fill(0);
    let whole = md5::hmac(key, &message);
    let mut digest = [0; DIGEST];
    digest.copy_from_slice(&whole[..DIGEST]);
    digest
}

/// The anti-replay state of one sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    source: IpAddr,
    last: u32,
    at: Micros,
    /// It said goodbye: its successor may count from anywhere.
    ended: bool,
}

impl Window {
    /// Takes an authentic packet of a sender unless it was seen before. A sender that said
    /// goodbye, or was silent for `silence`, has started anew and counts from one again.
    pub fn admit(
        windows: &mut Vec<Window>,
        source: IpAddr,
        sequence: u32,
        goodbye: bool,
        now: Micros,
        silence: Micros,
    ) -> Result<(), PacketError> {
        let fresh = Window {
            source,
            last: sequence,
            at: now,
            ended: goodbye,
        };
        match windows.iter_mut().find(|window| window.source == source) {
            None => windows.push(fresh),
            Some(window) => {
                let new_start = window.ended || now.saturating_sub(window.at) >= silence;
                if sequence <= window.last && !new_start {
                    return Err(PacketError::Replay);
                }
                *window = fresh;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Micros = 1_000_000;

    fn take(windows: &mut Vec<Window>, sequence: u32, goodbye: bool, now: Micros) -> bool {
        let source = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
        Window::admit(windows, source, sequence, goodbye, now, 3 * SECOND).is_ok()
    }

    #[test]
    fn a_sequence_number_is_taken_once() {
        let mut windows = Vec::new();
        assert!(take(&mut windows, 5, false, 0));
        assert!(!take(&mut windows, 5, false, SECOND));
        assert!(!take(&mut windows, 4, false, SECOND));
        assert!(take(&mut windows, 6, false, SECOND));
    }

    #[test]
    fn a_sender_may_start_anew_after_a_goodbye_or_a_silence() {
        let mut windows = Vec::new();
        assert!(take(&mut windows, 500, true, 0));
        assert!(take(&mut windows, 1, false, 10));
        assert!(!take(&mut windows, 1, false, 2 * SECOND));
        assert!(take(&mut windows, 1, false, 4 * SECOND));
    }
}
