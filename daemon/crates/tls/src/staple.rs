//! An OCSP response that goes with a certificate: only one that is about it, and only while it lasts.

use crate::ocsp::{Answer, Digest, Fault, Id, Status, magnitude};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

#[derive(Debug)]
pub struct Staple {
    pub answer: Answer,
    /// From then on the certificate goes without it.
    until: u64,
    pub(crate) without: Arc<CertifiedKey>,
}

impl Staple {
    /// For the first certificate of the chain; its issuer is in the chain, too, or it is `issuer`.
    pub(crate) fn new(
        der: &[u8],
        bare: &CertifiedKey,
        issuer: Option<&CertificateDer<'_>>,
    ) -> Result<Self, Fault> {
        let answer = Answer::read(der)?;
        let until = lasting(&answer)?;
        let (own, chain) = bare.cert.split_first().ok_or(Fault::Another)?;
        let issuers = chain.iter().chain(issuer);
        if !is_about(&answer.id, own, issuers).unwrap_or(false) {
            return Err(Fault::Another);
        }
        Ok(Self {
            answer,
            until,
            without: Arc::new(bare.clone()),
        })
    }

    pub(crate) fn is_over(&self) -> bool {
        UnixTime::now().as_secs() >= self.until
    }
}

/// When it ends; an error when it cannot be handed on.
pub(crate) fn lasting(answer: &Answer) -> Result<u64, Fault> {
    if answer.status == Status::Unknown {
        return Err(Fault::NotKnown);
    }
    match answer.next_update {
        None => Err(Fault::Endless),
        Some(end) if end.unix <= UnixTime::now().as_secs() => Err(Fault::Over(end)),
        Some(end) => Ok(end.unix),
    }
}

/// `None`: the certificate cannot be read. Where its issuer's is not at hand, the issuer's key is taken
/// for right.
fn is_about<'c>(
    id: &Id,
    own: &CertificateDer<'_>,
    issuers: impl Iterator<Item = &'c CertificateDer<'c>>,
) -> Option<bool> {
    let hash = |bytes: &[u8]| match id.digest {
        Digest::Sha1 => digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes),
        Digest::Sha256 => digest(&SHA256, bytes),
    };
    let own = Certificate::from_der(own).ok()?;
    let own = own.tbs_certificate();
    let serial = magnitude(own.serial_number().as_bytes());
    if id.serial != serial || id.issuer_name != hash(&own.issuer().to_der().ok()?).as_ref() {
        return Some(false);
    }
    let mut issuers = issuers.filter_map(|der| Certificate::from_der(der).ok());
    let issuer = issuers.find(|one| one.tbs_certificate().subject() == own.issuer());
    Some(issuer.is_none_or(|issuer| {
        let key = issuer.tbs_certificate().subject_public_key_info();
        id.issuer_key == hash(key.subject_public_key.raw_bytes()).as_ref()
    }))
}
