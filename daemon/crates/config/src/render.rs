//! Findings for people: the message, the line as written, and a caret under the place.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceMap, Span};
use std::fmt::Write;

/// One finding, without colour:
///
/// ```text
/// error: unknown keyword 'blance' in section 'backend'
///   --> haproxy.cfg:7:5
///    |
///  7 |     blance roundrobin
///    |     ^~~~~~
///    = help: did you mean 'balance'?
///    = code: haproxy/unknown-keyword
/// ```
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let position = sources.position(diagnostic.span);
    let gutter = " ".repeat(position.line.to_string().len());
    let mut out = String::new();
    let word = severity_word(diagnostic.severity);
    let _ = writeln!(out, "{word}: {}", diagnostic.message);
    out.push_str(&excerpt(diagnostic.span, sources));
    if let Some(suggestion) = &diagnostic.suggestion {
        let _ = writeln!(out, " {gutter} = help: {suggestion}");
    }
    let _ = writeln!(out, " {gutter} = code: {}", diagnostic.code);
    out
}

/// File and position, the line as it may be shown, and a caret under the place.
pub fn excerpt(span: Span, sources: &SourceMap) -> String {
    let position = sources.position(span);
    let line = &*sources.shown_line(span.file, position.line);
    let number = position.line.to_string();
    let gutter = " ".repeat(number.len());
    let mut out = String::new();
    let path = sources.path(span.file);
    let _ = writeln!(
        out,
        " {gutter}--> {path}:{}:{}",
        position.line, position.column
    );
    let _ = writeln!(out, " {gutter} |");
    let _ = writeln!(out, " {number} | {}", printable(line));
    let column = position.column as usize - 1;
    let marks = marks(line, column, sources.slice(span));
    let _ = writeln!(out, " {gutter} | {}{marks}", indent(line, column));
    out
}

/// All findings in order, then a line that counts them; empty when there are none.
pub fn render_all(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&render(diagnostic, sources));
        out.push('\n');
    }
    if !diagnostics.is_empty() {
        let count = |severity| {
            diagnostics
                .iter()
                .filter(|d| d.severity == severity)
                .count()
        };
        let parts: Vec<String> = [
            (count(Severity::Error), "error"),
            (count(Severity::Warning), "warning"),
            (count(Severity::Note), "note"),
        ]
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}{}", if n == 1 { "" } else { "s" }))
        .collect();
        let _ = writeln!(out, "{}", parts.join(", "));
    }
    out
}

pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Control characters would move the caret or the terminal; tabs stay tabs.
fn printable(line: &str) -> String {
    line.chars()
        .map(|c| {
            if c.is_control() && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

/// Blanks as wide as the first `column` characters, with tabs kept so that the caret lines up.
fn indent(line: &str, column: usize) -> String {
    let blank = |c: char| match c {
        '\t' => "\t",
        c if is_wide(c) => "  ",
        _ => " ",
    };
    line.chars().take(column).map(blank).collect()
}

/// `^~~~` as wide as what is marked on this line; a single caret for an empty span.
fn marks(line: &str, column: usize, marked: &str) -> String {
    let first = marked.split(['\n', '\r']).next().unwrap_or("");
    let room = line.chars().skip(column);
    let width: usize = room
        .take(first.chars().count())
        .map(|c| if is_wide(c) { 2 } else { 1 })
        .sum();
    format!("^{}", "~".repeat(width.saturating_sub(1)))
}

/// Characters that terminals show two cells wide: East Asian scripts and their full-width forms,
/// which occur in comments and values of real files.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3
        | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff | 0x20000..=0x3fffd)
}
