//! Why the header did not come, with haproxy's numbers and words.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing came.
    Closed,
    Late,
    Truncated,
    /// The bytes begin like neither version.
    NotProxy,
    /// They begin well and break the format.
    Invalid,
    /// They name another protocol than TCP.
    Protocol,
}

impl Fault {
    /// As `fc_err` tells it.
    pub fn number(self) -> i64 {
        match self {
            Self::Closed => 11,
            Self::Late => 13,
            Self::Truncated => 14,
            Self::NotProxy => 15,
            Self::Invalid => 16,
            Self::Protocol => 17,
        }
    }

    pub fn text(self) -> &'static str {
        match self {
            Self::Closed => "Connection closed while waiting for PROXY protocol header",
            Self::Late => "Timeout while waiting for PROXY protocol header",
            Self::Truncated => "Truncated PROXY protocol header received",
            Self::NotProxy => "Received something which does not look like a PROXY protocol header",
            Self::Invalid => "Received an invalid PROXY protocol header",
            Self::Protocol => "Received an unhandled protocol in the PROXY protocol header",
        }
    }
}
