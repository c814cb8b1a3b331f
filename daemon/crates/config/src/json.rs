//! Findings for programs: the form that `tandemd check --json` prints and the provisioner reads.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;
use serde::{Deserialize, Serialize};

/// A finding that stands alone, without its source map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub severity: Severity,
    pub code: String,
    pub message: String,
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// In characters; 0 where something is missing.
    pub length: u32,
    pub suggestion: Option<String>,
    /// The line as written, secrets masked.
    pub source: String,
}

impl Finding {
    pub fn new(diagnostic: &Diagnostic, sources: &SourceMap) -> Self {
        let position = sources.position(diagnostic.span);
        let length = sources.slice(diagnostic.span).chars().count();
        Self {
            severity: diagnostic.severity,
            code: diagnostic.code.to_owned(),
            message: diagnostic.message.clone(),
            file: sources.path(diagnostic.span.file).to_owned(),
            line: position.line,
            column: position.column,
            length: u32::try_from(length).unwrap_or(u32::MAX),
            suggestion: diagnostic.suggestion.clone(),
            source: sources
                .shown_line(diagnostic.span.file, position.line)
                .into_owned(),
        }
    }

    pub fn all(diagnostics: &[Diagnostic], sources: &SourceMap) -> Vec<Self> {
        diagnostics
            .iter()
            .map(|diagnostic| Self::new(diagnostic, sources))
            .collect()
    }
}

impl std::fmt::Display for Finding {
    /// `error: haproxy.cfg:7:5: unknown keyword …`, for logs and one-line reasons.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = crate::render::severity_word(self.severity);
        write!(
            f,
            "{word}: {}:{}:{}: {}",
            self.file, self.line, self.column, self.message
        )?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " ({suggestion})"),
            None => Ok(()),
        }
    }
}
