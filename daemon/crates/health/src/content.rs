//! What is looked for in the bytes of a server: in all of them, or in the body of an answer.

use regex::bytes::Regex;

use crate::text::{Author, NoText, Seen, Text};

#[derive(Debug, Clone)]
pub enum Content {
    /// `string`
    Text(Text),
    /// `rstring`
    Regex(Regex),
    /// `binary`
    Binary(Text),
    /// `rbinary`: matched against the bytes in upper-case hexadecimal.
    BinaryRegex(Regex),
}

impl Content {
    /// Whether it is in `bytes`.
    pub(crate) fn is_in(
        &self,
        bytes: &[u8],
        author: &mut dyn Author,
        seen: Seen<'_>,
    ) -> Result<bool, NoText> {
        Ok(match self {
            Self::Text(wanted) | Self::Binary(wanted) => {
                let wanted = wanted.wanted(author, seen)?;
                memchr::memmem::find(bytes, &wanted).is_some()
            }
            Self::Regex(regex) => regex.is_match(bytes),
            Self::BinaryRegex(regex) => regex.is_match(hexadecimal(bytes).as_bytes()),
        })
    }

    /// So many bytes decide about a fixed text that has to stand at their beginning.
    pub(crate) fn length(&self) -> Option<usize> {
        match self {
            Self::Text(Text::Fixed(text)) | Self::Binary(Text::Fixed(text)) => Some(text.len()),
            _ => None,
        }
    }

    /// `string 'PONG'`, `regex`, as the log names it.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Text(Text::Fixed(text)) => format!("string '{}'", printed(text)),
            Self::Binary(Text::Fixed(bytes)) => format!("binary '{}'", printed(bytes)),
            Self::Text(_) => "log-format string".to_owned(),
            Self::Binary(_) => "log-format binary".to_owned(),
            Self::Regex(_) => "regex".to_owned(),
            Self::BinaryRegex(_) => "binary regex".to_owned(),
        }
    }

    /// `'PONG'`, `(regex)`: the same behind "did not match content".
    pub(crate) fn quoted(&self) -> String {
        match self {
            Self::Text(Text::Fixed(text)) => format!("'{}'", printed(text)),
            Self::Binary(Text::Fixed(_)) => "(binary)".to_owned(),
            _ => format!("({})", self.kind()),
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

/// Bytes, not characters: what servers send need not be UTF-8. The size limit keeps an expression
/// from a file from taking the memory.
pub fn compile(expression: &str) -> Result<Regex, regex::Error> {
    regex::bytes::RegexBuilder::new(expression)
        .unicode(false)
        .size_limit(1 << 20)
        .build()
}
