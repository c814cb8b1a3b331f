//! Both languages as they are written: lines, words, blocks and comments with their places, for
//! programs that turn a configuration into another form and must lose nothing of it.

use crate::haproxy::syntax::{self as haproxy, Statement};
use crate::json::Finding;
use crate::keepalived::syntax::{self as keepalived, Entry};
use crate::options::Options;
use crate::source::{Position, Source, SourceMap, Span};
use serde::Serialize;

/// A word with quotes and escapes taken away, and as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    pub text: String,
    pub raw: String,
    /// From 1, in characters.
    pub column: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comment {
    pub file: String,
    pub line: u32,
    pub column: u32,
    /// Without the sign that begins it and blanks around.
    pub text: String,
    /// It stands behind words of the same line.
    pub behind: bool,
}

/// A haproxy.cfg, and what the parser has to say of it.
#[derive(Debug, Clone, Serialize)]
pub struct HaproxyFile {
    pub file: String,
    pub lines: Vec<Statement>,
    pub comments: Vec<Comment>,
    pub findings: Vec<Finding>,
}

/// A keepalived.conf with its includes, definitions and repetitions expanded.
#[derive(Debug, Clone, Serialize)]
pub struct KeepalivedFile {
    pub file: String,
    pub blocks: Vec<Entry>,
    pub comments: Vec<Comment>,
    pub findings: Vec<Finding>,
}

impl HaproxyFile {
    pub fn read(source: &Source, options: &Options<'_>) -> Self {
        let (lines, comments) = haproxy::read(source, options);
        let parsed = crate::haproxy::parse(std::slice::from_ref(source), options);
        Self {
            file: source.path.clone(),
            lines,
            comments,
            findings: Finding::all(&parsed.diagnostics, &parsed.sources),
        }
    }
}

impl KeepalivedFile {
    pub fn read(source: &Source, options: &Options<'_>) -> Self {
        let (blocks, comments) = keepalived::read(source, options);
        let parsed = crate::keepalived::parse(std::slice::from_ref(source), options);
        Self {
            file: source.path.clone(),
            blocks,
            comments,
            findings: Finding::all(&parsed.diagnostics, &parsed.sources),
        }
    }
}

/// The word at a span; `text` is what it means.
pub(crate) fn written(sources: &SourceMap, span: Span, text: &str) -> Written {
    Written {
        text: text.to_owned(),
        raw: sources.slice(span).to_owned(),
        column: sources.position(span).column,
    }
}

/// The comment that begins with a sign at an offset of a physical line.
pub(crate) fn comment(path: &str, number: u32, line: &str, at: usize) -> Comment {
    let column = line[..at].chars().count() + 1;
    Comment {
        file: path.to_owned(),
        line: number,
        column: u32::try_from(column).unwrap_or(u32::MAX),
        text: line[at..].trim_start_matches(['#', '!']).trim().to_owned(),
        behind: !line[..at].trim().is_empty(),
    }
}

/// Line of a span.
pub(crate) fn line_of(sources: &SourceMap, span: Span) -> u32 {
    let Position { line, .. } = sources.position(span);
    line
}
