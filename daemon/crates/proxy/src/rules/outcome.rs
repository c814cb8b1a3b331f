//! What rules over a message are given, and what comes of them.

use super::Edits;
use super::context::RequestLine;
use super::page::Wanted;
use http1::Field;

/// How the rules ended.
#[derive(Debug)]
pub enum Outcome {
    /// The message goes on.
    Pass,
    /// The body is waited for, so many milliseconds; then the rules go on at this one.
    Body {
        wait: u64,
        rule: usize,
    },
    /// The address of a name is waited for; then the rules go on at this one.
    Name {
        rule: usize,
        /// One of `tcp-request content`.
        content: bool,
    },
    /// The proxy answers with this status' prepared text.
    Deny(u16),
    /// The control thread makes the answer.
    Service(Box<Wanted>),
    /// An answer after the tarpit timeout.
    Tarpit(Box<Outcome>),
    /// The connection ends without an answer: as it comes, or without telling the client. `unread`:
    /// before it was looked at as a request.
    Drop {
        unread: bool,
    },
    Vanish,
    /// A whole answer: head without its empty line, and body.
    Answer {
        status: u16,
        head: Vec<u8>,
        body: Vec<u8>,
    },
}

/// The message that rules change.
pub struct Subject<'a> {
    pub buf: &'a [u8],
    pub fields: &'a mut [Field],
    pub edits: &'a mut Edits,
    /// The request's method and target; `None` for a response.
    pub line: Option<RequestLine<'a>>,
    /// The rules before this one have run.
    pub from: usize,
}
