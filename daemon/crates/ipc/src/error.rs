//! Why a channel can be used no more, or not now.

use std::fmt;
use std::io;

#[derive(Debug)]
pub enum ChannelError {
    /// The other process closed its end or died.
    Closed,
    /// A message is larger than [`crate::channel::MAX_MESSAGE`] or carries more than [`crate::channel::MAX_DESCRIPTORS`].
    TooLarge {
        length: usize,
        descriptors: usize,
    },
    /// The text is not a message of the expected type.
    Malformed(serde_json::Error),
    /// Nothing came within the time given.
    TimedOut,
    Io(io::Error),
}

impl fmt::Display for ChannelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the other process closed the channel"),
            Self::TooLarge {
                length,
                descriptors,
            } => write!(
                f,
                "a message of {length} bytes with {descriptors} descriptors is above the limit"
            ),
            Self::Malformed(error) => write!(f, "malformed message: {error}"),
            Self::TimedOut => f.write_str("no message in time"),
            Self::Io(error) => write!(f, "channel: {error}"),
        }
    }
}

impl std::error::Error for ChannelError {}

impl From<io::Error> for ChannelError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Self::Closed,
            _ => Self::Io(error),
        }
    }
}
