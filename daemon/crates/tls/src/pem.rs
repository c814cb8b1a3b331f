//! Certificates, keys and revocation lists out of PEM, in whatever order they stand.

use crate::error::Problem;
use rustls::pki_types::pem::{PemObject as _, SectionKind};
use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, PrivateKeyDer, PrivatePkcs1KeyDer,
    PrivatePkcs8KeyDer, PrivateSec1KeyDer,
};

#[derive(Debug, Default)]
pub struct Pem {
    pub certificates: Vec<CertificateDer<'static>>,
    pub key: Option<PrivateKeyDer<'static>>,
    pub revocation_lists: Vec<CertificateRevocationListDer<'static>>,
}

impl Pem {
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        refuse(bytes)?;
        let mut pem = Self::default();
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
            let (kind, der) = section.map_err(|why| Problem::NotPem(why.to_string()))?;
            let key = match kind {
                SectionKind::Certificate => {
                    pem.certificates.push(der.into());
                    continue;
                }
                SectionKind::Crl => {
                    pem.revocation_lists.push(der.into());
                    continue;
                }
                SectionKind::PrivateKey => PrivatePkcs8KeyDer::from(der).into(),
                SectionKind::RsaPrivateKey => PrivatePkcs1KeyDer::from(der).into(),
                SectionKind::EcPrivateKey => PrivateSec1KeyDer::from(der).into(),
                // Parameters of curves and of Diffie-Hellman stand here by habit.
                _ => continue,
            };
            // OpenSSL takes the first, too.
            pem.key.get_or_insert(key);
        }
        Ok(pem)
    }
}

/// Forms that would be passed over in silence.
fn refuse(bytes: &[u8]) -> Result<(), Problem> {
    let has = |text: &str| bytes.windows(text.len()).any(|at| at == text.as_bytes());
    if has("BEGIN ENCRYPTED PRIVATE KEY") || has("Proc-Type: 4,ENCRYPTED") {
        return Err(Problem::EncryptedKey);
    }
    if has("BEGIN TRUSTED CERTIFICATE") {
        return Err(Problem::TrustedCertificate);
    }
    Ok(())
}

/// The reader of PEM reads it, in the frame that it asks for.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let framed = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let der = CertificateDer::from_pem_slice(framed.as_bytes()).ok()?;
    Some(der.to_vec())
}
