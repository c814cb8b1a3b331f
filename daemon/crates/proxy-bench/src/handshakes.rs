//! How clients begin TLS: as those of OpenSSL 3.0 do (X25519, AES-256-GCM before others), with TLS
//! 1.3 alone. The certificate is not looked at, which would only make the client dearer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tls::rustls::client::{
    ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use tls::rustls::crypto::CryptoProvider;
use tls::rustls::crypto::aws_lc_rs::{self, kx_group};
use tls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, NamedGroup, SignatureScheme, version::TLS13,
};

/// Configurations by port: each proxy has tickets of its own.
#[derive(Debug, Default)]
pub struct Handshakes {
    resuming: HashMap<(u16, bool), Arc<ClientConfig>>,
}

impl Handshakes {
    /// `h2`: HTTP/2 is to be agreed upon.
    pub fn full(h2: bool) -> Result<Arc<ClientConfig>, Error> {
        config(Resumption::disabled(), h2)
    }

    /// Sessions that this proxy gave are taken up again, each once.
    pub fn resumed(&mut self, port: u16, h2: bool) -> Result<Arc<ClientConfig>, Error> {
        if let Some(known) = self.resuming.get(&(port, h2)) {
            return Ok(known.clone());
        }
        let made = config(Resumption::store(Arc::new(Tickets::default())), h2)?;
        self.resuming.insert((port, h2), made.clone());
        Ok(made)
    }
}

fn config(resumption: Resumption, h2: bool) -> Result<Arc<ClientConfig>, Error> {
    let provider = Arc::new(CryptoProvider {
        kx_groups: vec![kx_group::X25519, kx_group::SECP256R1, kx_group::SECP384R1],
        ..aws_lc_rs::default_provider()
    });
    let mut config = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Believed(provider)))
        .with_no_client_auth();
    config.resumption = resumption;
    if h2 {
        config.alpn_protocols.push(b"h2".to_vec());
    }
    Ok(Arc::new(config))
}

/// The library's own store keeps eight tickets, fewer than there are connections.
#[derive(Debug, Default)]
struct Tickets {
    tickets: Mutex<Vec<Tls13ClientSessionValue>>,
}

/// More than any number of connections that ask at once.
const KEPT: usize = 1024;

impl ClientSessionStore for Tickets {
    fn set_kx_hint(&self, _server: ServerName<'static>, _group: NamedGroup) {}

    fn kx_hint(&self, _server: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _server: ServerName<'static>, _value: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _server: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _server: ServerName<'static>, value: Tls13ClientSessionValue) {
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        if tickets.len() < KEPT {
            tickets.push(value);
        }
    }

    fn take_tls13_ticket(&self, _server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.pop()
    }
}

#[derive(Debug)]
struct Believed(Arc<CryptoProvider>);

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

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
