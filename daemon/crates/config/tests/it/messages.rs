//! Each finding about haproxy.cfg that this crate can come to has a text that makes it, and the
//! exact words are kept.
//!
//! `tests/corpus/messages/haproxy.txt` holds the texts and what is said about them;
//! `UPDATE_MESSAGES=1 cargo test -p config --test it messages` writes the words anew.

use crate::said::said;
use config::{Options, Parsed, Source, haproxy};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Between two texts, and between a text and what is said about it.
const NEXT: &str = "\n%%%%\n";
const WORDS: &str = "\n----\n";

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/messages/haproxy.txt")
}

fn parse(text: &str) -> Parsed<haproxy::Config> {
    let env = BTreeMap::from([("SITE".to_owned(), "blue".to_owned())]);
    let options = Options {
        env: &env,
        diagnostic: true,
        ..Options::default()
    };
    // The file of texts is to stay one itself.
    let text = text.replace('\u{2400}', "\0");
    if text.starts_with(LIST) {
        return list(&Source::new("certificates.list", text), &options);
    }
    haproxy::parse(&[Source::new("haproxy.cfg", text)], &options)
}

/// A text that begins so is not haproxy.cfg, but a list of certificates.
const LIST: &str = "# crt-list\n";

fn list(source: &Source, options: &Options<'_>) -> Parsed<haproxy::Config> {
    let (global, base) = Default::default();
    let parsed = haproxy::listed(source, &global, &base, options);
    Parsed {
        config: haproxy::Config::default(),
        diagnostics: parsed.diagnostics,
        sources: parsed.sources,
        outline: parsed.outline,
    }
}

pub fn texts(all: &str) -> impl Iterator<Item = (&str, &str)> {
    let blocks = all.split(NEXT).filter(|block| !block.trim().is_empty());
    blocks.map(|block| block.split_once(WORDS).unwrap_or((block, "")))
}

#[test]
fn the_words_of_each_finding_are_kept() {
    let all = std::fs::read_to_string(golden()).unwrap();
    let mut now = String::new();
    for (text, _) in texts(&all) {
        now += &[text, WORDS, &said(&parse(text)).join("\n"), NEXT].concat();
    }
    if std::env::var_os("UPDATE_MESSAGES").is_some() {
        std::fs::write(golden(), &now).unwrap();
        return;
    }
    for ((text, kept), (_, said)) in texts(&all).zip(texts(&now)) {
        assert_eq!(said, kept, "about:\n{text}");
    }
    assert_eq!(now, all);
}

/// Places in the source that make a finding: `file:line` of each call.
fn places() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    let mut folders = vec![root.join("src/haproxy")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                let name = path.strip_prefix(root).unwrap().display().to_string();
                let own = text.split("#[cfg(test)]").next().unwrap_or_default();
                found.extend(calls(own).iter().map(|line| format!("{name}:{line}")));
            }
        }
    }
    found
}

/// Lines of calls that make a finding, but for functions that make one for their caller.
fn calls(text: &str) -> Vec<usize> {
    let makes = [".error(", ".warning(", ".note(", ".bad(", ".missing("];
    let (mut found, mut for_caller) = (Vec::new(), false);
    for (number, line) in (1..).zip(text.lines()) {
        match line.trim_end() {
            "    #[track_caller]" => for_caller = true,
            "    }" => for_caller = false,
            line if !for_caller && makes.iter().any(|make| line.contains(make)) => {
                found.push(number);
            }
            _ => {}
        }
    }
    found
}

#[test]
fn each_finding_has_a_text_that_makes_it() {
    let all = std::fs::read_to_string(golden()).unwrap();
    let mut made = BTreeSet::new();
    for (text, _) in texts(&all) {
        for found in parse(text).diagnostics {
            let file = found.origin.file().trim_start_matches("crates/config/");
            made.insert(format!("{file}:{}", found.origin.line()));
        }
    }
    let missing: Vec<String> = places().difference(&made).cloned().collect();
    assert!(
        missing.is_empty(),
        "no text in tests/corpus/messages/haproxy.txt makes these findings:\n{}",
        missing.join("\n")
    );
}

#[test]
fn each_code_is_in_some_text() {
    let all = std::fs::read_to_string(golden()).unwrap();
    let made: BTreeSet<&str> = texts(&all)
        .flat_map(|(text, _)| parse(text).diagnostics)
        .map(|found| found.code)
        .collect();
    let known = config::codes::HAPROXY.iter().map(|(code, _)| *code);
    let missing: Vec<&str> = known.filter(|code| !made.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
