//! Why a session ended before its time.

use rustls::{AlertDescription, CertificateError, Error};
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The peer ended the connection before it said anything.
    Empty,
    /// The peer ended the connection, or it broke, in the middle of the handshake.
    Aborted,
    /// The handshake took too long.
    Late,
    /// More sessions than `maxsslconn` or `maxsslrate` allow.
    TooMany,
    /// The peer's certificate is not trusted.
    Untrusted(Error),
    /// Its certificate is for somebody else.
    WrongName(Error),
    /// The peer did not accept us, and says why.
    Refused(AlertDescription),
    /// The two did not come to terms.
    Handshake(Error),
    /// Bytes that are no records of this session.
    Record(Error),
}

impl Fault {
    pub(super) fn of(error: Error, established: bool) -> Self {
        match error {
            Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => Self::WrongName(error),
            Error::InvalidCertificate(_) | Error::NoCertificatesPresented => Self::Untrusted(error),
            Error::AlertReceived(alert) if !established => Self::Refused(alert),
            error if established => Self::Record(error),
            error => Self::Handshake(error),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "closed before the handshake"),
            Self::Aborted => write!(f, "closed during the handshake"),
            Self::Late => write!(f, "the handshake took too long"),
            Self::TooMany => write!(f, "too many TLS connections"),
            Self::Untrusted(e) | Self::WrongName(e) | Self::Handshake(e) | Self::Record(e) => {
                write!(f, "{e}")
            }
            Self::Refused(alert) => write!(f, "the peer sent the alert {alert:?}"),
        }
    }
}
