//! Keys of stick tables: what a value becomes when it is looked for.

use config::haproxy::model::TableKey;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Key {
    Ip(IpAddr),
    Integer(u32),
    Bytes(Box<[u8]>),
}

impl Key {
    pub fn ip(kind: TableKey, ip: IpAddr) -> Option<Self> {
        let ip = ip.to_canonical();
        match (kind, ip) {
            (TableKey::Ip, IpAddr::V4(_)) | (TableKey::Ipv6, IpAddr::V6(_)) => Some(Self::Ip(ip)),
            (TableKey::Ipv6, IpAddr::V4(v4)) => Some(Self::Ip(IpAddr::V6(v4.to_ipv6_mapped()))),
            _ => None,
        }
    }

    pub fn integer(n: i64) -> Self {
        // The original keeps the lower 32 bits.
        Self::Integer(u32::try_from(n & 0xffff_ffff).unwrap_or(0))
    }

    /// Cut to the length of the table's keys; binary ones are filled up with zeros.
    pub fn bytes(kind: TableKey, text: &[u8]) -> Option<Self> {
        Some(match kind {
            TableKey::String(len) => {
                let len = text.len().min(len as usize);
                Self::Bytes(text[..len].into())
            }
            TableKey::Binary(len) => {
                let mut bytes = text[..text.len().min(len as usize)].to_vec();
                bytes.resize(len as usize, 0);
                Self::Bytes(bytes.into())
            }
            _ => return None,
        })
    }
}
