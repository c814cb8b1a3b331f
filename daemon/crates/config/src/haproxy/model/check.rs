//! What a health check does: `option httpchk`, `http-check …`, `tcp-check …`, and the checks for
//! well-known protocols.

use super::{Effect, Format, Sample};
use crate::source::Spanned;
use std::net::SocketAddr;
use std::ops::RangeInclusive;

#[derive(Debug, Clone, PartialEq, Default)]
pub enum HealthCheck {
    /// A connection that opens is a success.
    #[default]
    Tcp,
    /// `option httpchk` with `http-check` lines, and what they leave unsaid.
    Http(Vec<CheckStep>),
    /// `option tcp-check` with `tcp-check` lines.
    Steps(Vec<CheckStep>),
    /// `option mysql-check` and its like.
    Protocol(CheckProtocol),
    /// `option external-check`
    External(ExternalCheck),
}

/// A program that says how a server is, and the `PATH` that it gets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExternalCheck {
    pub command: Option<Spanned<String>>,
    pub path: Option<Spanned<String>>,
}

/// One `tcp-check` or `http-check` line.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckStep {
    pub action: CheckAction,
    /// Its own, or that of a `comment` line before it.
    pub comment: Option<String>,
    /// Position among the lines, those with comments alone included; from 1.
    pub number: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub enum CheckAction {
    Connect(CheckConnect),
    Send(CheckText),
    Request(Box<CheckRequest>),
    Expect(Box<CheckExpect>),
    /// `set-var`, `set-var-fmt`, `unset-var`
    Effect(Effect),
}

/// A text as it is written, or composed for each check.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckText {
    Fixed(Vec<u8>),
    Format(Format),
    /// What is composed are bytes in hexadecimal.
    Hexadecimal(Format),
}

/// `connect`: what is not given is as the server line says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CheckConnect {
    pub port: Option<CheckPort>,
    pub address: Option<SocketAddr>,
    pub send_proxy: bool,
    pub linger: bool,
    pub seal: CheckSeal,
}

/// Whether a check's connection goes through TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CheckSeal {
    /// `default`: as the server line says.
    AsServer,
    #[default]
    None,
    /// `ssl`, the name by `sni`, and the protocols by `alpn`; without these those of the line.
    Tls {
        name: Option<String>,
        alpn: Option<Vec<String>>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum CheckPort {
    Fixed(u16),
    Computed(Sample),
}

/// `http-check send`, with what `option httpchk` says.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckRequest {
    /// `OPTIONS` by default.
    pub method: Spanned<String>,
    /// `/` by default.
    pub uri: CheckText,
    /// `HTTP/1.0` by default.
    pub version: Spanned<String>,
    /// In order, `Host` included when given.
    pub headers: Vec<(Spanned<String>, Format)>,
    pub body: Option<CheckText>,
}

/// `tcp-check expect`, `http-check expect`
#[derive(Debug, Clone, PartialEq)]
pub struct CheckExpect {
    pub negated: bool,
    pub wanted: ExpectKind,
    /// `None`: as much as it takes.
    pub min_recv: Option<usize>,
    /// Codes such as `L7STS`, known to be statuses of checks.
    pub ok_status: Option<String>,
    pub error_status: Option<String>,
    pub timeout_status: Option<String>,
    pub on_success: Option<Format>,
    pub on_error: Option<Format>,
    pub status_code: Option<Sample>,
}

impl HealthCheck {
    /// Steps of it open connections by `connect ssl`.
    pub fn seals(&self) -> bool {
        let (Self::Http(steps) | Self::Steps(steps)) = self else {
            return false;
        };
        steps.iter().any(|step| {
            matches!(&step.action, CheckAction::Connect(to) if matches!(to.seal, CheckSeal::Tls { .. }))
        })
    }
}

impl CheckExpect {
    /// This, and nothing else is said about it.
    pub fn of(wanted: ExpectKind) -> Self {
        Self {
            negated: false,
            wanted,
            min_recv: None,
            ok_status: None,
            error_status: None,
            timeout_status: None,
            on_success: None,
            on_error: None,
            status_code: None,
        }
    }
}

/// What is expected; expressions are known to compile.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectKind {
    Status(Vec<RangeInclusive<u16>>),
    StatusRegex(String),
    /// `hdr`, `fhdr`
    Header(Box<ExpectHeader>),
    Text(CheckText),
    Regex(String),
    Binary(CheckText),
    /// Matched against the bytes in hexadecimal.
    BinaryRegex(String),
}

#[derive(Debug, Clone, PartialEq)]
pub struct ExpectHeader {
    pub name: ExpectMatch,
    pub value: Option<ExpectMatch>,
    /// `fhdr`: the value as a whole, commas included.
    pub full_line: bool,
}

/// `[-m METHOD] PATTERN`
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectMatch {
    Whole(CheckText),
    Beginning(CheckText),
    End(CheckText),
    Part(CheckText),
    Regex(String),
}

impl ExpectKind {
    /// Texts that may be composed.
    pub fn texts(&self) -> Vec<&CheckText> {
        match self {
            Self::Text(text) | Self::Binary(text) => vec![text],
            Self::Header(header) => {
                let texts = [Some(&header.name), header.value.as_ref()].into_iter();
                texts.flatten().filter_map(ExpectMatch::text).collect()
            }
            Self::Status(_) | Self::StatusRegex(_) | Self::Regex(_) | Self::BinaryRegex(_) => {
                Vec::new()
            }
        }
    }
}

impl ExpectMatch {
    fn text(&self) -> Option<&CheckText> {
        match self {
            Self::Whole(text) | Self::Beginning(text) | Self::End(text) | Self::Part(text) => {
                Some(text)
            }
            Self::Regex(_) => None,
        }
    }
}

impl HealthCheck {
    /// The steps that were written, or that lines stand for.
    pub fn steps(&self) -> &[CheckStep] {
        match self {
            Self::Http(steps) | Self::Steps(steps) => steps,
            Self::Tcp | Self::Protocol(_) | Self::External(_) => &[],
        }
    }
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
