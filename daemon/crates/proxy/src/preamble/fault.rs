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
    /// The same of NetScaler's header, whose number both sides have agreed on.
    NetscalerClosed,
    NetscalerLate,
    NetscalerTruncated,
    NetscalerNumber,
    NetscalerProtocol,
}

impl Fault {
    /// The same of the other protocol.
    pub fn of_netscaler(self) -> Self {
        match self {
            Self::Closed => Self::NetscalerClosed,
            Self::Late => Self::NetscalerLate,
            Self::Truncated => Self::NetscalerTruncated,
            other => other,
        }
    }

    /// As `fc_err` tells it.
    pub fn number(self) -> i64 {
        match self {
            Self::Closed => 11,
            Self::Late => 13,
            Self::Truncated => 14,
            Self::NotProxy => 15,
            Self::Invalid => 16,
            Self::Protocol => 17,
            Self::NetscalerClosed => 18,
            Self::NetscalerLate => 20,
            Self::NetscalerTruncated => 21,
            Self::NetscalerNumber => 22,
            Self::NetscalerProtocol => 23,
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
            Self::NetscalerClosed => {
                "Connection closed while waiting for NetScaler Client IP header"
            }
            Self::NetscalerLate => "Timeout while waiting for NetScaler Client IP header",
            Self::NetscalerTruncated => "Truncated NetScaler Client IP header received",
            Self::NetscalerNumber => "Received an invalid NetScaler Client IP magic number",
            Self::NetscalerProtocol => {
                "Received an unhandled protocol in the NetScaler Client IP header"
            }
        }
    }
}
