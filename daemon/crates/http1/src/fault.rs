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
