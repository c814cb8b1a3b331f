//! What the parser found in one file, sorted under the rules. E11 and parts of the others.

use crate::finding::{Finding, Findings, Place, Rule};
use crate::node::Node;
use config::{Diagnostic, Severity};

/// What becomes of a code of the parser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Told under a rule.
    Rule(Rule),
    /// As `Rule`, an error whatever a tolerant parser calls it: the line does nothing, or harm.
    Lost(Rule),
    /// Found anew here, with the other node in view, or of no matter for a pair.
    Dropped,
}

/// Every code that is treated apart; the others are told as they are.
pub const FATES: &[(&str, Fate)] = &[
    ("keepalived/auth-ah", Fate::Rule("E06")),
    ("keepalived/auth-in-v3", Fate::Rule("E06")),
    ("keepalived/bad-command", Fate::Rule("E09")),
    ("keepalived/bad-interval", Fate::Rule("E12")),
    ("keepalived/bad-weight", Fate::Dropped),
    ("keepalived/duplicate-address", Fate::Lost("E07")),
    ("keepalived/duplicate-member", Fate::Rule("E15")),
    ("keepalived/duplicate-peer", Fate::Rule("E08")),
    ("keepalived/duplicate-vrid", Fate::Lost("E02")),
    ("keepalived/empty-group", Fate::Rule("E15")),
    ("keepalived/extra-words", Fate::Rule("E11")),
    ("keepalived/long-password", Fate::Rule("E06")),
    ("keepalived/no-effect", Fate::Dropped),
    ("keepalived/no-peer", Fate::Rule("E08")),
    ("keepalived/nopreempt", Fate::Rule("E04")),
    ("keepalived/not-done", Fate::Dropped),
    ("keepalived/not-yet", Fate::Dropped),
    ("keepalived/peer-is-self", Fate::Rule("E08")),
    ("keepalived/peer-is-vip", Fate::Lost("E08")),
    ("keepalived/removed", Fate::Rule("E11")),
    ("keepalived/second-entry", Fate::Lost("E11")),
    ("keepalived/second-keyword", Fate::Lost("E11")),
    ("keepalived/shell-syntax", Fate::Rule("E09")),
    ("keepalived/stray-brace", Fate::Lost("E11")),
    ("keepalived/unclosed-block", Fate::Lost("E11")),
    ("keepalived/unexpected-block", Fate::Lost("E11")),
    ("keepalived/unknown-instance", Fate::Rule("E15")),
    ("keepalived/unknown-keyword", Fate::Lost("E11")),
    ("keepalived/unknown-script", Fate::Rule("E09")),
    ("keepalived/unknown-tracker", Fate::Rule("E09")),
    ("keepalived/unquoted-command", Fate::Rule("E09")),
];

pub fn take_over(index: usize, node: &Node<'_>, found: &mut Findings) {
    for diagnostic in &node.parsed.diagnostics {
        let fate = FATES.iter().find(|(code, _)| *code == diagnostic.code);
        let (rule, severity) = match fate.map(|(_, fate)| *fate) {
            Some(Fate::Dropped) => continue,
            Some(Fate::Rule(rule)) => (Some(rule), diagnostic.severity),
            Some(Fate::Lost(rule)) => (Some(rule), Severity::Error),
            None if diagnostic.severity == Severity::Note => continue,
            None => (None, diagnostic.severity),
        };
        found.push(Finding {
            severity,
            rule,
            code: Some(diagnostic.code),
            message: diagnostic.message.clone(),
            why: why(diagnostic, node),
            help: diagnostic.suggestion.clone(),
            places: vec![Place {
                node: index,
                span: diagnostic.span,
            }],
        });
    }
}

/// What a message of the parser leaves unsaid.
fn why(diagnostic: &Diagnostic, node: &Node<'_>) -> Option<String> {
    let text = match diagnostic.code {
        "keepalived/second-keyword" | "keepalived/second-entry" => {
            "`keepalived -t` accepts the line and the daemon runs without what stands behind"
        }
        "keepalived/unknown-keyword" => {
            "keepalived goes on without it; behind an unknown block it loses the rest of the block around it"
        }
        "keepalived/unknown-script" => {
            "a check that is not there never fails: the node stays master when its service is dead"
        }
        "keepalived/long-password" => return Some(effective(diagnostic, node)),
        _ => return None,
    };
    Some(text.to_owned())
}

/// How much of a password travels, without a byte of it.
fn effective(diagnostic: &Diagnostic, node: &Node<'_>) -> String {
    let passwords = node
        .config()
        .instances
        .iter()
        .filter_map(|i| i.auth.as_ref());
    let kept = passwords
        .map(|auth| &auth.password)
        .find(|password| password.span == diagnostic.span)
        .map_or(8, |password| password.value.len());
    let written = node.parsed.sources.slice(diagnostic.span);
    let more = written.trim_matches('"').len().saturating_sub(kept);
    format!(
        "what both nodes compare is [{}], {kept} bytes; the {more} behind it ({}) are not sent",
        "*".repeat(kept),
        "*".repeat(more)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_is_treated_apart_exists() {
        for (code, _) in FATES {
            assert!(config::codes::explain(code).is_some(), "{code}");
        }
    }
}
