//! HTTP/2 (RFC 9113) and HPACK (RFC 7541), without IO, for both sides of a proxy.
//!
//! In: bytes as they come from a socket, and messages as canonical HTTP/1.1 text. Out: events with
//! pieces of the input, frames in a buffer, and messages as such text again. A message is understood
//! as a whole before a byte of it goes on, so that the other side can see no other message.
#![forbid(unsafe_code)]

pub mod connection;
pub mod error;
pub mod flow;
pub mod frame;
pub mod fuzz;
pub mod guard;
pub mod hpack;
pub mod list;
pub mod stream;
pub mod translate;

pub use connection::{Connection, Event, Role, Step};
pub use error::Code;
pub use frame::settings::Settings;
pub use list::HeaderList;

/// What a client's connection begins with (RFC 9113 §3.4).
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
