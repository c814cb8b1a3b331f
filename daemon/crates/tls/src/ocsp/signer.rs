//! Who signed an OCSP response: the issuer of the certificate, or a responder that it certified for
//! this (RFC 6960 §4.2.2.2).

use super::Fault;
use super::der::{BITS, Der, SEQUENCE, tagged};
use super::read::granted;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

/// id-kp-OCSPSigning
const SIGNING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 9];

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

struct Signed<'a> {
    data: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
    /// Those that came with it.
    certificates: Vec<CertificateDer<'a>>,
}

/// `Err`: the response is not the issuer's. What cannot be judged here, for its algorithm (SHA-1) or
/// an issuer of X.509 version 1, is left to clients, who judge for themselves.
pub fn check(der: &[u8], issuer: &CertificateDer<'_>) -> Result<(), Fault> {
    let signed = granted(der)?.and_then(Signed::read);
    let signed = signed.ok_or(Fault::Unreadable)?;
    let all = default_provider().signature_verification_algorithms.all;
    let its = |one: &Algorithm| *one.signature_alg_id() == *signed.algorithm;
    let fitting: Vec<Algorithm> = all.iter().copied().filter(its).collect();
    let read = (
        EndEntityCert::try_from(issuer),
        anchor_from_trusted_cert(issuer),
    );
    let (Ok(own), Ok(anchor)) = read else {
        return Ok(());
    };
    if fitting.is_empty() || signed.is_by(&own, &fitting) {
        return Ok(());
    }
    let (anchors, now) = ([anchor], UnixTime::now());
    let vouched = |responder: &EndEntityCert<'_>| {
        let usage = KeyUsage::required(SIGNING);
        let path = responder.verify_for_usage(all, &anchors, &[], now, usage, None, None);
        path.is_ok()
    };
    let certificates = signed.certificates.iter();
    let mut responders = certificates.filter_map(|der| EndEntityCert::try_from(der).ok());
    if responders.any(|one| vouched(&one) && signed.is_by(&one, &fitting)) {
        Ok(())
    } else {
        Err(Fault::Forged)
    }
}

impl<'a> Signed<'a> {
    fn read(mut parts: Der<'a>) -> Option<Self> {
        let data = parts.whole(SEQUENCE)?;
        let algorithm = parts.expect(SEQUENCE)?;
        let [0, signature @ ..] = parts.expect(BITS)? else {
            return None;
        };
        let mut certificates = Vec::new();
        if let Some(list) = parts.optional(tagged(0)) {
            let mut list = Der(Der(list).expect(SEQUENCE)?);
            certificates.extend(std::iter::from_fn(|| list.whole(SEQUENCE)).map(Into::into));
        }
        Some(Self {
            data,
            algorithm,
            signature,
            certificates,
        })
    }

    fn is_by(&self, signer: &EndEntityCert<'_>, fitting: &[Algorithm]) -> bool {
        let mut each = fitting.iter();
        each.any(|one| {
            let verdict = signer.verify_signature(*one, self.data, self.signature);
            verdict.is_ok()
        })
    }
}
