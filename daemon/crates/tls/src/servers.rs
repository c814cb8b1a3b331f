//! Whether a server's certificate holds.

use crate::anchors::Anchors;
use crate::error::Problem;
use crate::facts::Facts;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::Arc;

/// `verify required`: signed by somebody who is trusted; and for the name that was asked for, or
/// `verifyhost`, where there is one.
#[derive(Debug)]
pub struct Verified {
    chain: Arc<WebPkiServerVerifier>,
    anchors: Anchors,
    host: Option<String>,
}

impl Verified {
    pub fn new(
        anchors: Anchors,
        revoked: Vec<CertificateRevocationListDer<'static>>,
        host: Option<String>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, Problem> {
        let roots = anchors.roots.clone();
        let mut builder = WebPkiServerVerifier::builder_with_provider(roots, provider.clone());
        if !revoked.is_empty() {
            builder = builder.with_crls(revoked).enforce_revocation_expiration();
        }
        let chain = builder
            .build()
            .map_err(|why| Problem::RevocationList(why.to_string()))?;
        Ok(Self {
            chain,
            anchors,
            host,
        })
    }
}

/// Whether it is for that host: a star stands for one whole label, the first.
fn is_for(certificate: &CertificateDer<'_>, host: &str) -> bool {
    let Ok(facts) = Facts::read(certificate) else {
        return false;
    };
    let host = host.to_lowercase();
    let rest = host.split_once('.').map(|(_, rest)| rest);
    facts.hosts().any(|name| match name.strip_prefix("*.") {
        Some(domain) => rest == Some(domain),
        None => name == host,
    })
}

impl ServerCertVerifier for Verified {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain =
            self.chain
                .verify_server_cert(end_entity, intermediates, server_name, ocsp, now);
        match chain {
            // Names are compared below, where common names count, too.
            Ok(_)
            | Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => {}
            Err(_) if self.anchors.holds(end_entity, now.as_secs()) => {}
            Err(why) => return Err(why),
        }
        let host = match server_name {
            ServerName::DnsName(name) => Some(name.as_ref()),
            _ => self.host.as_deref(),
        };
        match host {
            Some(host) if !is_for(end_entity, host) => {
                Err(Error::InvalidCertificate(CertificateError::NotValidForName))
            }
            _ => Ok(ServerCertVerified::assertion()),
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

/// `verify none`: whatever is shown is taken.
#[derive(Debug)]
pub struct Believed(pub Arc<CryptoProvider>);

impl ServerCertVerifier for Believed {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    // Nothing is known of the certificate, so a signature by it proves nothing either; some are
    // of versions that the library does not read.
    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
