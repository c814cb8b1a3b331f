//! Keywords whose values are secret: no finding ever quotes them.
//!
//! Kept apart from the status rows, because a value is as secret behind a keyword that is refused
//! or unknown to the daemon as behind one that it reads.

/// What of the words behind a keyword is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everything up to the end of the line.
    Rest,
    /// Of `user:password` and what follows it, everything but the user.
    Credentials,
}

/// One keyword with a secret behind it.
#[derive(Debug, Clone, Copy)]
pub struct Secret {
    /// The word that must stand in front, where the keyword alone has other meanings too.
    pub behind: Option<&'static str>,
    pub keyword: &'static str,
    pub reach: Reach,
}

const fn rest(keyword: &'static str) -> Secret {
    Secret {
        behind: None,
        keyword,
        reach: Reach::Rest,
    }
}

pub static HAPROXY: &[Secret] = &[
    Secret {
        behind: Some("stats"),
        keyword: "auth",
        reach: Reach::Credentials,
    },
    // userlist: user NAME password HASH | insecure-password TEXT
    rest("password"),
    rest("insecure-password"),
    rest("dynamic-cookie-key"),
    rest("cluster-secret"),
    rest("anonkey"),
    rest("ca-sign-pass"),
];

pub static KEEPALIVED: &[Secret] = &[
    rest("auth_pass"),
    rest("auth_hmac"),
    // SSL { password … }
    rest("password"),
];

/// Header fields that carry credentials, in rules, checks and ACLs.
pub static HEADERS: &[&str] = &["authorization"];

/// Converters that take a key as an argument.
pub static KEYED_CONVERTERS: &[&str] = &["hmac(", "aes_gcm_dec(", "aes_gcm_enc(", "jwt_verify("];

/// Whether something of this name holds a secret: definitions, variables, header fields, `NAME=…`.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts = ["pass", "pwd", "secret", "token", "credential", "key"];
    parts.iter().any(|part| name.contains(part))
}
