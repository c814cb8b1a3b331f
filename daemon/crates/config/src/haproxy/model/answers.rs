//! Answers that the configuration gives itself.

use super::Format;
use crate::source::Spanned;

/// What `deny`, `tarpit`, `return`, `http-error` and `monitor fail` send.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReturnBody {
    pub content_type: Option<Spanned<String>>,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum Content {
    /// `string`, `lf-string`
    Text(Format),
    /// `file`: sent as it is.
    File(Spanned<String>),
    /// `lf-file`: a format string in a file.
    FormatFile(Spanned<String>),
    /// `errorfile`: a whole raw answer.
    ErrorFile(Spanned<String>),
    /// `errorfiles NAME`: the answer of an `http-errors` section.
    Section(Spanned<String>),
    /// `default-errorfiles`: the section's own answer.
    #[default]
    Own,
}

impl Content {
    /// Whether the client has to be told what it is.
    pub fn needs_type(&self) -> bool {
        matches!(self, Self::Text(_) | Self::File(_) | Self::FormatFile(_))
    }

    /// A text of no length.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Text(format) if format.text.is_empty())
    }
}

/// `http-error status N …`
#[derive(Debug, Clone, PartialEq)]
pub struct HttpError {
    pub status: Spanned<u16>,
    pub body: Option<ReturnBody>,
    pub headers: Vec<(Spanned<String>, Format)>,
}

/// `http-errors NAME`: answers by status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpErrors {
    pub name: Spanned<String>,
    pub files: std::collections::BTreeMap<u16, Spanned<String>>,
}
