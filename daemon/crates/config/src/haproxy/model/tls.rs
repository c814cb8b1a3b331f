//! TLS on `bind` and `server` lines, read out of OpenSSL's names.

use super::Sample;
use crate::source::Spanned;
use std::collections::BTreeSet;
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlsVersion {
    /// RFC 5246
    Tls12,
    /// RFC 8446
    Tls13,
}

/// The cipher suites that are spoken (RFC 5289, 7905, 8446 B.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CipherSuite {
    Aes128Gcm,
    Aes256Gcm,
    Chacha20Poly1305,
    EcdheEcdsaAes128Gcm,
    EcdheEcdsaAes256Gcm,
    EcdheEcdsaChacha20Poly1305,
    EcdheRsaAes128Gcm,
    EcdheRsaAes256Gcm,
    EcdheRsaChacha20Poly1305,
}

/// Groups of the key exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Curve {
    X25519MlKem768,
    X25519,
    P256,
    P384,
}

/// `verify`: whether the other side has to show a certificate that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verify {
    None,
    Optional,
    Required,
}

/// `ca-ignore-err` and `crt-ignore-err`: numbers of OpenSSL's verification errors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum IgnoredErrors {
    #[default]
    None,
    All,
    These(BTreeSet<u32>),
}

impl IgnoredErrors {
    pub fn contains(&self, error: u32) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::These(these) => these.contains(&error),
        }
    }
}

/// What can be said of a line, of all lines (`ssl-default-…`), and of one certificate (`crt-list`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsSettings {
    pub alpn: Option<Vec<String>>,
    pub min_version: Option<TlsVersion>,
    pub max_version: Option<TlsVersion>,
    /// `ciphers`, the best first; `None`: all of TLS 1.2.
    pub ciphers: Option<Vec<CipherSuite>>,
    /// `ciphersuites`; `None`: all of TLS 1.3.
    pub ciphersuites: Option<Vec<CipherSuite>>,
    pub curves: Option<Vec<Curve>>,
    pub verify: Option<Spanned<Verify>>,
    /// Resolved by `ca-base`, as all paths here.
    pub ca_file: Option<Spanned<String>>,
    pub ca_verify_file: Option<Spanned<String>>,
    pub crl_file: Option<Spanned<String>>,
    /// `no-ca-names`: clients are not told whose certificates are wanted.
    pub no_ca_names: bool,
}

impl TlsSettings {
    /// What is not said here is taken from there.
    #[must_use]
    pub fn over(&self, base: &Self) -> Self {
        fn first<T: Clone>(own: Option<&T>, base: Option<&T>) -> Option<T> {
            own.or(base).cloned()
        }
        Self {
            alpn: first(self.alpn.as_ref(), base.alpn.as_ref()),
            min_version: self.min_version.or(base.min_version),
            max_version: self.max_version.or(base.max_version),
            ciphers: first(self.ciphers.as_ref(), base.ciphers.as_ref()),
            ciphersuites: first(self.ciphersuites.as_ref(), base.ciphersuites.as_ref()),
            curves: first(self.curves.as_ref(), base.curves.as_ref()),
            verify: first(self.verify.as_ref(), base.verify.as_ref()),
            ca_file: first(self.ca_file.as_ref(), base.ca_file.as_ref()),
            ca_verify_file: first(self.ca_verify_file.as_ref(), base.ca_verify_file.as_ref()),
            crl_file: first(self.crl_file.as_ref(), base.crl_file.as_ref()),
            no_ca_names: self.no_ca_names || base.no_ca_names,
        }
    }

    /// Whether TLS 1.2 and TLS 1.3 are spoken.
    pub fn versions(&self) -> (bool, bool) {
        let least = self.min_version.unwrap_or(TlsVersion::Tls12);
        let most = self.max_version.unwrap_or(TlsVersion::Tls13);
        let has = |version| least <= version && version <= most;
        (has(TlsVersion::Tls12), has(TlsVersion::Tls13))
    }

    /// Files that it names.
    pub fn files(&self) -> impl Iterator<Item = &Spanned<String>> {
        [&self.ca_file, &self.ca_verify_file, &self.crl_file]
            .into_iter()
            .flatten()
    }
}

/// `ssl` and its companions on a bind line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BindTls {
    /// `ssl` itself: without it the rest has no effect.
    pub enabled: bool,
    /// `crt` files or directories, in order.
    pub certificates: Vec<Spanned<String>>,
    /// `crt-list` files, in order, behind those.
    pub crt_lists: Vec<Spanned<String>>,
    pub settings: TlsSettings,
    /// `strict-sni`: no certificate for names that are not there.
    pub strict_sni: bool,
    pub prefer_client_ciphers: bool,
    /// `no-tls-tickets`
    pub no_tickets: bool,
    pub ticket_keys: Option<Spanned<String>>,
    /// `ca-ignore-err`, `crt-ignore-err`
    pub ignored_ca_errors: IgnoredErrors,
    pub ignored_crt_errors: IgnoredErrors,
}

/// `ssl` and its companions on a server line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ServerTls {
    /// `ssl`: connections that carry traffic speak TLS.
    pub enabled: bool,
    pub settings: TlsSettings,
    /// Shown when the server asks for a certificate.
    pub crt: Option<Spanned<String>>,
    pub sni: Option<Spanned<Sample>>,
    pub verifyhost: Option<Spanned<String>>,
    /// `no-ssl-reuse`
    pub no_reuse: bool,
    /// `no-tls-tickets`
    pub no_tickets: bool,
}

/// A line of a `crt-list` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCertificate {
    pub path: Spanned<String>,
    pub settings: TlsSettings,
    /// Names, `*.name`, and both with `!` before them, in lower case.
    pub filters: Vec<String>,
}

/// `ssl-load-extra-files`: which files beside a certificate's belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // Each is a word of its own.
pub struct ExtraFiles {
    /// `.rsa`, `.ecdsa`, `.dsa`
    pub bundle: bool,
    /// `.sctl`
    pub timestamps: bool,
    /// `.ocsp`
    pub ocsp: bool,
    /// `.issuer`
    pub issuer: bool,
    /// `.key`
    pub key: bool,
    /// `ssl-load-extra-del-ext`: the extension makes place for the other.
    pub replaces: bool,
}

impl Default for ExtraFiles {
    fn default() -> Self {
        Self {
            bundle: true,
            timestamps: true,
            ocsp: true,
            issuer: true,
            key: true,
            replaces: false,
        }
    }
}

/// What `global` says of all lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsDefaults {
    /// `ssl-default-bind-…`
    pub bind: TlsSettings,
    pub prefer_client_ciphers: bool,
    pub bind_no_tickets: bool,
    pub strict_sni: bool,
    /// `ssl-default-server-…`
    pub server: TlsSettings,
    pub server_no_tickets: bool,
    /// `ssl-server-verify none`: servers are not verified unless their lines say so.
    pub trusts_servers: bool,
    pub extra_files: ExtraFiles,
}

impl CipherSuite {
    pub const TLS13: [Self; 3] = [Self::Aes256Gcm, Self::Chacha20Poly1305, Self::Aes128Gcm];
    pub const TLS12: [Self; 6] = [
        Self::EcdheEcdsaAes256Gcm,
        Self::EcdheRsaAes256Gcm,
        Self::EcdheEcdsaChacha20Poly1305,
        Self::EcdheRsaChacha20Poly1305,
        Self::EcdheEcdsaAes128Gcm,
        Self::EcdheRsaAes128Gcm,
    ];

    /// OpenSSL's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aes128Gcm => "TLS_AES_128_GCM_SHA256",
            Self::Aes256Gcm => "TLS_AES_256_GCM_SHA384",
            Self::Chacha20Poly1305 => "TLS_CHACHA20_POLY1305_SHA256",
            Self::EcdheEcdsaAes128Gcm => "ECDHE-ECDSA-AES128-GCM-SHA256",
            Self::EcdheEcdsaAes256Gcm => "ECDHE-ECDSA-AES256-GCM-SHA384",
            Self::EcdheEcdsaChacha20Poly1305 => "ECDHE-ECDSA-CHACHA20-POLY1305",
            Self::EcdheRsaAes128Gcm => "ECDHE-RSA-AES128-GCM-SHA256",
            Self::EcdheRsaAes256Gcm => "ECDHE-RSA-AES256-GCM-SHA384",
            Self::EcdheRsaChacha20Poly1305 => "ECDHE-RSA-CHACHA20-POLY1305",
        }
    }

    /// The number that stands for it in a hello.
    pub fn number(self) -> u16 {
        match self {
            Self::Aes128Gcm => 0x1301,
            Self::Aes256Gcm => 0x1302,
            Self::Chacha20Poly1305 => 0x1303,
            Self::EcdheEcdsaAes128Gcm => 0xc02b,
            Self::EcdheEcdsaAes256Gcm => 0xc02c,
            Self::EcdheEcdsaChacha20Poly1305 => 0xcca9,
            Self::EcdheRsaAes128Gcm => 0xc02f,
            Self::EcdheRsaAes256Gcm => 0xc030,
            Self::EcdheRsaChacha20Poly1305 => 0xcca8,
        }
    }

    /// The one of that number.
    pub fn numbered(number: u16) -> Option<Self> {
        let all = Self::TLS13.into_iter().chain(Self::TLS12);
        all.into_iter().find(|suite| suite.number() == number)
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        })
    }
}
