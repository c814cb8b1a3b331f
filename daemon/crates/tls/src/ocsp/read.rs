//! What a response says.

use super::der::{Der, ENUMERATED, INTEGER, OCTETS, OID, SEQUENCE, TIME, tagged};
use super::{Answer, Digest, Fault, Id, SHA1, SHA256, Status};
use crate::facts::{Moment, attributes};
use x509_cert::der::{DateTime, Decode as _};
use x509_cert::name::Name;

/// id-pkix-ocsp-basic
const BASIC: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];

impl Answer {
    /// Exactly one certificate's, of a request that was granted.
    pub fn read(der: &[u8]) -> Result<Self, Fault> {
        let basic = granted(der)?.and_then(|mut parts| about(parts.expect(SEQUENCE)?));
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

/// The parts of the response to a request that was granted: what is signed, by which algorithm, the
/// signature, certificates.
pub fn granted(der: &[u8]) -> Result<Option<Der<'_>>, Fault> {
    let mut whole = Der(Der(der).expect(SEQUENCE).ok_or(Fault::Unreadable)?);
    match whole.expect(ENUMERATED) {
        Some([0]) => Ok(whole.expect(tagged(0)).and_then(basic)),
        Some(_) => Err(Fault::Refused),
        None => Err(Fault::Unreadable),
    }
}

fn basic(bytes: &[u8]) -> Option<Der<'_>> {
    let mut bytes = Der(Der(bytes).expect(SEQUENCE)?);
    bytes.expect(OID).filter(|kind| *kind == BASIC)?;
    Some(Der(Der(bytes.expect(OCTETS)?).expect(SEQUENCE)?))
}

/// Whose response, of when, and the answers in it.
fn about(data: &[u8]) -> Option<(String, Moment, &[u8])> {
    let mut data = Der(data);
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
