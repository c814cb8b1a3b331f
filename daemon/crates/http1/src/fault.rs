//! Why a message is refused, and the status that says so.

/// Each variant names the rule that was broken; `status` is the answer to a client. For a
/// response from a server every fault is a 502.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Request line not `method SP target SP HTTP/d.d` (RFC 9112 §3).
    RequestLine,
    /// The HTTP/2 connection preface on an HTTP/1 port: closed without an answer.
    Preface,
    /// A target with a fragment, control byte, blank or 8-bit byte (RFC 9112 §3.2).
    Target,
    /// A version that is not spoken here (`option http-strict`).
    Version,
    /// A line of the head that ends in LF alone (`option http-strict`).
    LineEnd,
    /// A folded line (`option http-strict`).
    Fold,
    /// A request of HTTP/1.1 without Host (`option http-strict`).
    NoHost,
    /// Both Content-Length and Transfer-Encoding (`option http-strict`).
    TwoFramings,
    /// Status line (RFC 9112 §4).
    StatusLine,
    /// Field line without colon, or with a name that is not a token (RFC 9112 §5).
    FieldName,
    /// CR without LF, or NUL, in a field value (RFC 9110 §5.5).
    FieldValue,
    /// Content-Length that is not one number (RFC 9112 §6.3).
    ContentLength,
    /// Transfer-Encoding that does not say exactly `chunked` (RFC 9112 §6.1).
    TransferEncoding,
    /// A coding below chunked that this proxy does not decode.
    UnsupportedCoding,
    /// Host repeated with different values, malformed, or at odds with the target (RFC 9112 §3.2).
    Host,
    /// A body in an HTTP/1.0 request whose method has none.
    UnexpectedBody,
    TargetTooLong,
    HeadTooLarge,
    TooManyFields,
    /// Chunk framing (RFC 9112 §7.1).
    Chunk,
    /// 101 that nobody asked for.
    UnsolicitedSwitch,
}

impl Fault {
    /// The rule in words.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::RequestLine => "a request line is 'METHOD TARGET HTTP/d.d' (RFC 9112, section 3)",
            Self::Preface => "HTTP/2 is not spoken on this line",
            Self::Target => {
                "a target has visible ASCII bytes and one of four forms (RFC 9112, section 3.2)"
            }
            Self::Version => "HTTP/1.0 and HTTP/1.1 are spoken (option http-strict)",
            Self::LineEnd => "lines end in CRLF (option http-strict)",
            Self::Fold => "lines are not folded (option http-strict)",
            Self::NoHost => "a request of HTTP/1.1 has a Host (option http-strict)",
            Self::TwoFramings => "a message has one framing (option http-strict)",
            Self::StatusLine => "a status line is 'HTTP/d.d ddd REASON' (RFC 9112, section 4)",
            Self::FieldName => {
                "a field is 'NAME: VALUE' with a token as its name (RFC 9112, section 5)"
            }
            Self::FieldValue => "a field's value has no NUL and no CR (RFC 9110, section 5.5)",
            Self::ContentLength => "a Content-Length is one number (RFC 9112, section 6.3)",
            Self::TransferEncoding => {
                "a Transfer-Encoding is 'chunked' once (RFC 9112, section 6.1)"
            }
            Self::UnsupportedCoding => "no other Transfer-Encoding than 'chunked' is decoded here",
            Self::Host => "there is one Host, which agrees with the target (RFC 9112, section 3.2)",
            Self::UnexpectedBody => "a request of HTTP/1.0 with this method has no body",
            Self::TargetTooLong => "a request line fits into the buffer (tune.bufsize)",
            Self::HeadTooLarge => "a head fits into the buffer (tune.bufsize)",
            Self::TooManyFields => "a head has at most tune.http.maxhdr fields",
            Self::Chunk => {
                "a chunk has its size in hex, and CRLF behind its data (RFC 9112, section 7.1)"
            }
            Self::UnsolicitedSwitch => "a protocol is switched only when that was asked for",
        }
    }

    /// Status of the answer to a client whose request has this fault; `None` closes silently.
    #[must_use]
    pub fn status(self) -> Option<u16> {
        match self {
            Self::Preface => None,
            Self::UnsupportedCoding => Some(422),
            Self::UnexpectedBody => Some(413),
            Self::TargetTooLong => Some(414),
            Self::HeadTooLarge => Some(431),
            Self::Version => Some(505),
            _ => Some(400),
        }
    }
}
