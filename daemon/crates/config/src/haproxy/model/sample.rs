//! Sample expressions (`FETCH,CONVERTER(…)`) and format strings (`text %[expr] %ci`).

use crate::source::Spanned;

/// A fetch and the converters behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub fetch: Spanned<Fetch>,
    pub converters: Vec<Spanned<Converter>>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch {
    AlwaysTrue,
    AlwaysFalse,
    /// `int(N)`, `bool(B)`, `str(S)`
    Int(i64),
    Bool(bool),
    Str(String),

    Src,
    SrcPort,
    Dst,
    DstPort,
    /// True when the client's connection is TLS.
    SslFc,
    SslFcSni,
    /// SNI of a ClientHello that passes through in tcp mode.
    ReqSslSni,
    ReqSslHelloType,

    Method,
    /// Path without the query string.
    Path,
    /// Path with the query string.
    PathQuery,
    Url,
    Query,
    /// Host and path.
    Base,
    /// `1.0`, `1.1`
    ReqVersion,
    /// `hdr`, `req.hdr` (comma separated values each by itself), `req.fhdr` (whole lines).
    ReqHeader(HeaderFetch),
    /// `res.hdr`, `res.fhdr`
    ResHeader(HeaderFetch),
    ReqHeaderCount(Option<String>),
    ResHeaderCount(Option<String>),
    /// `req.cook(NAME)`
    ReqCookie(String),
    /// `res.cook(NAME)`
    ResCookie(String),
    UrlParam(String),
    /// Status of the answer.
    Status,

    /// Usable servers of a backend; of the current one when empty.
    NbSrv(Option<String>),
    FeConn(Option<String>),
    BeConn(Option<String>),
    /// Rate of new sessions.
    FeSessRate(Option<String>),
    BeSessRate(Option<String>),
    /// Name of the frontend, backend, server.
    FeName,
    BeName,
    SrvName,
    SrvIsUp(String),
    UniqueId,
    Rand(Option<u32>),
    /// Seconds since 1970, with an offset.
    Date(i64),
    Hostname,
    /// `var(txn.name)`
    Var(String),
    /// Value of an environment variable, already taken from the injected map.
    Env(String),
    /// Any other fetch of the support table, its arguments checked against its signature.
    Other {
        name: String,
        arguments: Vec<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderFetch {
    /// `None` = any header (`hdr` without a name).
    pub name: Option<String>,
    /// From 1; negative from the end; `None` = each in turn (ACL) or the last (elsewhere).
    pub occurrence: Option<i32>,
    /// `fhdr`: the whole line, commas included.
    pub full_line: bool,
}

/// A step that changes a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Converter {
    Lower,
    Upper,
    Length,
    /// `map…(FILE[,DEFAULT])`: the name, the file, what is given when no key matches.
    Map {
        name: String,
        file: Spanned<String>,
        default: Option<String>,
    },
    /// Any other of the support table, its arguments checked against its signature.
    Other {
        name: String,
        arguments: Vec<String>,
    },
}

/// A format string. Empty = the empty text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Format {
    pub parts: Vec<FormatPart>,
    /// As written, without quoting.
    pub text: Spanned<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FormatPart {
    Literal(String),
    /// `%[expr]`, with the flags of `%{+Q}[expr]`
    Sample {
        sample: Sample,
        flags: Vec<String>,
    },
    /// `%ci`, `%{+Q}r`: name and flags
    Variable {
        name: Spanned<String>,
        flags: Vec<String>,
    },
}
