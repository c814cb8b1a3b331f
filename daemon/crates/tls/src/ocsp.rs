//! OCSP responses, as far as a server that hands them on has to read them (RFC 6960 §4.2.1).

use crate::facts::{Moment, attributes};
use std::fmt;
use x509_cert::der::{DateTime, Decode as _};
use x509_cert::name::Name;

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
    /// It is about another certificate, or another issuer's.
    Another,
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
            Self::Another => f.write_str("it is about another certificate, or another issuer's"),
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
            Self::Over(_) => "OCSP single response: no longer valid.".to_owned(),
            Self::Another => {
                "OCSP single response: Certificate ID does not match any certificate or issuer"
                    .to_owned()
            }
        }
    }
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const NULL: u8 = 0x05;
const OID: u8 = 0x06;
const ENUMERATED: u8 = 0x0a;
const TIME: u8 = 0x18;
/// `[n]` with something in it.
const fn tagged(n: u8) -> u8 {
    0xa0 | n
}

/// id-pkix-ocsp-basic
const BASIC: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
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

/// None of them is long.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len().min(0x7f)).unwrap_or(0);
    [&[tag, length], content].concat()
}

impl Answer {
    /// Exactly one certificate's, of a request that was granted.
    pub fn read(der: &[u8]) -> Result<Self, Fault> {
        let mut whole = Der(Der(der).expect(SEQUENCE).ok_or(Fault::Unreadable)?);
        match whole.expect(ENUMERATED) {
            Some([0]) => {}
            Some(_) => return Err(Fault::Refused),
            None => return Err(Fault::Unreadable),
        }
        let basic = whole.expect(tagged(0)).and_then(basic);
        let (responder, produced, responses) = basic.ok_or(Fault::Unreadable)?;
        let mut each = Der(responses);
        let first = each.expect(SEQUENCE).ok_or(Fault::Unreadable)?;
        let others = std::iter::from_fn(|| each.next()).count();
        if others > 0 {
            return Err(Fault::Several(1 + others));
        }
        let read = single(first).ok_or(Fault::Unreadable)?;
        let (id, status, this_update, next_update) = read;
        Ok(Self {
            responder,
            produced,
            id,
            status,
            this_update,
            next_update,
        })
    }
}

/// Whose response, of when, and the answers in it.
fn basic(bytes: &[u8]) -> Option<(String, Moment, &[u8])> {
    let mut bytes = Der(Der(bytes).expect(SEQUENCE)?);
    bytes.expect(OID).filter(|kind| *kind == BASIC)?;
    let mut basic = Der(Der(bytes.expect(OCTETS)?).expect(SEQUENCE)?);
    let mut data = Der(basic.expect(SEQUENCE)?);
    data.optional(tagged(0));
    let (tag, who) = data.next()?;
    let who = match tag {
        t if t == tagged(1) => named(who)?,
        t if t == tagged(2) => hex(Der(who).expect(OCTETS)?),
        _ => return None,
    };
    Some((who, time(data.expect(TIME)?)?, data.expect(SEQUENCE)?))
}

fn single(bytes: &[u8]) -> Option<(Id, Status, Moment, Option<Moment>)> {
    let mut single = Der(bytes);
    let mut id = Der(single.expect(SEQUENCE)?);
    let digest = match Der(id.expect(SEQUENCE)?).expect(OID)? {
        SHA1 => Digest::Sha1,
        SHA256 => Digest::Sha256,
        _ => return None,
    };
    let size = |bytes: &&[u8]| bytes.len() == if digest == Digest::Sha1 { 20 } else { 32 };
    let id = Id {
        digest,
        issuer_name: id.expect(OCTETS).filter(size)?.to_vec(),
        issuer_key: id.expect(OCTETS).filter(size)?.to_vec(),
        // At most twenty bytes (RFC 5280 §4.1.2.2).
        serial: magnitude(id.expect(INTEGER).filter(|n| n.len() <= 21)?).to_vec(),
    };
    let status = match single.next()? {
        (0x80, _) => Status::Good,
        (0xa1, revoked) => Status::Revoked(time(Der(revoked).expect(TIME)?)?),
        (0x82, _) => Status::Unknown,
        _ => return None,
    };
    let this_update = time(single.expect(TIME)?)?;
    let next_update = match single.optional(tagged(0)) {
        Some(next) => Some(time(Der(next).expect(TIME)?)?),
        None => None,
    };
    Some((id, status, this_update, next_update))
}

/// Without the zeros in front that DER needs.
pub fn magnitude(integer: &[u8]) -> &[u8] {
    let zeros = integer.iter().take_while(|byte| **byte == 0).count();
    &integer[zeros.min(integer.len().saturating_sub(1))..]
}

fn named(der: &[u8]) -> Option<String> {
    let parts = attributes(&Name::from_der(der).ok()?);
    let text = |part: &crate::Attribute| {
        let value = String::from_utf8_lossy(&part.value);
        format!("{} = {value}", part.kind)
    };
    Some(parts.iter().map(text).collect::<Vec<_>>().join(", "))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// `YYYYMMDDhhmmssZ`
fn time(text: &[u8]) -> Option<Moment> {
    let (digits, b"Z") = text.split_at_checked(14)? else {
        return None;
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let pair = |at: usize| 10 * (digits[at] - b'0') + (digits[at + 1] - b'0');
    let year = 100 * u16::from(pair(0)) + u16::from(pair(2));
    let time = DateTime::new(year, pair(4), pair(6), pair(8), pair(10), pair(12)).ok()?;
    Some(Moment {
        unix: time.unix_duration().as_secs(),
    })
}

/// Elements one behind the other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let [tag, first, rest @ ..] = self.0 else {
            return None;
        };
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = digits.iter().fold(0, |n, byte| n << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }

    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(own, _)| *own == tag).map(|(_, c)| c)
    }

    fn optional(&mut self, tag: u8) -> Option<&'a [u8]> {
        match self.0.first() {
            Some(own) if *own == tag => self.expect(tag),
            _ => None,
        }
    }
}
