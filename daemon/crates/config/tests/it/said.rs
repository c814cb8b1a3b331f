//! Short forms for tests: parse a text, and what was said about it, one line for each finding.

use config::render::severity_word;
use config::{Options, Parsed, Source, haproxy, keepalived};

pub fn haproxy(text: &str) -> Parsed<haproxy::Config> {
    haproxy::parse(&[Source::new("haproxy.cfg", text)], &Options::default())
}

pub fn keepalived(text: &str) -> Parsed<keepalived::Config> {
    keepalived::parse(&[Source::new("keepalived.conf", text)], &Options::default())
}

/// A valid configuration, or a panic with everything that was said.
pub fn valid<T>(parsed: Parsed<T>) -> T {
    let said = said(&parsed);
    assert!(parsed.is_valid(), "refused:\n{}", said.join("\n"));
    parsed.config
}

/// `error 3:9 'x' is not a time [500ms] help`, in order; what is marked stands in brackets.
pub fn said<T>(parsed: &Parsed<T>) -> Vec<String> {
    parsed
        .diagnostics
        .iter()
        .map(|d| {
            let at = parsed.sources.position(d.span);
            let marked = parsed.sources.slice(d.span);
            let help = d
                .suggestion
                .as_deref()
                .map(|s| format!(" => {s}"))
                .unwrap_or_default();
            let word = severity_word(d.severity);
            format!(
                "{word} {}:{} {} [{marked}]{help}",
                at.line, at.column, d.message
            )
        })
        .collect()
}

/// Only errors.
pub fn errors<T>(parsed: &Parsed<T>) -> Vec<String> {
    said(parsed)
        .into_iter()
        .filter(|line| line.starts_with("error"))
        .collect()
}
