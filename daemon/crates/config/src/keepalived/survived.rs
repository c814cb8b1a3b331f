//! Mistakes with which keepalived runs: it leaves out what is wrong, as this parser does. With
//! `--tolerant` they are warnings, so that a file in use goes on being usable.

use crate::diagnostic::{Diagnostic, Severity};

/// Mistakes that change who is eligible are not among them: a check that cannot run stays an
/// error, whatever keepalived makes of it.
const SURVIVED: [&str; 11] = [
    "keepalived/duplicate-address",
    "keepalived/duplicate-name",
    "keepalived/empty-group",
    "keepalived/extra-words",
    "keepalived/no-address",
    "keepalived/peer-is-vip",
    "keepalived/second-entry",
    "keepalived/second-keyword",
    "keepalived/stray-brace",
    "keepalived/unclosed-block",
    "keepalived/unexpected-block",
];

pub fn soften(diagnostics: &mut [Diagnostic]) {
    for diagnostic in diagnostics {
        if SURVIVED.contains(&diagnostic.code) {
            diagnostic.severity = diagnostic.severity.min(Severity::Warning);
        }
    }
}
