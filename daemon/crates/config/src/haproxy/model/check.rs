//! What a health check does: `option httpchk`, `http-check …`.

use crate::source::Spanned;
use std::ops::RangeInclusive;

#[derive(Debug, Clone, PartialEq, Default)]
pub enum HealthCheck {
    /// A connection that opens is a success.
    #[default]
    Tcp,
    Http(Box<HttpCheck>),
}

/// One request and what its answer must look like.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpCheck {
    /// `OPTIONS` by default.
    pub method: Spanned<String>,
    /// `/` by default.
    pub uri: Spanned<String>,
    /// `HTTP/1.0` by default.
    pub version: Spanned<String>,
    /// Header lines in order, `Host` included when given.
    pub headers: Vec<(Spanned<String>, Spanned<String>)>,
    pub body: Option<Spanned<String>>,
    /// All must hold; empty = any status 200–399.
    pub expect: Vec<Spanned<Expect>>,
}

/// `http-check expect [!] KIND PATTERN`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    pub negated: bool,
    pub kind: ExpectKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectKind {
    Status(Vec<RangeInclusive<u16>>),
    StatusRegex(String),
    /// The body contains this text.
    Text(String),
    BodyRegex(String),
}
