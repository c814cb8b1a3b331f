//! Which certificates there are, and what each says.

use crate::certificate::Certificate;
use crate::facts::Facts;
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
    /// An OCSP response is sent with it.
    pub stapled: bool,
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

fn describe(path: String, lines: usize, certificate: &Certificate) -> Described {
    use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
    let chain = &certificate.certified.cert;
    let own = chain.first().map_or(&[][..], |der| der.as_ref());
    let (mut sha1, mut sha256) = ([0; 20], [0; 32]);
    sha1.copy_from_slice(digest(&SHA1_FOR_LEGACY_USE_ONLY, own).as_ref());
    sha256.copy_from_slice(digest(&SHA256, own).as_ref());
    Described {
        path,
        lines,
        key: KeyKind::of(certificate.kind, &certificate.facts),
        facts: certificate.facts.clone(),
        chain: chain
            .iter()
            .skip(1)
            .filter_map(|der| Facts::read(der).ok())
            .collect(),
        sha1,
        sha256,
        stapled: certificate.certified.ocsp.is_some(),
    }
}
