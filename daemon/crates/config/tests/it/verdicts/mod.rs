//! One line at a time: what `haproxy -c` refuses is refused by us, and what it accepts is accepted.
//!
//! The lines are in `tests/corpus/verdicts/lines.txt`. Where the two differ on purpose the reason is
//! written behind the line (`## reason`).

mod case;
mod moments;
mod theirs;

use crate::said::errors;
use case::{Case, PREAMBLE, Place};
use config::{Options, Source};
use std::path::{Path, PathBuf};

/// A folder with the files that the lines name; gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tandem-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        let files = [
            ("503.http", "HTTP/1.0 503 Busy\r\nContent-Length: 0\r\n\r\n"),
            ("plain.txt", "this is no answer\n"),
            ("empty", ""),
            ("hosts.map", "a b\n"),
            ("words.lst", "a\nb\n"),
            ("numbers.lst", "1\n2:5\n"),
            ("networks.lst", "10.0.0.0/8\n"),
        ];
        for (file, text) in files {
            std::fs::write(path.join(file), text).expect("a file");
        }
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Why we refuse; nothing when we accept.
fn ours(case: &Case, folder: &Path) -> Vec<String> {
    let text = PREAMBLE.replace("{DIR}", &folder.display().to_string()) + &case.text(0, folder);
    let source = [Source::new("haproxy.cfg", text)];
    errors(&config::haproxy::parse(&source, &Options::default()))
}

/// Cases about which we differ from haproxy, and why we refuse those that only we refuse.
///
/// `known`: those of which this is no surprise.
fn differences(cases: &[Case], known: &[bool], folder: &Path) -> Vec<(usize, String)> {
    let theirs = theirs::refused(cases, folder);
    let mut found = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let ours = ours(case, folder);
        let mut refused = theirs.contains(&number);
        if refused == ours.is_empty() && !known[number] {
            // What it stood beside may be to blame.
            refused = !theirs::refused(std::slice::from_ref(case), folder).is_empty();
        }
        match (refused, ours.is_empty()) {
            (true, true) => found.push((number, "only haproxy refuses".to_owned())),
            (false, false) => found.push((number, format!("only we refuse: {}", ours.join("; ")))),
            _ => {}
        }
    }
    found
}

fn installed() -> bool {
    let there = Path::new("/usr/sbin/haproxy").exists();
    if !there {
        eprintln!("skipped: the Debian package 'haproxy' is not installed");
    }
    there
}

/// The lines of a file: `[PLACE]` above those that stand there, `## reason` behind those that differ,
/// ` \n ` between those that belong together.
fn listed(text: &str) -> Vec<(Case, Option<String>)> {
    let mut place = Place::HttpFrontend;
    let mut found = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            let known = Place::ALL.iter().find(|(known, _)| *known == name);
            place = known.unwrap_or_else(|| panic!("no place '{name}'")).1;
            continue;
        }
        let (line, reason) = match line.split_once(" ## ") {
            Some((line, reason)) => (line, Some(reason.to_owned())),
            None => (line, None),
        };
        let line = line.trim_end().replace(" \\n ", "\n    ");
        found.push((Case { place, line }, reason));
    }
    found
}

fn corpus(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/verdicts");
    std::fs::read_to_string(path.join(name)).expect("a file of lines")
}

#[test]
fn haproxy_and_we_agree_about_each_listed_line() {
    if !installed() {
        return;
    }
    let folder = Folder::new("verdicts");
    let (cases, reasons): (Vec<Case>, Vec<Option<String>>) =
        listed(&corpus("lines.txt")).into_iter().unzip();
    assert!(cases.len() > 300, "{}", cases.len());
    let known: Vec<bool> = reasons.iter().map(Option::is_some).collect();
    let differ = differences(&cases, &known, &folder.0);
    let mut wrong = Vec::new();
    for (number, said) in &differ {
        if reasons[*number].is_none() {
            wrong.push(format!(
                "{:?} {}\n    {said}",
                cases[*number].place, cases[*number].line
            ));
        }
    }
    for (number, _) in reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| reason.is_some())
    {
        if !differ.iter().any(|(other, _)| *other == number) {
            wrong.push(format!(
                "{}\n    has a reason, but we agree",
                cases[number].line
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
