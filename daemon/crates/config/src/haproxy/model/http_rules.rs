//! `http-request`, `http-response`, `redirect`, `use_backend`, `use-server`.

use super::{Condition, Format, ProxyName, ServerName};
use crate::source::Spanned;

/// One rule; without a condition it always applies. Rules run in order; a final action ends.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRule {
    pub action: Spanned<HttpAction>,
    pub condition: Option<Condition>,
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
        prefix: bool,
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
    SetQuery(Format),
    SetUri(Format),
    /// Status of the answer (http-response).
    SetStatus {
        status: Spanned<u16>,
        reason: Option<Spanned<String>>,
    },
    /// `set-var(SCOPE.NAME) EXPR`, as written.
    SetVar {
        name: Spanned<String>,
        value: super::Sample,
    },
    SetLogLevel(Spanned<String>),
    SetSrc(super::Sample),

    /// Final: stop here and let it pass.
    Allow,
    /// Final: 403 unless said otherwise (502 for a response).
    Deny {
        status: Spanned<u16>,
    },
    /// Final: the answer is held back for `timeout tarpit`.
    Tarpit {
        status: Spanned<u16>,
    },
    /// Final: the connection goes without an answer.
    SilentDrop,
    Redirect(Redirect),
    /// Final: an answer of our own.
    Return {
        status: Spanned<u16>,
        body: Option<ReturnBody>,
        headers: Vec<(Spanned<String>, Format)>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct ReturnBody {
    pub content_type: Option<Spanned<String>>,
    pub text: Format,
}

/// `redirect KIND VALUE [code C] [drop-query] [append-slash] [set-cookie …]`
#[derive(Debug, Clone, PartialEq)]
pub struct Redirect {
    pub kind: RedirectKind,
    /// 301, 302 (default), 303, 307 or 308.
    pub code: Spanned<u16>,
    pub drop_query: bool,
    pub append_slash: bool,
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

/// `use_backend NAME [if COND]`; the first that holds wins.
#[derive(Debug, Clone, PartialEq)]
pub struct UseBackend {
    pub target: Spanned<ProxyName>,
    pub condition: Option<Condition>,
}

/// `use-server NAME if COND`
#[derive(Debug, Clone, PartialEq)]
pub struct UseServer {
    pub target: Spanned<ServerName>,
    pub condition: Option<Condition>,
}
