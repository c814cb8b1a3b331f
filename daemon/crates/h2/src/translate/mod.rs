//! Messages of HTTP/2 as canonical HTTP/1.1 text, and such text as HTTP/2 (RFC 9113 §8).
//!
//! What comes from a peer is understood as a whole before any of it is text: nothing in it can be
//! taken for the framing of another message. What goes to a peer is our own text, which is read by
//! the parser that every other message is read by.

pub mod authority;
pub mod broken;
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

impl Malformed {
    /// The rule in words.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::Name => "a name is a token without capitals (RFC 9113, section 8.2.1)",
            Self::Value => {
                "a value has no NUL, CR or LF, and no blanks around it (RFC 9113, section 8.2.1)"
            }
            Self::ConnectionField => {
                "no field speaks of the connection, and TE says 'trailers' (RFC 9113, section 8.2.2)"
            }
            Self::Pseudo => {
                "pseudo fields come first, each known one once, and all that are needed (RFC 9113, section 8.3)"
            }
            Self::Target => {
                "a path begins with '/' and has visible bytes (RFC 9113, section 8.3.1)"
            }
            Self::Authority => {
                "an authority is 'HOST' or 'HOST:PORT', and Host agrees with it (RFC 9113, section 8.3.1)"
            }
            Self::Length => {
                "a Content-Length is one number, that of the data (RFC 9113, section 8.1.1)"
            }
            Self::Status => "a status has three digits and is not 101 (RFC 9113, section 8.3.2)",
        }
    }
}

/// The bytes of a message so far do not fit in what may be held of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;
