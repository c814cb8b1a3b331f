//! `tcp-check expect`: what the bytes of a server must hold.

use regex::bytes::Regex;

use crate::result::CheckStatus;

#[derive(Debug, Clone)]
pub enum Content {
    /// `string`
    Text(Vec<u8>),
    /// `rstring`
    Regex(Regex),
    /// `binary`
    Binary(Vec<u8>),
    /// `rbinary`: matched against the bytes in upper-case hexadecimal.
    BinaryRegex(Regex),
}

/// One `tcp-check expect`.
#[derive(Debug, Clone)]
pub struct Expectation {
    pub negated: bool,
    pub content: Content,
    /// Not judged below so many bytes, unless no more will come.
    pub min_recv: usize,
    /// Result instead of L7OK when the check ends with this step.
    pub ok: Option<CheckStatus>,
    /// Result instead of L7RSP.
    pub error: Option<CheckStatus>,
    /// Result instead of L7TOUT.
    pub timeout: Option<CheckStatus>,
    /// What the result says instead of the usual words.
    pub on_success: Option<String>,
    pub on_error: Option<String>,
}

/// What the bytes so far mean for one expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    More,
    Holds,
    Fails,
}

impl Content {
    fn is_in(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Text(wanted) | Self::Binary(wanted) => {
                memchr::memmem::find(bytes, wanted).is_some()
            }
            Self::Regex(regex) => regex.is_match(bytes),
            Self::BinaryRegex(regex) => regex.is_match(hexadecimal(bytes).as_bytes()),
        }
    }

    /// `string 'PONG'`, `regex`, as the log names it.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Text(text) => format!("string '{}'", printed(text)),
            Self::Regex(_) => "regex".to_owned(),
            Self::Binary(bytes) => format!("binary '{}'", printed(bytes)),
            Self::BinaryRegex(_) => "binary regex".to_owned(),
        }
    }

    /// `'PONG'`, `(regex)`: the same behind "did not match content".
    pub(crate) fn quoted(&self) -> String {
        match self {
            Self::Text(text) => format!("'{}'", printed(text)),
            Self::Regex(_) => "(regex)".to_owned(),
            Self::Binary(_) => "(binary)".to_owned(),
            Self::BinaryRegex(_) => "(binary regex)".to_owned(),
        }
    }
}

impl Expectation {
    pub fn new(negated: bool, content: Content) -> Self {
        Self {
            negated,
            content,
            min_recv: 0,
            ok: None,
            error: None,
            timeout: None,
            on_success: None,
            on_error: None,
        }
    }

    /// What is not there yet may still come: only a match, or the end, decides.
    pub(crate) fn look(&self, bytes: &[u8], last: bool) -> Look {
        if bytes.len() < self.min_recv && !last {
            return Look::More;
        }
        let found = self.content.is_in(bytes);
        if !found && !last {
            Look::More
        } else if found == self.negated {
            Look::Fails
        } else {
            Look::Holds
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// Up to the first NUL: what follows is no text.
fn printed(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}
