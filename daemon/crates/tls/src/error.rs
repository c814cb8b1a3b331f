//! Why a certificate or a setting cannot be used.

use crate::ocsp;
use std::fmt;

/// Says what is wrong; who asked knows which file it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No file of that name is at hand.
    Missing,
    /// Not even PEM.
    NotPem(String),
    NoCertificate,
    NoKey,
    EncryptedKey,
    TrustedCertificate,
    /// The certificate's bytes are not what X.509 says.
    NotX509(String),
    /// A key of a kind or length that is not supported.
    Key(String),
    /// The key belongs to another certificate.
    Mismatch,
    /// A list of revoked certificates that cannot be used.
    RevocationList(String),
    /// Nobody is trusted.
    NoAnchor,
    Ocsp(ocsp::Fault),
    /// What should be base64 is not.
    NotBase64,
    TicketKeys(String),
    /// There is nothing to commit.
    NotStaged,
    /// Settings that go together nowhere.
    Settings(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it does not exist or cannot be read"),
            Self::NotPem(why) => write!(f, "it is not PEM: {why}"),
            Self::NoCertificate => f.write_str("there is no certificate in it"),
            Self::NoKey => f.write_str(
                "there is no private key in it: append the key, or put it beside it as FILE.key",
            ),
            Self::EncryptedKey => f.write_str(
                "its private key is encrypted and nobody is there to be asked for the word: decrypt it with 'openssl pkey'",
            ),
            Self::TrustedCertificate => f.write_str(
                "its certificate is in OpenSSL's own form ('BEGIN TRUSTED CERTIFICATE'): convert it with 'openssl x509'",
            ),
            Self::NotX509(why) => write!(f, "its certificate cannot be read: {why}"),
            Self::Key(why) => write!(f, "its private key cannot be used: {why}"),
            Self::Mismatch => {
                f.write_str("the private key belongs to none of the certificates in it")
            }
            Self::RevocationList(why) => write!(f, "this revocation list cannot be used: {why}"),
            Self::NoAnchor => f.write_str("there is no certificate in it that could be trusted"),
            Self::Ocsp(why) => write!(f, "its OCSP response cannot be used: {why}"),
            Self::NotBase64 => f.write_str("it is not base64"),
            Self::TicketKeys(why) => write!(f, "these ticket keys cannot be used: {why}"),
            Self::NotStaged => f.write_str("nothing new was given for it"),
            Self::Settings(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Problem {}

impl From<ocsp::Fault> for Problem {
    fn from(fault: ocsp::Fault) -> Self {
        Self::Ocsp(fault)
    }
}
