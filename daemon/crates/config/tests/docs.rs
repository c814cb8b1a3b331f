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
