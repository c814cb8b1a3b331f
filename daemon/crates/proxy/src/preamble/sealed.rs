//! What a header of version 2 says of the client's TLS (PROXY protocol, 2.2.6).

use super::write::put;

const VERSION: u8 = 0x21;
const COMMON_NAME: u8 = 0x22;
const CIPHER: u8 = 0x23;
const SIGNATURE: u8 = 0x24;
const KEY: u8 = 0x25;

/// It came encrypted.
const ENCRYPTED: u8 = 0x01;
/// It showed a certificate on this connection.
const NOW: u8 = 0x02;
/// It showed a certificate when its session began.
const ONCE: u8 = 0x04;

/// Whether the client has shown a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    No,
    /// On the connection that the session began with.
    Before,
    Now,
}

/// What is known of it, and is to be told.
#[derive(Debug)]
pub struct Sealed<'a> {
    pub shown: Shown,
    /// OpenSSL's number for what is wrong with the client's certificate.
    pub verify: u32,
    pub version: &'a [u8],
    pub common_name: Option<&'a [u8]>,
    pub key: Option<&'a [u8]>,
    pub signature: Option<&'a [u8]>,
    pub cipher: Option<&'a [u8]>,
}

/// The value of [`SSL`](super::SSL); of a client in the clear it says just that.
pub fn sealed(told: Option<&Sealed<'_>>) -> Vec<u8> {
    let Some(told) = told else {
        return vec![0; 5];
    };
    let shown = match told.shown {
        Shown::No => 0,
        Shown::Before => ONCE,
        Shown::Now => ONCE | NOW,
    };
    let mut value = vec![ENCRYPTED | shown];
    value.extend(told.verify.to_be_bytes());
    let parts = [
        (VERSION, Some(told.version)),
        (COMMON_NAME, told.common_name),
        (KEY, told.key),
        (SIGNATURE, told.signature),
        (CIPHER, told.cipher),
    ];
    for (kind, part) in parts {
        if let Some(part) = part {
            put(&mut value, (kind, part));
        }
    }
    value
}
