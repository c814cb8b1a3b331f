//! The PROXY protocol (its specification, versions 1 and 2): who the client behind a proxy is.
//!
//! In: the first bytes of a connection. Out: how many of them are the header, and the addresses
//! that it tells. And the other way round for connections to servers. No IO.

mod fault;
mod netscaler;
mod read;
mod sealed;
mod tlv;
mod write;

#[cfg(test)]
mod tests;

pub use fault::Fault;
pub use netscaler::netscaler;
pub use read::read;
pub use sealed::{Sealed, Shown, sealed};
pub use tlv::Told;
pub use write::{Addresses, Value, write_v1, write_v2};

/// How a header of version 2 begins.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// The longest header of version 1, with its line end.
const V1_MOST: usize = 107;
/// Version 2's fixed part.
const V2_FIXED: usize = 16;
/// The longest header of version 2 that is taken; type-length-values beyond it are no sane ones.
const V2_MOST: usize = V2_FIXED + 4096;
const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
const TCP4: u8 = 0x11;
const TCP6: u8 = 0x21;
/// Types of values: what is spoken on the connection, the host that the client asked for, the header's checksum, the connection's name.
pub const ALPN: u8 = 0x01;
pub const AUTHORITY: u8 = 0x02;
const CRC32C: u8 = 0x03;
pub const UNIQUE_ID: u8 = 0x05;
pub const SSL: u8 = 0x20;
