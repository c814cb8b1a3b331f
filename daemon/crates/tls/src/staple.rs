//! An OCSP response that goes with a certificate: only one that is about it, and only while it lasts.

use crate::ocsp::{Answer, Digest, Fault, Id, Status, magnitude, signer};
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
    /// For the first certificate of the chain; its issuer is in the chain, too, or it is `issuer`. Where
    /// it is neither, its key is taken for right, and nobody verifies who signed the response.
    pub(crate) fn new(
        der: &[u8],
        bare: &CertifiedKey,
        issuer: Option<&CertificateDer<'_>>,
    ) -> Result<Self, Fault> {
        let answer = Answer::read(der)?;
        let until = lasting(&answer)?;
        let (own, chain) = bare.cert.split_first().ok_or(Fault::Another)?;
        let own = Certificate::from_der(own).map_err(|_| Fault::Another)?;
        let mut issuers = chain.iter().chain(issuer).filter_map(|der| {
            let read = Certificate::from_der(der).ok()?;
            let subject = read.tbs_certificate().subject();
            (subject == own.tbs_certificate().issuer()).then_some((der, read))
        });
        let issuer = issuers.next();
        let read = issuer.as_ref().map(|(_, read)| read);
        if !is_about(&answer.id, &own, read).unwrap_or(false) {
            return Err(Fault::Another);
        }
        if let Some((issuer, _)) = issuer {
            signer::check(der, issuer)?;
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

/// Seconds that clocks may differ by.
const SKEW: u64 = 300;

/// When it ends; an error when it cannot be handed on.
pub(crate) fn lasting(answer: &Answer) -> Result<u64, Fault> {
    if answer.status == Status::Unknown {
        return Err(Fault::NotKnown);
    }
    let now = UnixTime::now().as_secs();
    match answer.next_update {
        None => Err(Fault::Endless),
        Some(end) if end.unix <= now => Err(Fault::Over(end)),
        // Not to be relied on (RFC 6960 §4.2.2.1).
        Some(_) if answer.this_update.unix > now + SKEW => Err(Fault::Early(answer.this_update)),
        Some(end) => Ok(end.unix),
    }
}

/// `None`: a name in the certificate cannot be written again.
fn is_about(id: &Id, own: &Certificate, issuer: Option<&Certificate>) -> Option<bool> {
    let hash = |bytes: &[u8]| match id.digest {
        Digest::Sha1 => digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes),
        Digest::Sha256 => digest(&SHA256, bytes),
    };
    let own = own.tbs_certificate();
    let serial = magnitude(own.serial_number().as_bytes());
    if id.serial != serial || id.issuer_name != hash(&own.issuer().to_der().ok()?).as_ref() {
        return Some(false);
    }
    Some(issuer.is_none_or(|issuer| {
        let key = issuer.tbs_certificate().subject_public_key_info();
        id.issuer_key == hash(key.subject_public_key.raw_bytes()).as_ref()
    }))
}
