//! Why a session with a peer ends.

use crate::Status;
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// What came is no message of the protocol.
    Malformed(&'static str),
    /// A message longer than any that this side takes.
    TooLong,
    /// The other side did not take the greeting.
    Refused(Status),
    /// The greeting of the other side was not taken.
    Unwelcome(Status),
    /// The other side saw an error in what was sent to it.
    Reported(u8),
    /// Nothing was heard for too long.
    Silent,
    /// It talks and does not take what is said to it.
    Deaf,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "what it sends is not the protocol: {what}"),
            Self::TooLong => f.write_str("it sends a message that is too long"),
            Self::Refused(status) => write!(f, "it refuses the greeting: {status}"),
            Self::Unwelcome(status) => write!(f, "its greeting is refused: {status}"),
            Self::Reported(1) => f.write_str("it says that a message was too long"),
            Self::Reported(_) => f.write_str("it says that a message was not the protocol"),
            Self::Silent => f.write_str("it says nothing any more"),
            Self::Deaf => f.write_str("it takes nothing of what is sent to it"),
        }
    }
}

impl std::error::Error for Fault {}
