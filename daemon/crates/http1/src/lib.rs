//! HTTP/1.1 message heads and body framing, without IO.
//!
//! In: bytes as they come from a socket. Out: spans into those bytes, the one framing decision of
//! a message (RFC 9112 §6.3) and its body cut into data. Nothing is copied into maps: a head is
//! parsed once, in place, and written out again from its kept lines, so no byte reaches the other
//! side that was not understood.
#![forbid(unsafe_code)]
// What a head says is a set of independent facts.
#![allow(clippy::struct_excessive_bools)]

pub mod body;
pub mod chunk;
pub mod fault;
pub mod field;
pub mod fuzz;
pub mod manner;
pub mod method;
pub mod place;
pub mod request;
pub mod response;
pub mod semantics;
mod swar;
pub mod target;
pub mod write;

pub use body::{Body, Step};
pub use chunk::ChunkDecoder;
pub use fault::Fault;
pub use field::{Field, Kind, Limits, Span};
pub use manner::Manner;
pub use method::Method;
pub use request::{Request, parse_request};
pub use response::{Response, parse_response};
pub use swar::same;
