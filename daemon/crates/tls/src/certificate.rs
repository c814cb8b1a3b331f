//! A certificate with its chain and its key, ready to be shown.

use crate::error::Problem;
use crate::facts::Facts;
use crate::pem::Pem;
use crate::staple::Staple;
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
    /// The OCSP response that is among what clients are sent.
    pub staple: Option<Arc<Staple>>,
    /// Why the one that was given is not.
    pub unstapled: Option<Problem>,
}

/// What may be given beside a certificate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    pub key: Option<&'a [u8]>,
    pub ocsp: Option<&'a [u8]>,
    /// The certificate of its issuer, where it is not in the chain.
    pub issuer: Option<&'a [u8]>,
}

impl Certificate {
    /// From PEM with chain and key in any order; the key may be in a text of its own.
    pub fn read(pem: &[u8], beside: Beside<'_>) -> Result<Self, Problem> {
        let Pem {
            mut certificates,
            key: own,
            ..
        } = Pem::read(pem)?;
        if certificates.is_empty() {
            return Err(Problem::NoCertificate);
        }
        let key = match (own, beside.key) {
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
        let (staple, unstapled) = match beside
            .ocsp
            .map(|der| (der, stapled(der, &certified, beside)))
        {
            None => (None, None),
            Some((_, Err(why))) => (None, Some(why)),
            Some((der, Ok(staple))) => {
                certified.ocsp = Some(der.to_vec());
                (Some(Arc::new(staple)), None)
            }
        };
        let facts = facts.into_iter().nth(first).ok_or(Problem::Mismatch)?;
        Ok(Self {
            certified: Arc::new(certified),
            kind,
            facts: Arc::new(facts),
            staple,
            unstapled,
        })
    }

    /// As clients are shown it now: without an OCSP response that has ended.
    pub fn shown(&self) -> Arc<CertifiedKey> {
        match &self.staple {
            Some(staple) if staple.is_over() => staple.without.clone(),
            _ => self.certified.clone(),
        }
    }
}

fn stapled(der: &[u8], bare: &CertifiedKey, beside: Beside<'_>) -> Result<Staple, Problem> {
    let issuer = match beside.issuer {
        Some(pem) => Pem::read(pem)?.certificates.into_iter().next(),
        None => None,
    };
    Ok(Staple::new(der, bare, issuer.as_ref())?)
}

fn refused(key: &PrivateKeyDer<'_>, why: &rustls::Error) -> Problem {
    let form = match key {
        PrivateKeyDer::Pkcs1(_) => "RSA from 2048 to 8192 bits are supported",
        PrivateKeyDer::Sec1(_) => "the curves P-256, P-384 and P-521 are supported",
        _ => "RSA from 2048 bits, P-256, P-384, P-521 and Ed25519 are supported",
    };
    Problem::Key(format!("{form} ({why})"))
}
