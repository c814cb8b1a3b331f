//! Why the proxy process ends.

use ipc::channel::ChannelError;

/// Why the proxy process ends other than by `Stop`.
#[derive(Debug)]
pub enum RunError {
    Channel(ChannelError),
    Io(std::io::Error),
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Channel(e) => write!(f, "the channel to the supervisor: {e}"),
            Self::Io(e) => write!(f, "the control thread: {e}"),
        }
    }
}

impl std::error::Error for RunError {}

impl From<std::io::Error> for RunError {
    fn from(e: std::io::Error) -> Self {
        Self::Io(e)
    }
}

impl From<ChannelError> for RunError {
    fn from(e: ChannelError) -> Self {
        Self::Channel(e)
    }
}
