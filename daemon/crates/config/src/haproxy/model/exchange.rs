//! What rules do to the way in which an exchange is carried.

use super::{Format, Sample};
use crate::source::Spanned;

#[derive(Debug, Clone, PartialEq)]
pub enum ExchangeEffect {
    /// `disable-l7-retry`: once it reached a server, the request is not sent again.
    Once,
    /// `set-mark`, `set-tos`: on packets to the client.
    Mark(u32),
    Tos(u8),
    /// `set-priority-class`: requests with the lower number are first in the queue.
    PriorityClass(Sample),
    /// `set-priority-offset`: as if the request had come by so many milliseconds later.
    PriorityOffset(Sample),
    /// `early-hint`: a field of the 103 that goes to the client first.
    EarlyHint {
        name: Spanned<String>,
        value: Format,
    },
    /// `set-timeout`: of the tunnel, else of the server.
    Timeout {
        tunnel: bool,
        time: TimeoutValue,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum TimeoutValue {
    Fixed(std::time::Duration),
    /// Milliseconds.
    Sample(Sample),
}
