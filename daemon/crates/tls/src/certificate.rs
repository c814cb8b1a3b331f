//! A certificate with its chain and its key, ready to be shown.

use crate::error::Problem;
use crate::facts::Facts;
use crate::pem::Pem;
use rustls::SignatureAlgorithm;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;
use std::sync::Arc;

#[derive(Debug, Clone)]
pub struct Certificate {
    pub certified: Arc<CertifiedKey>,
    pub kind: SignatureAlgorithm,
    /// Of the first certificate of the chain.
    pub facts: Arc<Facts>,
}

impl Certificate {
    /// From PEM with chain and key in any order; the key may be in a text of its own.
    pub fn read(pem: &[u8], key: Option<&[u8]>, ocsp: Option<&[u8]>) -> Result<Self, Problem> {
        let Pem {
            mut certificates,
            key: own,
            ..
        } = Pem::read(pem)?;
        if certificates.is_empty() {
            return Err(Problem::NoCertificate);
        }
        let key = match (own, key) {
            (Some(key), _) => key,
            (None, Some(other)) => Pem::read(other)?.key.ok_or(Problem::NoKey)?,
            (None, None) => return Err(Problem::NoKey),
        };
        let key = any_supported_type(&key).map_err(|why| refused(&key, &why))?;
        let public = key.public_key().map(|key| key.as_ref().to_vec());
        let facts: Vec<Facts> = certificates
            .iter()
            .map(|der| Facts::read(der))
            .collect::<Result<_, _>>()?;
        // The bits of the key end the description of it.
        let own = |facts: &Facts| {
            let described = public.as_deref();
            described.is_some_and(|public| public.ends_with(&facts.public_key))
        };
        let first = facts.iter().position(own).ok_or(Problem::Mismatch)?;
        let leaf = certificates.remove(first);
        certificates.insert(0, leaf);
        let kind = key.algorithm();
        let mut certified = CertifiedKey::new(certificates, key);
        certified.ocsp = ocsp.map(<[u8]>::to_vec);
        let facts = facts.into_iter().nth(first).ok_or(Problem::Mismatch)?;
        Ok(Self {
            certified: Arc::new(certified),
            kind,
            facts: Arc::new(facts),
        })
    }
}

fn refused(key: &PrivateKeyDer<'_>, why: &rustls::Error) -> Problem {
    let form = match key {
        PrivateKeyDer::Pkcs1(_) => "RSA from 2048 to 8192 bits are supported",
        PrivateKeyDer::Sec1(_) => "the curves P-256, P-384 and P-521 are supported",
        _ => "RSA from 2048 bits, P-256, P-384, P-521 and Ed25519 are supported",
    };
    Problem::Key(format!("{form} ({why})"))
}
