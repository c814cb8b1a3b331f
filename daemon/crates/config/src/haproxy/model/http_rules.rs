//! `http-request`, `http-response`, `http-after-response`, `redirect`, `use_backend`, `use-server`.

use super::{Condition, DoResolve, Effect, Format, ProxyName, ReturnBody, ServerName};
use crate::source::{Location, Spanned};

/// One rule; without a condition it always applies. Rules run in order; a final action ends.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRule {
    pub action: Spanned<HttpAction>,
    pub condition: Option<Condition>,
    /// For `last_rule_file` and `last_rule_line`; the lines `redirect …` are not told of.
    pub location: Option<Location>,
}

impl HttpRule {
    /// A line `redirect …`, not one of `http-request`.
    pub fn is_bare_redirect(&self) -> bool {
        self.location.is_none()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum HttpAction {
    SetHeader {
        name: Spanned<String>,
        value: Format,
    },
    AddHeader {
        name: Spanned<String>,
        value: Format,
    },
    DelHeader {
        name: Spanned<String>,
        matching: NameMatch,
    },
    /// Regex over the whole line / over each comma separated value.
    ReplaceHeader {
        name: Spanned<String>,
        regex: Spanned<String>,
        value: Format,
    },
    ReplaceValue {
        name: Spanned<String>,
        regex: Spanned<String>,
        value: Format,
    },
    SetMethod(Format),
    /// The path, query string left alone.
    SetPath(Format),
    ReplacePath {
        regex: Spanned<String>,
        value: Format,
    },
    /// Path and query string.
    SetPathQuery(Format),
    ReplacePathQuery {
        regex: Spanned<String>,
        value: Format,
    },
    ReplaceUri {
        regex: Spanned<String>,
        value: Format,
    },
    SetQuery(Format),
    SetUri(Format),
    NormalizeUri(Normalizer),
    /// Status of the answer (http-response).
    SetStatus {
        status: Spanned<u16>,
        reason: Option<Spanned<String>>,
    },
    /// Variables, captures, counters.
    Effect(Effect),
    Resolve(DoResolve),
    /// Final: 401 or 407 with a challenge.
    Auth {
        realm: Option<Format>,
    },

    /// `use-service prometheus-exporter`: final, all that is counted as metrics.
    Exporter,
    /// `wait-for-body time T [at-least N]`; 0 wants all of it.
    WaitForBody {
        time: std::time::Duration,
        at_least: u64,
    },
    /// Final: stop here and let it pass.
    Allow,
    /// Final: 403 unless said otherwise (502 for a response).
    Deny(Reply),
    /// Final: the answer is held back for `timeout tarpit`.
    Tarpit(Reply),
    /// Final: the connection goes without an answer.
    SilentDrop,
    Redirect(Redirect),
    /// Final: an answer of our own.
    Return(Reply),
    /// `reject`: final, the connection closes without an answer.
    Reject,
}

/// `normalize-uri`: what is spelt in one way (RFC 3986 §6.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalizer {
    FragmentEncode,
    FragmentStrip,
    MergeSlashes,
    StripDot,
    /// `full`: also those at the front.
    StripDotDot {
        full: bool,
    },
    /// `strict`: what is no escape is refused with 400.
    DecodeUnreserved {
        strict: bool,
    },
    Uppercase {
        strict: bool,
    },
    SortQuery,
}

/// How `del-header` compares names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameMatch {
    Whole,
    Beginning,
    End,
    Part,
    /// A regular expression over the name in lower case.
    Regex,
}

/// A status, and what is sent with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: Spanned<u16>,
    pub body: Option<ReturnBody>,
    pub headers: Vec<(Spanned<String>, Format)>,
}

/// `redirect KIND VALUE [code C] [drop-query] [append-slash] [set-cookie …]`
#[derive(Debug, Clone, PartialEq)]
pub struct Redirect {
    pub kind: RedirectKind,
    /// 301, 302 (default), 303, 307 or 308.
    pub code: Spanned<u16>,
    pub drop_query: bool,
    pub append_slash: bool,
    /// `ignore-empty`: no redirect when the location comes out empty.
    pub ignore_empty: bool,
    pub set_cookie: Option<Spanned<String>>,
    pub clear_cookie: Option<Spanned<String>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RedirectKind {
    Location(Format),
    Prefix(Format),
    /// Same host and URI, other scheme.
    Scheme(Format),
}

impl RedirectKind {
    pub fn format(&self) -> &Format {
        match self {
            Self::Location(format) | Self::Prefix(format) | Self::Scheme(format) => format,
        }
    }
}

/// `use_backend NAME [if COND]`; the first that holds wins.
#[derive(Debug, Clone, PartialEq)]
pub struct UseBackend {
    /// The name as written.
    pub target: Spanned<ProxyName>,
    /// A name that depends on the request; when there is no such backend, the rule is passed over.
    pub computed: Option<Format>,
    pub condition: Option<Condition>,
}

/// `ignore-persist if COND`, `force-persist if COND`
#[derive(Debug, Clone, PartialEq)]
pub struct PersistRule {
    /// A server that is down gets its requests, too; else no server is remembered.
    pub force: bool,
    pub condition: Condition,
}

/// `use-server NAME if COND`
#[derive(Debug, Clone, PartialEq)]
pub struct UseServer {
    /// The name as written.
    pub target: Spanned<ServerName>,
    /// A name that depends on the request; when there is no such server, none is chosen by rule.
    pub computed: Option<Format>,
    pub condition: Option<Condition>,
}
