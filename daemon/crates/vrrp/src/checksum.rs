//! Internet checksum (RFC 1071) and the pseudo headers that VRRP version 3 may include.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::ip::PROTOCOL_VRRP;

/// Ones' complement sum of 16-bit words, kept in 32 bits and folded at the end.
#[derive(Debug, Default, Clone, Copy)]
pub struct Sum(u32);

impl Sum {
    #[must_use]
    pub fn bytes(mut self, data: &[u8]) -> Self {
        for pair in data.chunks(2) {
            let low = pair.get(1).copied().unwrap_or(0);
            self.0 += u32::from(u16::from_be_bytes([pair[0], low]));
            // VRRP packets stay far below 64 KiB, but a sum folded as it grows cannot overflow.
            self.0 = (self.0 & 0xffff) + (self.0 >> 16);
        }
        self
    }

    pub fn finish(self) -> u16 {
        let folded = (self.0 & 0xffff) + (self.0 >> 16);
        let folded = (folded & 0xffff) + (folded >> 16);
        // Two folds leave at most sixteen bits.
        !u16::try_from(folded).unwrap_or(u16::MAX)
    }
}

pub fn plain(data: &[u8]) -> u16 {
    Sum::default().bytes(data).finish()
}

/// The IPv4 pseudo header that keepalived, FRR and RFC 5798 readers include and RFC 9568 leaves
/// out.
pub fn pseudo_v4(source: Ipv4Addr, destination: Ipv4Addr, data: &[u8]) -> u16 {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    Sum::default()
        .bytes(&source.octets())
        .bytes(&destination.octets())
        .bytes(&[0, PROTOCOL_VRRP])
        .bytes(&length.to_be_bytes())
        .bytes(data)
        .finish()
}

/// The IPv6 pseudo header (RFC 8200 section 8.1).
pub fn pseudo_v6(source: Ipv6Addr, destination: Ipv6Addr, next_header: u8, data: &[u8]) -> u16 {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    Sum::default()
        .bytes(&source.octets())
        .bytes(&destination.octets())
        .bytes(&length.to_be_bytes())
        .bytes(&[0, 0, 0, next_header])
        .bytes(data)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_example_of_rfc_1071() {
        assert_eq!(
            plain(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]),
            !0xddf2
        );
    }

    #[test]
    fn odd_lengths_are_padded_with_zero() {
        assert_eq!(plain(&[0x12]), plain(&[0x12, 0x00]));
    }

    #[test]
    fn data_with_its_checksum_sums_to_zero() {
        let mut data = vec![0x21, 0x4d, 0xc8, 0x01, 0, 1, 0, 0, 10, 77, 0, 100];
        let sum = plain(&data);
        data[6..8].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(plain(&data), 0);
    }
}
