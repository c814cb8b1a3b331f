//! Whether a client's certificate holds, and what OpenSSL would call it when it does not.

use crate::anchors::Anchors;
use crate::error::Problem;
use crate::facts::Facts;
use config::haproxy::model::IgnoredErrors;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use std::sync::Arc;

/// OpenSSL's numbers (openssl-verification-options(1), `X509_STORE_CTX_get_error`).
mod number {
    pub const UNABLE_TO_GET_CRL: u32 = 3;
    pub const SIGNATURE: u32 = 7;
    pub const NOT_YET_VALID: u32 = 9;
    pub const EXPIRED: u32 = 10;
    pub const CRL_EXPIRED: u32 = 12;
    pub const SELF_SIGNED: u32 = 18;
    pub const SELF_SIGNED_IN_CHAIN: u32 = 19;
    pub const NO_ISSUER: u32 = 20;
    pub const REVOKED: u32 = 23;
    pub const PURPOSE: u32 = 26;
    pub const REJECTED: u32 = 28;
}

/// What is wrong with a chain: at which depth, and OpenSSL's number for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// 0: the client's own certificate.
    pub depth: u32,
    pub number: u32,
}

/// Which files say who may have signed, for one bind line.
pub struct Demand<'a> {
    pub mandatory: bool,
    pub anchors: Anchors,
    /// Whose certificates clients are told to show; `None`: they are told nothing.
    pub hints: Option<&'a Anchors>,
    pub revoked: Vec<CertificateRevocationListDer<'static>>,
    pub ignored_ca: &'a IgnoredErrors,
    pub ignored_crt: &'a IgnoredErrors,
}

/// `verify optional` and `verify required`.
#[derive(Debug)]
pub struct Asked {
    chain: Arc<dyn ClientCertVerifier>,
    anchors: Anchors,
    ignored_ca: IgnoredErrors,
    ignored_crt: IgnoredErrors,
}

impl Asked {
    pub fn new(demand: Demand<'_>, provider: &Arc<CryptoProvider>) -> Result<Self, Problem> {
        let roots = demand.anchors.roots.clone();
        let mut builder = WebPkiClientVerifier::builder_with_provider(roots, provider.clone())
            .clear_root_hint_subjects();
        if let Some(hints) = demand.hints {
            builder = builder.add_root_hint_subjects(hints.roots.subjects());
        }
        if !demand.revoked.is_empty() {
            builder = builder
                .with_crls(demand.revoked)
                .enforce_revocation_expiration();
        }
        if !demand.mandatory {
            builder = builder.allow_unauthenticated();
        }
        let chain = builder
            .build()
            .map_err(|why| Problem::RevocationList(why.to_string()))?;
        Ok(Self {
            chain,
            anchors: demand.anchors,
            ignored_ca: demand.ignored_ca.clone(),
            ignored_crt: demand.ignored_crt.clone(),
        })
    }

    /// What is wrong with a chain that was shown.
    pub fn fault(&self, chain: &[CertificateDer<'_>], now: UnixTime) -> Option<Fault> {
        let (own, rest) = chain.split_first()?;
        let verdict = self.chain.verify_client_cert(own, rest, now);
        let why = verdict.err()?;
        if self.anchors.holds(own, now.as_secs()) {
            return None;
        }
        Some(fault(&why, own, rest, now))
    }

    fn ignores(&self, fault: Fault) -> bool {
        let list = if fault.depth == 0 {
            &self.ignored_crt
        } else {
            &self.ignored_ca
        };
        list.contains(fault.number)
    }
}

fn fault(
    why: &Error,
    own: &CertificateDer<'_>,
    rest: &[CertificateDer<'_>],
    now: UnixTime,
) -> Fault {
    use CertificateError as C;
    let signs_itself = |der: &CertificateDer<'_>| {
        Facts::read(der).is_ok_and(|facts| facts.subject == facts.issuer)
    };
    let own_is_valid = || {
        let valid = |facts: Facts| {
            let valid = facts.not_before.unix..=facts.not_after.unix;
            valid.contains(&now.as_secs())
        };
        Facts::read(own).is_ok_and(valid)
    };
    let deep = |number| Fault { depth: 1, number };
    let here = |number| Fault { depth: 0, number };
    match why {
        Error::InvalidCertificate(why) => match why {
            // A certificate that is an authority's own signs itself as a rule.
            C::UnknownIssuer | C::Other(_) if signs_itself(own) => here(number::SELF_SIGNED),
            C::UnknownIssuer => match rest.iter().position(signs_itself) {
                Some(at) => Fault {
                    depth: u32::try_from(at + 1).unwrap_or(u32::MAX),
                    number: number::SELF_SIGNED_IN_CHAIN,
                },
                None => Fault {
                    depth: u32::try_from(rest.len()).unwrap_or(u32::MAX),
                    number: number::NO_ISSUER,
                },
            },
            C::Expired | C::ExpiredContext { .. } if own_is_valid() => deep(number::EXPIRED),
            C::Expired | C::ExpiredContext { .. } => here(number::EXPIRED),
            C::NotValidYet | C::NotValidYetContext { .. } if own_is_valid() => {
                deep(number::NOT_YET_VALID)
            }
            C::NotValidYet | C::NotValidYetContext { .. } => here(number::NOT_YET_VALID),
            C::Revoked => here(number::REVOKED),
            C::UnknownRevocationStatus => here(number::UNABLE_TO_GET_CRL),
            C::ExpiredRevocationList | C::ExpiredRevocationListContext { .. } => {
                here(number::CRL_EXPIRED)
            }
            C::BadSignature => here(number::SIGNATURE),
            C::InvalidPurpose | C::InvalidPurposeContext { .. } => here(number::PURPOSE),
            _ => here(number::REJECTED),
        },
        _ => here(number::REJECTED),
    }
}

impl ClientCertVerifier for Asked {
    fn client_auth_mandatory(&self) -> bool {
        self.chain.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.chain.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verdict = self
            .chain
            .verify_client_cert(end_entity, intermediates, now);
        match verdict {
            Err(_) if self.anchors.holds(end_entity, now.as_secs()) => {
                Ok(ClientCertVerified::assertion())
            }
            Err(why) if self.ignores(fault(&why, end_entity, intermediates, now)) => {
                Ok(ClientCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}
