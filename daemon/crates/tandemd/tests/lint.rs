//! `tandemd lint` on files: each rule with examples that break it and one that does not.
//!
//! A case holds the files of both nodes, what is known of their machines, and every finding that is
//! to come (nothing else may); `docs/lint.md` shows the same files.

#[path = "lint/corpus.rs"]
mod corpus;
#[path = "lint/twelve.rs"]
mod twelve;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tandem-lint-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn cases() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint/cases");
    let mut all: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "case"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    all.sort();
    all
}

/// `== name` begins a section.
fn sections(text: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut name = String::new();
    for line in text.split_inclusive('\n') {
        if let Some(title) = line.strip_prefix("== ") {
            title.trim().clone_into(&mut name);
            found.entry(name.clone()).or_default();
        } else {
            found.entry(name.clone()).or_default().push_str(line);
        }
    }
    found
}

/// Writes the files of a case and gives the words that tell of them.
fn unpack(folder: &Path, parts: &BTreeMap<String, String>) -> Vec<String> {
    let mut words = Vec::new();
    for (name, text) in parts {
        let (kind, node) = match name.split_once('.') {
            Some((node @ ("a" | "b"), kind)) => (kind, node),
            _ => (name.as_str(), ""),
        };
        match kind {
            "conf" => fs::write(folder.join(name), text).unwrap(),
            "addresses" | "firewall" | "haproxy" | "sysctl" | "segment" => {
                let file = format!("{node}{kind}");
                fs::write(folder.join(&file), text).unwrap();
                words.extend([format!("--{kind}"), file]);
            }
            "target" => words.extend(["--target-failover".to_owned(), text.trim().to_owned()]),
            "expect" => {}
            tree => {
                let (path, mode) = tree.split_once(' ').expect("tree/PATH MODE");
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, text).unwrap();
                let mode = u32::from_str_radix(mode, 8).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            }
        }
    }
    if folder.join("tree").exists() {
        words.extend(["--root".to_owned(), "tree".to_owned()]);
    }
    words
}

fn lint(folder: &Path, words: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tandemd"))
        .args(["lint", "a.conf", "b.conf"])
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn told(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|f| {
            let name = f["rule"].as_str().or(f["code"].as_str()).unwrap();
            let places = f["places"].as_array().unwrap();
            assert!(!places.is_empty(), "a finding without a place: {f}");
            assert!(!f["message"].as_str().unwrap().ends_with('.'), "{f}");
            format!(
                "{}[{name}]: {}",
                f["severity"].as_str().unwrap(),
                f["message"].as_str().unwrap()
            )
        })
        .collect()
}

fn run(name: &str, text: &str) -> Result<(), String> {
    let folder = Folder::new(name);
    let parts = sections(text);
    let mut words = unpack(&folder.0, &parts);
    let human = lint(&folder.0, &words);
    words.push("--json".to_owned());
    let output = lint(&folder.0, &words);
    let mut left = told(&output);
    for wanted in parts["expect"].lines() {
        let Some(at) = left.iter().position(|line| line.contains(wanted)) else {
            return Err(format!("{name}: missing: {wanted}\n  there is: {left:#?}"));
        };
        left.remove(at);
    }
    if !left.is_empty() {
        return Err(format!("{name}: not expected: {left:#?}"));
    }
    let code = i32::from(
        parts["expect"]
            .lines()
            .any(|line| !line.starts_with("warning")),
    );
    let codes = (human.status.code(), output.status.code());
    if name != "E11-extra-words" && codes != (Some(code), Some(code)) {
        return Err(format!("{name}: exit codes {codes:?}, {code} wanted"));
    }
    let shown = String::from_utf8_lossy(&human.stderr);
    if parts["expect"].is_empty() && !shown.contains("no problem") {
        return Err(format!("{name}: {shown}"));
    }
    let has_excerpt = shown.contains("--> ") && shown.contains('^');
    if !parts["expect"].is_empty() && !has_excerpt {
        return Err(format!("{name}: no excerpt: {shown}"));
    }
    Ok(())
}

#[test]
fn every_rule_finds_its_examples_and_nothing_else() {
    let cases = cases();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(name, text)| run(name, text).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for rule in 1..=17 {
        let rule = format!("E{rule:02}-");
        let of: Vec<&str> = cases
            .iter()
            .map(|(n, _)| n.as_str())
            .filter(|n| n.starts_with(&rule))
            .collect();
        assert!(
            of.iter().any(|n| n.contains("passes")),
            "{rule}: no passing example"
        );
        assert!(
            of.iter().any(|n| !n.contains("passes")),
            "{rule}: no failing example"
        );
    }
}

#[test]
fn passwords_are_never_shown() {
    for (name, text) in cases() {
        let folder = Folder::new(&format!("secret-{name}"));
        let mut words = unpack(&folder.0, &sections(&text));
        let human = lint(&folder.0, &words);
        words.push("--json".to_owned());
        let json = lint(&folder.0, &words);
        let all = [human.stdout, human.stderr, json.stdout, json.stderr].concat();
        let all = String::from_utf8_lossy(&all);
        for secret in ["s3cret", "sekret", "correcthorse", "ab#cd", "correcth"] {
            assert!(!all.contains(secret), "{name}: {secret} in {all}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_told_at_once_and_a_wrong_command_line_is_64() {
    let folder = Folder::new("unreadable");
    let words = ["--haproxy", "none.cfg", "--addresses", "none.json"].map(str::to_owned);
    let output = lint(&folder.0, &words);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    for file in ["a.conf", "b.conf", "none.cfg", "none.json"] {
        assert!(said.contains(file), "{said}");
    }
    let output = lint(&folder.0, &["c.conf".to_owned()]);
    assert_eq!(output.status.code(), Some(64));
}

#[test]
fn one_file_for_both_nodes_is_told_apart_by_its_ids() {
    let folder = Folder::new("ids");
    let text = "vrrp_instance VI_1 {\n    state BACKUP\n    interface eth0\n    virtual_router_id 51\n    @lb1 priority 150\n    @lb2 priority 150\n    virtual_ipaddress {\n        10.0.0.100/24\n    }\n}\n";
    fs::write(folder.0.join("a.conf"), text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tandemd"))
        .args([
            "lint",
            "a.conf",
            "a.conf",
            "--id",
            "lb1",
            "--id",
            "lb2",
            "--json",
            "--election",
        ])
        .current_dir(&folder.0)
        .output()
        .unwrap();
    let all = told(&output);
    assert!(
        all.len() == 1 && all[0].contains("both nodes have priority 150"),
        "{all:?}"
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"node\": \"lb2\""));
}
