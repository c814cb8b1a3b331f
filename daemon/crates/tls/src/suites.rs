//! Cipher suites, groups and versions of a configuration, as the library knows them.

use crate::schedule::{self, Schedule};
use config::haproxy::model::{CipherSuite, Curve, TlsSettings};
use rustls::crypto::aws_lc_rs::{self, cipher_suite as suites, kx_group};
use rustls::crypto::{CipherSuiteCommon, CryptoProvider, SupportedKxGroup};
use rustls::version::{TLS12, TLS13};
use rustls::{SupportedCipherSuite, SupportedProtocolVersion, Tls13CipherSuite};
use std::sync::{Arc, OnceLock};

pub fn provider(settings: &TlsSettings) -> Arc<CryptoProvider> {
    let suites13 = settings.ciphersuites.as_deref();
    let suites12 = settings.ciphers.as_deref();
    let suites = suites13
        .unwrap_or(&CipherSuite::TLS13)
        .iter()
        .chain(suites12.unwrap_or(&CipherSuite::TLS12));
    let mut provider = CryptoProvider {
        cipher_suites: suites.map(|one| suite(*one)).collect(),
        ..aws_lc_rs::default_provider()
    };
    if let Some(curves) = &settings.curves {
        provider.kx_groups = curves.iter().map(|one| group(*one)).collect();
    }
    Arc::new(provider)
}

pub fn versions(settings: &TlsSettings) -> Vec<&'static SupportedProtocolVersion> {
    let (tls12, tls13) = settings.versions();
    let all = [(tls13, &TLS13), (tls12, &TLS12)];
    let spoken = all.into_iter().filter(|(spoken, _)| *spoken);
    spoken.map(|(_, version)| version).collect()
}

fn suite(one: CipherSuite) -> SupportedCipherSuite {
    use CipherSuite as C;
    match one {
        C::Aes128Gcm => {
            static MADE: OnceLock<Tls13CipherSuite> = OnceLock::new();
            scheduled(suites::TLS13_AES_128_GCM_SHA256, &MADE, &schedule::SHA256)
        }
        C::Aes256Gcm => {
            static MADE: OnceLock<Tls13CipherSuite> = OnceLock::new();
            scheduled(suites::TLS13_AES_256_GCM_SHA384, &MADE, &schedule::SHA384)
        }
        C::Chacha20Poly1305 => {
            static MADE: OnceLock<Tls13CipherSuite> = OnceLock::new();
            scheduled(
                suites::TLS13_CHACHA20_POLY1305_SHA256,
                &MADE,
                &schedule::SHA256,
            )
        }
        C::EcdheEcdsaAes128Gcm => suites::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        C::EcdheEcdsaAes256Gcm => suites::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        C::EcdheEcdsaChacha20Poly1305 => suites::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        C::EcdheRsaAes128Gcm => suites::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        C::EcdheRsaAes256Gcm => suites::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        C::EcdheRsaChacha20Poly1305 => suites::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    }
}

/// The library's suite with our key schedule.
fn scheduled(
    suite: SupportedCipherSuite,
    made: &'static OnceLock<Tls13CipherSuite>,
    schedule: &'static Schedule,
) -> SupportedCipherSuite {
    let SupportedCipherSuite::Tls13(known) = suite else {
        return suite;
    };
    SupportedCipherSuite::Tls13(made.get_or_init(|| Tls13CipherSuite {
        common: CipherSuiteCommon { ..known.common },
        hkdf_provider: schedule,
        aead_alg: known.aead_alg,
        quic: None,
    }))
}

fn group(one: Curve) -> &'static dyn SupportedKxGroup {
    match one {
        Curve::X25519MlKem768 => kx_group::X25519MLKEM768,
        Curve::X25519 => kx_group::X25519,
        Curve::P256 => kx_group::SECP256R1,
        Curve::P384 => kx_group::SECP384R1,
    }
}

/// OpenSSL's name of a suite that was agreed on.
pub fn name(suite: SupportedCipherSuite) -> &'static str {
    let number = u16::from(suite.suite());
    CipherSuite::numbered(number).map_or("", CipherSuite::name)
}
