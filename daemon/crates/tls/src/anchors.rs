//! Who may have signed a certificate, and which ones were taken back.

use crate::error::Problem;
use crate::facts::Facts;
use crate::pem::Pem;
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use std::collections::HashSet;
use std::sync::Arc;

/// Read from PEM files of authorities.
#[derive(Debug, Clone)]
pub struct Anchors {
    pub roots: Arc<RootCertStore>,
    /// The certificates themselves: a server may show one of them as its own.
    pub trusted: HashSet<Vec<u8>>,
}

impl Anchors {
    pub fn read<'f>(files: impl IntoIterator<Item = &'f [u8]>) -> Result<Self, Problem> {
        let mut roots = RootCertStore::empty();
        let mut trusted = HashSet::new();
        for file in files {
            for der in Pem::read(file)?.certificates {
                // Old roots that no verifier can use do not spoil the others.
                let _ = roots.add(der.clone());
                trusted.insert(der.to_vec());
            }
        }
        if trusted.is_empty() {
            return Err(Problem::NoAnchor);
        }
        Ok(Self {
            roots: Arc::new(roots),
            trusted,
        })
    }

    /// Trusted itself, whoever signed it: valid now is all that is asked.
    pub fn holds(&self, certificate: &CertificateDer<'_>, now: u64) -> bool {
        self.trusted.contains(certificate.as_ref())
            && Facts::read(certificate)
                .is_ok_and(|facts| (facts.not_before.unix..=facts.not_after.unix).contains(&now))
    }
}

/// Lists of revoked certificates; the file may hold certificates, too.
pub fn revocations(file: &[u8]) -> Result<Vec<CertificateRevocationListDer<'static>>, Problem> {
    let lists = Pem::read(file)?.revocation_lists;
    if lists.is_empty() {
        return Err(Problem::RevocationList(
            "there is none in the file".to_owned(),
        ));
    }
    Ok(lists)
}
