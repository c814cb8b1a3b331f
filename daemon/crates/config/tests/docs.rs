//! The generated support tables are current. `UPDATE_DOCS=1 cargo test -p config --test docs`
//! writes them.

use config::registry::{self, markdown};
use std::path::PathBuf;

fn check(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../docs")
        .join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, text).expect("write the document");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == text,
        "docs/{name} is out of date: run UPDATE_DOCS=1 cargo test -p config --test docs"
    );
}

#[test]
fn the_haproxy_support_table_is_current() {
    let text = markdown::markdown(registry::haproxy(), &markdown::HAPROXY);
    check("haproxy-support.md", &text);
}

#[test]
fn the_keepalived_support_table_is_current() {
    let text = markdown::markdown(registry::keepalived(), &markdown::KEEPALIVED);
    check("keepalived-support.md", &text);
}

#[test]
fn every_group_has_a_heading() {
    for (table, document) in [
        (registry::haproxy(), markdown::HAPROXY),
        (registry::keepalived(), markdown::KEEPALIVED),
    ] {
        for entry in table.entries() {
            let known = document
                .headings
                .iter()
                .any(|(group, _)| *group == entry.group);
            assert!(known, "the group '{}' is in no document", entry.group);
        }
    }
}

#[test]
fn every_keyword_stands_in_the_table_once() {
    for table in [registry::haproxy(), registry::keepalived()] {
        let mut seen = std::collections::HashSet::new();
        for entry in table.entries() {
            let fresh = seen.insert((entry.group, entry.keyword));
            assert!(
                fresh,
                "'{}' is listed twice in '{}'",
                entry.keyword, entry.group
            );
        }
    }
}

#[test]
fn the_list_of_codes_is_current() {
    check("config-codes.md", &config::codes::markdown());
}

/// Rust sources below a folder.
fn sources(folder: &std::path::Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        // The list itself is no use of a code.
        if path.file_stem().is_some_and(|name| name == "codes") {
            continue;
        }
        if path.is_dir() {
            sources(&path, into);
        } else {
            into.push(std::fs::read_to_string(&path).expect("a source"));
        }
    }
}

#[test]
fn every_code_is_explained_and_every_explanation_is_used() {
    let mut texts = Vec::new();
    sources(
        &PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut texts,
    );
    let mut used = std::collections::BTreeSet::new();
    for text in &texts {
        for quoted in text.split('"') {
            let code = quoted
                .strip_prefix("haproxy/")
                .or(quoted.strip_prefix("keepalived/"));
            if code.is_some_and(|c| {
                c.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            }) {
                used.insert(quoted);
            }
        }
    }
    let unexplained: Vec<_> = used
        .iter()
        .filter(|code| config::codes::explain(code).is_none())
        .collect();
    assert!(unexplained.is_empty(), "not in codes.rs: {unexplained:?}");
    let all = config::codes::HAPROXY
        .iter()
        .chain(config::codes::KEEPALIVED);
    let unused: Vec<_> = all
        .map(|(code, _)| code)
        .filter(|code| !used.contains(*code))
        .collect();
    assert!(unused.is_empty(), "explained but never used: {unused:?}");
}
