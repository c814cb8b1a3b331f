//! OCSP responses, as far as a server that hands them on has to read them (RFC 6960 §4.2.1).

mod der;
mod read;
pub(crate) mod signer;

pub use read::magnitude;

use crate::facts::Moment;
use der::{INTEGER, NULL, OCTETS, OID, SEQUENCE, element};
use std::fmt;

/// The one certificate that a response is about, and what it says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// `CN = ca`, or the digest of the responder's key.
    pub responder: String,
    pub produced: Moment,
    pub id: Id,
    pub status: Status,
    pub this_update: Moment,
    pub next_update: Option<Moment>,
}

/// Names a certificate by digests of its issuer's name and key and by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id {
    pub digest: Digest,
    pub issuer_name: Vec<u8>,
    pub issuer_key: Vec<u8>,
    /// Its magnitude.
    pub serial: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    Sha1,
    Sha256,
}

impl Digest {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Good,
    Revoked(Moment),
    Unknown,
}

/// Why a response is not handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Unreadable,
    /// The authority refused to answer.
    Refused,
    /// It is about so many certificates.
    Several(usize),
    /// The authority does not know the certificate.
    NotKnown,
    /// It does not say when the next one comes.
    Endless,
    Over(Moment),
    /// It begins at a time that has not come.
    Early(Moment),
    /// It is about another certificate, or another issuer's.
    Another,
    /// Somebody signed it who may not, or it was changed since.
    Forged,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("it is none"),
            Self::Refused => f.write_str("it says that the request for it was refused"),
            Self::Several(count) => write!(f, "it is about {count} certificates"),
            Self::NotKnown => f.write_str("it says that the certificate is not known"),
            Self::Endless => f.write_str("it does not say when the next one comes"),
            Self::Over(at) => write!(f, "it ended on {}", at.date()),
            Self::Early(at) => write!(f, "it begins on {}", at.date()),
            Self::Another => f.write_str("it is about another certificate, or another issuer's"),
            Self::Forged => f.write_str(
                "it is signed neither by the issuer of the certificate nor by a responder that the issuer certified for it",
            ),
        }
    }
}

impl Fault {
    /// As HAProxy's runtime socket says it.
    pub fn told(&self) -> String {
        match self {
            Self::Unreadable => "Unable to parse OCSP response".to_owned(),
            Self::Refused => "OCSP response status not successful".to_owned(),
            Self::Several(count) => format!(
                "OCSP response ignored because contains multiple single responses ({count})"
            ),
            Self::NotKnown => "OCSP single response: certificate status is unknown".to_owned(),
            Self::Endless => "OCSP single response: missing nextupdate".to_owned(),
            // The original has one word for both.
            Self::Over(_) | Self::Early(_) => "OCSP single response: no longer valid.".to_owned(),
            Self::Another => {
                "OCSP single response: Certificate ID does not match any certificate or issuer"
                    .to_owned()
            }
            Self::Forged => {
                "OCSP response is not signed by the issuer of its certificate".to_owned()
            }
        }
    }
}

const SHA1: &[u8] = &[0x2b, 14, 3, 2, 26];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

impl Id {
    /// As it stands in requests and responses.
    pub fn der(&self) -> Vec<u8> {
        let oid = match self.digest {
            Digest::Sha1 => SHA1,
            Digest::Sha256 => SHA256,
        };
        let algorithm = [element(OID, oid), element(NULL, b"")].concat();
        let serial = match self.serial.first() {
            // Not to be taken for a negative one.
            Some(0x80..) => [&[0], &self.serial[..]].concat(),
            _ => self.serial.clone(),
        };
        let parts = [
            element(SEQUENCE, &algorithm),
            element(OCTETS, &self.issuer_name),
            element(OCTETS, &self.issuer_key),
            element(INTEGER, &serial),
        ];
        element(SEQUENCE, &parts.concat())
    }
}
