//! `http-check expect`: what a response must look like.

use std::fmt;

use regex::bytes::Regex;

/// Both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusRange {
    pub from: u16,
    pub to: u16,
}

#[derive(Debug, Clone)]
pub enum Pattern {
    Status(Vec<StatusRange>),
    /// `rstatus`: matched against the three digits.
    StatusRegex(Regex),
    /// `string`: the body contains these bytes.
    Text(Vec<u8>),
    /// `rstring`
    BodyRegex(Regex),
}

/// One rule; `negated` is the `!`.
#[derive(Debug, Clone)]
pub struct Expect {
    pub negated: bool,
    pub pattern: Pattern,
    /// Told when it does not hold.
    pub comment: Option<String>,
}

/// A regular expression that cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectError {
    pub expression: String,
    pub reason: String,
}

impl fmt::Display for ExpectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}': {}", self.expression, self.reason)
    }
}

impl std::error::Error for ExpectError {}

impl Expect {
    pub fn status(negated: bool, ranges: Vec<StatusRange>) -> Self {
        Self {
            negated,
            pattern: Pattern::Status(ranges),
            comment: None,
        }
    }

    pub fn status_regex(negated: bool, expression: &str) -> Result<Self, ExpectError> {
        Ok(Self {
            negated,
            pattern: Pattern::StatusRegex(compile(expression)?),
            comment: None,
        })
    }

    pub fn text(negated: bool, text: &str) -> Self {
        Self {
            negated,
            pattern: Pattern::Text(text.as_bytes().to_vec()),
            comment: None,
        }
    }

    pub fn body_regex(negated: bool, expression: &str) -> Result<Self, ExpectError> {
        Ok(Self {
            negated,
            pattern: Pattern::BodyRegex(compile(expression)?),
            comment: None,
        })
    }

    /// Whether the rule looks at the body, so that the response must be read on.
    pub(crate) fn needs_body(&self) -> bool {
        matches!(self.pattern, Pattern::Text(_) | Pattern::BodyRegex(_))
    }

    pub(crate) fn matches(&self, status: u16, body: &[u8]) -> bool {
        match &self.pattern {
            Pattern::Status(ranges) => ranges
                .iter()
                .any(|range| (range.from..=range.to).contains(&status)),
            Pattern::StatusRegex(regex) => regex.is_match(status.to_string().as_bytes()),
            Pattern::Text(text) => memchr::memmem::find(body, text).is_some(),
            Pattern::BodyRegex(regex) => regex.is_match(body),
        }
    }
}

/// Bytes, not characters: a body need not be UTF-8. The size limit keeps an expression from a
/// file from taking the memory.
pub fn compile(expression: &str) -> Result<Regex, ExpectError> {
    regex::bytes::RegexBuilder::new(expression)
        .unicode(false)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| ExpectError {
            expression: expression.to_owned(),
            reason: error.to_string(),
        })
}
