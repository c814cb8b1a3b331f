//! Messages of HTTP/2 as canonical HTTP/1.1 text, and such text as HTTP/2 (RFC 9113 §8).
//!
//! What comes from a peer is understood as a whole before any of it is text: nothing in it can be
//! taken for the framing of another message. What goes to a peer is our own text, which is read by
//! the parser that every other message is read by.

pub mod authority;
pub mod field;
pub mod inward;
pub mod outward;
pub mod request;
pub mod response;

pub use inward::{Framing, Inward};
pub use outward::{Outward, Stopped};

/// Why a message is malformed (§8.1.1): its stream ends with PROTOCOL_ERROR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// A name with capitals or with a byte that no name has (§8.2.1).
    Name,
    /// A value with CR, LF or NUL, or with blanks around it (§8.2.1).
    Value,
    /// A field that speaks of the connection (§8.2.2).
    ConnectionField,
    /// A pseudo field that is unknown, repeated, missing, empty or behind others (§8.3).
    Pseudo,
    /// A target that is none (§8.3.1).
    Target,
    /// `:authority` that is none, or Host that says another one (§8.3.1).
    Authority,
    /// Content-Length that is no number, or not the length of the data (§8.1.1).
    Length,
    /// A status that is none (§8.3.2).
    Status,
}

/// The bytes of a message so far do not fit in what may be held of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;
