//! What a certificate says, in OpenSSL's names.

use crate::error::Problem;
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode as _, Tag, Tagged as _};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::{Name, RelativeDistinguishedName};
use x509_cert::time::Time;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// From 1.
    pub version: u8,
    /// Its magnitude, the most significant byte first.
    pub serial: Vec<u8>,
    pub subject: Vec<Attribute>,
    pub issuer: Vec<Attribute>,
    pub not_before: Moment,
    pub not_after: Moment,
    /// `rsaEncryption`, `id-ecPublicKey`, …
    pub key_algorithm: String,
    /// `RSA-SHA256`, `ecdsa-with-SHA256`, …
    pub signature_algorithm: String,
    /// Alternative names of hosts, in lower case.
    pub dns_names: Vec<String>,
    /// The bits of the public key.
    pub public_key: Vec<u8>,
    /// Of a key on a curve.
    pub curve: Option<ObjectIdentifier>,
}

/// A part of a distinguished name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// OpenSSL's short name, or the numbers.
    pub kind: String,
    pub value: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Seconds since 1970.
    pub unix: u64,
}

impl Facts {
    pub fn read(der: &[u8]) -> Result<Self, Problem> {
        let bad = |why: x509_cert::der::Error| Problem::NotX509(why.to_string());
        let certificate = Certificate::from_der(der).map_err(bad)?;
        let tbs = certificate.tbs_certificate();
        let alternative = tbs.get_extension::<SubjectAltName>().map_err(bad)?;
        let alternative = alternative.map(|(_, names)| names.0).unwrap_or_default();
        let dns_names = alternative.iter().filter_map(|name| match name {
            GeneralName::DnsName(name) => Some(name.as_str().to_lowercase()),
            _ => None,
        });
        let serial = tbs.serial_number().as_bytes();
        let zeros = serial.iter().take_while(|byte| **byte == 0).count();
        let validity = tbs.validity();
        let key = tbs.subject_public_key_info();
        Ok(Self {
            version: tbs.version() as u8 + 1,
            serial: serial[zeros.min(serial.len().saturating_sub(1))..].to_vec(),
            subject: attributes(tbs.subject()),
            issuer: attributes(tbs.issuer()),
            not_before: moment(validity.not_before),
            not_after: moment(validity.not_after),
            key_algorithm: short_name(key.algorithm.oid),
            signature_algorithm: short_name(certificate.signature_algorithm().oid),
            dns_names: dns_names.collect(),
            public_key: key.subject_public_key.raw_bytes().to_vec(),
            curve: {
                let parameters = key.algorithm.parameters.as_ref();
                parameters.and_then(|any| any.decode_as().ok())
            },
        })
    }

    /// The length of its key, as OpenSSL counts.
    pub fn key_bits(&self) -> usize {
        let Some(curve) = self.curve else {
            // SEQUENCE of the modulus and the exponent: the modulus begins with a zero byte, and
            // lengths of 2048 bits and more take three bytes each.
            let modulus = self.public_key.get(6..8).unwrap_or_default();
            let bytes = modulus
                .iter()
                .fold(0, |n, byte| n << 8 | usize::from(*byte));
            return bytes.saturating_sub(1) * 8;
        };
        match curve.to_string().as_str() {
            "1.2.840.10045.3.1.7" => 256,
            "1.3.132.0.34" => 384,
            "1.3.132.0.35" => 521,
            _ => 0,
        }
    }

    /// Its key as the PROXY protocol tells it: `RSA2048`, `EC256`; others are not told.
    pub fn key_kind(&self) -> Option<String> {
        let kind = match self.key_algorithm.as_str() {
            "rsaEncryption" => "RSA",
            "id-ecPublicKey" => "EC",
            _ => return None,
        };
        Some(format!("{kind}{}", self.key_bits()))
    }

    /// The first common name of its subject.
    pub fn common_name(&self) -> Option<&[u8]> {
        let mut names = self.subject.iter().filter(|part| part.kind == "CN");
        names.next().map(|part| &part.value[..])
    }

    /// `/C=…/CN=…`
    pub fn subject_line(&self) -> String {
        line(&self.subject)
    }

    /// The same of whoever signed it.
    pub fn issuer_line(&self) -> String {
        line(&self.issuer)
    }

    /// Names of hosts that it is for: its common names and its alternative names.
    pub fn hosts(&self) -> impl Iterator<Item = String> {
        let common = self.subject.iter().filter(|part| part.kind == "CN");
        let common = common.filter_map(|part| String::from_utf8(part.value.clone()).ok());
        common
            .map(|name| name.to_lowercase())
            .chain(self.dns_names.iter().cloned())
    }
}

pub(crate) fn moment(time: Time) -> Moment {
    Moment {
        unix: time.to_unix_duration().as_secs(),
    }
}

impl Moment {
    /// `2026-11-21`
    pub fn date(self) -> String {
        let (year, month, day) = civil(self.unix / 86400);
        format!("{year}-{month:02}-{day:02}")
    }

    /// `YYMMDDhhmmssZ`
    pub fn short(self) -> String {
        let (year, month, day) = civil(self.unix / 86400);
        let second = self.unix % 86400;
        format!(
            "{:02}{month:02}{day:02}{:02}{:02}{:02}Z",
            year % 100,
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }
}

/// The date of a day since 1970 (proleptic Gregorian calendar).
pub fn civil(days: u64) -> (u64, u64, u64) {
    // Years begin in March, so that the leap day is the last.
    let days = days + 719_468;
    let era = days / 146_097;
    let day = days % 146_097;
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, date)
}

pub(crate) fn line(parts: &[Attribute]) -> String {
    let text = |part: &Attribute| {
        let value = String::from_utf8_lossy(&part.value);
        format!("/{}={value}", part.kind)
    };
    parts.iter().map(text).collect()
}

pub(crate) fn attributes(name: &Name) -> Vec<Attribute> {
    let parts = name
        .as_ref()
        .iter()
        .flat_map(RelativeDistinguishedName::iter);
    parts
        .map(|part| Attribute {
            kind: short_name(part.oid),
            value: text(part.value.tag(), part.value.value()),
        })
        .collect()
}

/// Texts in two or four bytes a character become UTF-8; the others stay as they are.
fn text(tag: Tag, bytes: &[u8]) -> Vec<u8> {
    if tag != Tag::BmpString {
        return bytes.to_vec();
    }
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16_lossy(&units).into_bytes()
}

/// OpenSSL's short names of what occurs in certificates.
const NAMES: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.16", "postalAddress"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.20", "telephoneNumber"),
    ("2.5.4.41", "name"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "initials"),
    ("2.5.4.44", "generationQualifier"),
    ("2.5.4.45", "x500UniqueIdentifier"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.65", "pseudonym"),
    ("2.5.4.97", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.3", "mail"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.2.840.113549.1.9.2", "unstructuredName"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"),
    ("1.2.840.113549.1.1.1", "rsaEncryption"),
    ("1.2.840.113549.1.1.4", "RSA-MD5"),
    ("1.2.840.113549.1.1.5", "RSA-SHA1"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "RSA-SHA256"),
    ("1.2.840.113549.1.1.12", "RSA-SHA384"),
    ("1.2.840.113549.1.1.13", "RSA-SHA512"),
    ("1.2.840.113549.1.1.14", "RSA-SHA224"),
    ("1.2.840.10045.2.1", "id-ecPublicKey"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.10040.4.1", "DSA"),
    ("1.3.101.112", "ED25519"),
    ("1.3.101.113", "ED448"),
];

pub(crate) fn short_name(oid: ObjectIdentifier) -> String {
    let numbers = oid.to_string();
    let known = NAMES.iter().find(|(known, _)| *known == numbers);
    known.map_or(numbers, |(_, name)| (*name).to_owned())
}
