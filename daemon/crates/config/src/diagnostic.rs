//! What is wrong with a configuration: every finding with its place, none stops the others.

use crate::outline::Outline;
use crate::source::{SourceMap, Span};
use serde::{Deserialize, Serialize};
use std::panic::Location;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Accepted; something the reader should know (a directive without effect here).
    Note,
    /// Accepted, but probably not what was meant.
    Warning,
    /// The configuration is refused.
    Error,
}

/// Stable name of a kind of finding, e.g. `haproxy/unknown-keyword`. Codes are never reused.
pub type Code = &'static str;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub code: Code,
    /// What is wrong and why it matters: lower case, no full stop, names the wrong value.
    pub message: String,
    pub span: Span,
    /// What to write instead.
    pub suggestion: Option<String>,
    /// The line of this program that found it: tests ask whether each has been seen.
    pub origin: &'static Location<'static>,
}

impl Diagnostic {
    #[track_caller]
    pub fn new(severity: Severity, code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity,
            code,
            message: message.into(),
            span,
            suggestion: None,
            origin: Location::caller(),
        }
    }

    #[must_use]
    pub fn help(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }
}

/// Collects findings while a parser goes on.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
}

impl Diagnostics {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    #[track_caller]
    pub fn error(&mut self, code: Code, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Error, code, span, message)
    }

    #[track_caller]
    pub fn warning(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.add(Severity::Warning, code, span, message)
    }

    #[track_caller]
    pub fn note(&mut self, code: Code, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Note, code, span, message)
    }

    #[track_caller]
    pub fn add(
        &mut self,
        severity: Severity,
        code: Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let at = self.found.len();
        self.found
            .push(Diagnostic::new(severity, code, span, message));
        &mut self.found[at]
    }

    /// Takes over what is an error.
    pub fn take_errors(&mut self, other: Self) {
        let errors = |found: &Diagnostic| found.severity == Severity::Error;
        self.found.extend(other.found.into_iter().filter(errors));
    }

    /// In the order of the text: file, then offset; same place keeps the order of discovery.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by_key(|d| (d.span.file, d.span.start));
        self.found
    }
}

impl Diagnostic {
    /// Adds the suggestion in place, for use behind [`Diagnostics::error`] and its siblings.
    pub fn suggest(&mut self, suggestion: impl Into<String>) {
        self.suggestion = Some(suggestion.into());
    }
}

/// The result of a parse: always a model, as far as it could be read, and all findings.
#[derive(Debug, Clone)]
pub struct Parsed<T> {
    /// Only to be executed when [`Parsed::is_valid`].
    pub config: T,
    /// Sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
    /// What it consists of, by name.
    pub outline: Outline,
}

impl<T> Parsed<T> {
    /// No finding of severity error.
    pub fn is_valid(&self) -> bool {
        self.errors().next().is_none()
    }

    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
    }
}
