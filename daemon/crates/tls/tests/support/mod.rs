//! Certificates made on the spot, and both ends of a handshake in memory.
#![allow(dead_code)] // each test file uses its part

use config::haproxy::model::{BindTls, ServerTls};
use config::{Options, Source, haproxy};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519, PKCS_RSA_SHA256,
    RevokedCertParams, SerialNumber, SignatureAlgorithm, date_time_ymd,
};
use std::sync::Arc;
use tls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tls::rustls::crypto::aws_lc_rs::default_provider;
use tls::rustls::pki_types::pem::PemObject as _;
use tls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tls::rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, ServerConnection, SignatureScheme,
};
use tls::{Acceptor, Facts, Files, Line};

pub struct Issued {
    pub certificate: String,
    pub key: String,
    issuer: Option<Issuer<'static, KeyPair>>,
}

impl Issued {
    pub fn pem(&self) -> String {
        format!("{}{}", self.certificate, self.key)
    }

    pub fn issue(&self, kind: &str, names: &[&str]) -> Issued {
        let key = key(kind);
        let issuer = self.issuer.as_ref().expect("an authority");
        let certificate = params(names).signed_by(&key, issuer).unwrap();
        Issued {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            issuer: None,
        }
    }
}

fn algorithm(kind: &str) -> &'static SignatureAlgorithm {
    match kind {
        "p256" => &PKCS_ECDSA_P256_SHA256,
        "p384" => &PKCS_ECDSA_P384_SHA384,
        "p521" => &PKCS_ECDSA_P521_SHA512,
        "ed25519" => &PKCS_ED25519,
        _ => &PKCS_RSA_SHA256,
    }
}

fn key(kind: &str) -> KeyPair {
    KeyPair::generate_for(algorithm(kind)).unwrap()
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names.clone()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, names[0].clone());
    params
}

/// Signed by itself.
pub fn issue(kind: &str, names: &[&str]) -> Issued {
    let key = key(kind);
    let certificate = params(names).self_signed(&key).unwrap();
    Issued {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
        issuer: None,
    }
}

pub fn authority(name: &str) -> Issued {
    let key = key("p256");
    let mut params = params(&[name]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(&key).unwrap();
    Issued {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
        issuer: Some(Issuer::new(params, key)),
    }
}

/// The key as `BEGIN RSA PRIVATE KEY` or `BEGIN EC PRIVATE KEY`, as openssl(1) writes it; where it
/// has no such form, as it is.
pub fn old_form(kind: &str, key: &str) -> String {
    if kind == "ed25519" {
        return key.to_owned();
    }
    let mut openssl = std::process::Command::new("openssl")
        .args(["pkey", "-traditional"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the Debian package openssl");
    let mut input = openssl.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, key.as_bytes()).unwrap();
    drop(input);
    let output = openssl.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("RSA PRIVATE KEY") || text.contains("EC PRIVATE KEY"),
        "{text}"
    );
    text
}

pub fn files<'t>(texts: impl IntoIterator<Item = (&'t str, &'t str)>) -> Files {
    let texts = texts.into_iter();
    texts
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .collect()
}

/// What the words behind `bind :443 ssl` come to.
pub fn bind(words: &str) -> BindTls {
    let text = format!(
        "frontend f\n timeout client 1s\n bind :443 ssl {words}\n default_backend b\nbackend b\n \
         timeout connect 1s\n timeout server 1s\n server s 127.0.0.1:1\n"
    );
    let parsed = haproxy::parse(&[Source::new("t.cfg", text)], &Options::default());
    assert!(parsed.is_valid(), "{:?}", parsed.diagnostics);
    let tls = parsed.config.proxies[0].binds[0].tls.clone();
    *tls.expect("ssl")
}

pub fn line_of(tls: &BindTls, files: &Files) -> Line {
    let global = haproxy::model::Global::default();
    Line::read(tls, &global, files).unwrap_or_else(|why| panic!("{why:?}"))
}

/// Takes whatever is shown: which one that is, is what tests ask.
#[derive(Debug)]
struct Anything(Vec<SignatureScheme>);

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = default_provider().signature_verification_algorithms;
        tls::rustls::crypto::verify_tls12_signature(message, cert, dss, &known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = default_provider().signature_verification_algorithms;
        tls::rustls::crypto::verify_tls13_signature(message, cert, dss, &known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.clone()
    }
}

fn with_schemes(schemes: Vec<SignatureScheme>) -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anything(schemes)))
        .with_no_client_auth()
}

fn all_schemes() -> Vec<SignatureScheme> {
    let known = default_provider().signature_verification_algorithms;
    known.supported_schemes()
}

pub fn client() -> ClientConfig {
    with_schemes(all_schemes())
}

pub fn client_of_rsa() -> ClientConfig {
    with_schemes(vec![
        SignatureScheme::RSA_PSS_SHA256,
        SignatureScheme::RSA_PKCS1_SHA256,
    ])
}

/// A client that shows this when it is asked.
pub fn with_certificate(own: &Issued) -> ClientConfig {
    let config = client();
    let chain = vec![CertificateDer::from_pem_slice(own.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(own.key.as_bytes()).unwrap();
    ClientConfig::builder_with_provider(config.crypto_provider().clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anything(all_schemes())))
        .with_client_auth_cert(chain, key)
        .unwrap()
}

/// The authority's list with that certificate on it.
pub fn revocations(by: &Issued, what: &Issued) -> String {
    let der = CertificateDer::from_pem_slice(what.certificate.as_bytes()).unwrap();
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2020, 1, 1),
        next_update: date_time_ymd(4000, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from(Facts::read(&der).unwrap().serial),
            revocation_time: date_time_ymd(2020, 1, 1),
            reason_code: None,
            invalidity_date: None,
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let issuer = by.issuer.as_ref().expect("an authority");
    params.signed_by(issuer).unwrap().pem().unwrap()
}

/// What the words behind `server s 127.0.0.1:443 ssl` come to.
pub fn server(words: &str) -> ServerTls {
    let text = format!(
        "backend b\n timeout connect 1s\n timeout server 1s\n server s 127.0.0.1:443 ssl {words}\n"
    );
    let parsed = haproxy::parse(&[Source::new("t.cfg", text)], &Options::default());
    assert!(parsed.is_valid(), "{:?}", parsed.diagnostics);
    let tls = parsed.config.proxies[0].servers[0].tls.clone();
    *tls.expect("ssl")
}

#[derive(Debug)]
pub struct Outcome {
    /// The common name and the kind of key of what was shown.
    pub shown: String,
    pub kind: String,
    /// What the client has shown.
    pub client: Vec<CertificateDer<'static>>,
}

/// A whole handshake, or a word against it.
pub fn handshake(acceptor: &Acceptor, config: ClientConfig, name: &str) -> Result<Outcome, Error> {
    let asked = ServerName::try_from(name.to_owned()).unwrap();
    let client = ClientConnection::new(Arc::new(config), asked).unwrap();
    let (client, server) = shake(acceptor, client)?;
    let chain = client.peer_certificates().unwrap_or_default();
    let facts = Facts::read(&chain[0]).unwrap();
    let common = facts.subject.iter().find(|part| part.kind == "CN");
    Ok(Outcome {
        shown: String::from_utf8(common.unwrap().value.clone()).unwrap(),
        kind: facts.key_algorithm.clone(),
        client: server.peer_certificates().unwrap_or_default().to_vec(),
    })
}

/// The server's side of a connection with this client.
pub fn served(
    acceptor: &Acceptor,
    config: &Arc<ClientConfig>,
    name: &str,
) -> Result<ServerConnection, Error> {
    let asked = ServerName::try_from(name.to_owned()).unwrap();
    let client = ClientConnection::new(config.clone(), asked).unwrap();
    shake(acceptor, client).map(|(_, server)| server)
}

/// Both sides when they are done, tickets included.
pub fn shake(
    acceptor: &Acceptor,
    mut client: ClientConnection,
) -> Result<(ClientConnection, ServerConnection), Error> {
    let name = "a.example";
    let mut server = ServerConnection::new(acceptor.config(Some(name)))?;
    let mut bytes = Vec::new();
    while client.is_handshaking() || server.is_handshaking() || server.wants_write() {
        bytes.clear();
        client.write_tls(&mut bytes).unwrap();
        server.read_tls(&mut bytes.as_slice()).unwrap();
        server.process_new_packets()?;
        bytes.clear();
        server.write_tls(&mut bytes).unwrap();
        client.read_tls(&mut bytes.as_slice()).unwrap();
        client.process_new_packets()?;
    }
    Ok((client, server))
}
