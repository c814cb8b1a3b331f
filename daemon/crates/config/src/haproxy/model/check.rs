//! What a health check does: `option httpchk`, `http-check …`, `tcp-check …`, and the checks for
//! well-known protocols.

use crate::source::Spanned;
use std::net::SocketAddr;
use std::ops::RangeInclusive;

#[derive(Debug, Clone, PartialEq, Default)]
pub enum HealthCheck {
    /// A connection that opens is a success.
    #[default]
    Tcp,
    Http(Box<HttpCheck>),
    /// `option httpchk` with `http-check connect` lines.
    HttpSteps(Vec<HttpStep>),
    /// `option tcp-check` with `tcp-check` lines.
    Steps(Vec<CheckStep>),
    /// `option mysql-check` and its like.
    Protocol(CheckProtocol),
}

/// A connection, or a request over it with what its answer must look like.
#[derive(Debug, Clone, PartialEq)]
pub enum HttpStep {
    Connect(CheckConnect),
    Exchange(Box<HttpCheck>),
}

/// One `tcp-check` line.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckStep {
    pub action: CheckAction,
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CheckAction {
    Connect(CheckConnect),
    Send(Vec<u8>),
    Expect(Box<ContentExpect>),
    /// `tcp-check comment`
    Nothing,
}

/// `tcp-check connect`: what is not given is as the server line says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckConnect {
    pub port: Option<u16>,
    pub address: Option<SocketAddr>,
    pub send_proxy: bool,
    pub linger: bool,
}

/// `tcp-check expect`
#[derive(Debug, Clone, PartialEq)]
pub struct ContentExpect {
    pub negated: bool,
    pub content: ExpectedContent,
    pub min_recv: usize,
    /// Codes such as `L7STS`, known to be statuses of checks.
    pub ok_status: Option<String>,
    pub error_status: Option<String>,
    pub timeout_status: Option<String>,
    pub on_success: Option<String>,
    pub on_error: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectedContent {
    Text(String),
    /// Known to compile.
    Regex(String),
    Binary(Vec<u8>),
    BinaryRegex(String),
}

/// A protocol whose servers are asked in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckProtocol {
    /// Without a user only the greeting is looked at. `old`: for servers before 4.1.
    Mysql {
        user: Option<String>,
        old: bool,
    },
    Pgsql {
        user: String,
    },
    Redis,
    /// `HELO` or `EHLO`, and the domain.
    Smtp {
        greeting: String,
        domain: String,
    },
    Tls,
    Ldap,
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
    /// Told in the log when it does not hold.
    pub comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectKind {
    Status(Vec<RangeInclusive<u16>>),
    StatusRegex(String),
    /// The body contains this text.
    Text(String),
    BodyRegex(String),
}
