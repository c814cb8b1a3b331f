//! Which certificates there are, and what each says.

use crate::certificate::{Beside, Certificate};
use crate::error::Problem;
use crate::facts::Facts;
use crate::pem::Pem;
use crate::staple::Staple;
use crate::store::{Files, Store};
use rustls::SignatureAlgorithm;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A certificate that some line shows.
#[derive(Debug, Clone)]
pub struct Described {
    /// Its file.
    pub path: String,
    /// It is shown to clients by this many lines.
    pub lines: usize,
    pub facts: Arc<Facts>,
    /// The certificates behind it, as they are sent.
    pub chain: Vec<Facts>,
    pub key: KeyKind,
    pub sha1: [u8; 20],
    pub sha256: [u8; 32],
    /// The OCSP response that is sent with it.
    pub staple: Option<Arc<Staple>>,
    /// Why the one beside it is not.
    pub unstapled: Option<Problem>,
}

/// `RSA2048`, `EC256`, `ED25519`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Rsa(usize),
    Curve(usize),
    Ed25519,
    Other,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "RSA{bits}"),
            Self::Curve(bits) => write!(f, "EC{bits}"),
            Self::Ed25519 => f.write_str("ED25519"),
            Self::Other => f.write_str("unknown"),
        }
    }
}

impl KeyKind {
    fn of(kind: SignatureAlgorithm, facts: &Facts) -> Self {
        match kind {
            SignatureAlgorithm::RSA => Self::Rsa(facts.key_bits()),
            SignatureAlgorithm::ECDSA => Self::Curve(facts.key_bits()),
            SignatureAlgorithm::ED25519 => Self::Ed25519,
            _ => Self::Other,
        }
    }
}

impl Store {
    /// The certificates that lines show now, in the order of their paths.
    pub fn list(&self, files: &Files) -> Vec<Described> {
        let mut paths: BTreeMap<String, (usize, Option<&Certificate>)> = BTreeMap::new();
        for one in self.accepting.iter().filter(|one| one.acceptor.is_used()) {
            for bundle in one.bundles(files) {
                let known = self.known(&bundle, files);
                let entry = paths.entry(bundle.certificate).or_insert((0, known));
                entry.0 += 1;
            }
        }
        let described = paths
            .into_iter()
            .filter_map(|(path, (lines, certificate))| Some(describe(path, lines, certificate?)));
        described.collect()
    }

    pub fn describe(&self, files: &Files, path: &str) -> Option<Described> {
        self.list(files).into_iter().find(|one| one.path == path)
    }
}

/// The certificates of authorities in a file.
pub fn authorities(path: &str, pem: &[u8]) -> Vec<Described> {
    let read = Pem::read(pem).unwrap_or_default();
    let each = read.certificates.iter().filter_map(|der| {
        let facts = Facts::read(der).ok()?;
        let kind = match facts.key_algorithm.as_str() {
            "rsaEncryption" => SignatureAlgorithm::RSA,
            "id-ecPublicKey" => SignatureAlgorithm::ECDSA,
            "ED25519" => SignatureAlgorithm::ED25519,
            _ => SignatureAlgorithm::Anonymous,
        };
        let key = KeyKind::of(kind, &facts);
        Some(bare(path.to_owned(), der, (Arc::new(facts), key)))
    });
    each.collect()
}

/// What a certificate's files hold, whoever uses them.
pub fn examined(path: &str, pem: &[u8], key: Option<&[u8]>) -> Option<Described> {
    let beside = Beside {
        key,
        ..Beside::default()
    };
    match Certificate::read(pem, beside) {
        Ok(certificate) => Some(describe(path.to_owned(), 0, &certificate)),
        Err(_) => authorities(path, pem).into_iter().next(),
    }
}

fn describe(path: String, lines: usize, certificate: &Certificate) -> Described {
    let chain = &certificate.certified.cert;
    let own = chain.first().map_or(&[][..], |der| der.as_ref());
    let key = KeyKind::of(certificate.kind, &certificate.facts);
    let chain = chain.iter().skip(1);
    let chain = chain.filter_map(|der| Facts::read(der).ok()).collect();
    let facts = certificate.facts.clone();
    let one = bare(path, own, (facts, key));
    Described {
        lines,
        chain,
        staple: certificate.staple.clone(),
        unstapled: certificate.unstapled.clone(),
        ..one
    }
}

/// A certificate by itself.
fn bare(path: String, own: &[u8], (facts, key): (Arc<Facts>, KeyKind)) -> Described {
    use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
    let (mut sha1, mut sha256) = ([0; 20], [0; 32]);
    sha1.copy_from_slice(digest(&SHA1_FOR_LEGACY_USE_ONLY, own).as_ref());
    sha256.copy_from_slice(digest(&SHA256, own).as_ref());
    Described {
        path,
        lines: 0,
        key,
        facts,
        chain: Vec::new(),
        sha1,
        sha256,
        staple: None,
        unstapled: None,
    }
}
