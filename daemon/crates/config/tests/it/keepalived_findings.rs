//! Every finding about keepalived.conf: a text with one fault, and the exact words, place and mark
//! of what is said. No code is without a row.

use crate::keepalived_faults::{FAULTS, GOOD};
use config::render::severity_word;
use config::{FileLoader, Options, Source};
use std::collections::BTreeSet;

/// One file, which includes itself.
struct Files;

impl FileLoader for Files {
    fn load(&self, pattern: &str, _: &str) -> Vec<(String, String)> {
        if pattern == "loop.conf" {
            vec![("loop.conf".to_owned(), "include loop.conf\n".to_owned())]
        } else {
            Vec::new()
        }
    }
}

/// `code error 3:9 what is wrong [what is marked] => what to write`
fn all(text: &str) -> Vec<String> {
    let options = Options {
        files: &Files,
        ..Options::default()
    };
    let parsed = config::keepalived::parse(&[Source::new("k", text)], &options);
    let findings = parsed.diagnostics.iter();
    findings
        .map(|found| {
            let at = parsed.sources.position(found.span);
            let help = found.suggestion.as_ref();
            let help = help.map_or(String::new(), |help| format!(" => {help}"));
            format!(
                "{} {} {}:{} {} [{}]{help}",
                found.code,
                severity_word(found.severity),
                at.line,
                at.column,
                found.message,
                parsed.sources.slice(found.span)
            )
        })
        .collect()
}

#[test]
fn each_fault_is_told_in_these_words_at_this_place() {
    let mut wrong = Vec::new();
    for (text, expected) in FAULTS {
        // Deeper than anything that is meant.
        let text = text.replace("%64", &"a {\n".repeat(66)).replace('@', GOOD);
        let said = all(&text);
        if said != *expected {
            wrong.push(format!(
                "{text}\n  wanted {expected:#?}\n  said   {said:#?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_code_is_without_an_example() {
    let lines = FAULTS.iter().flat_map(|(_, expected)| *expected);
    let shown: BTreeSet<&str> = lines.filter_map(|line| line.split(' ').next()).collect();
    let missing: Vec<&str> = config::codes::KEEPALIVED
        .iter()
        .map(|(code, _)| *code)
        .filter(|code| !shown.contains(code))
        .collect();
    assert!(missing.is_empty(), "without an example: {missing:?}");
}

#[test]
fn every_error_says_what_to_write_or_what_is_not_there() {
    let lines = FAULTS.iter().flat_map(|(_, expected)| *expected);
    let errors = lines.filter(|line| line.split(' ').nth(1) == Some("error"));
    // A word that is near nothing, and a file that is not there: what was meant is not known.
    let open = ["unknown-keyword", "missing-include", "too-long"];
    for line in errors.filter(|line| !line.contains(" => ")) {
        assert!(open.iter().any(|code| line.contains(code)), "{line}");
    }
}
