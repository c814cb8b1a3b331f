//! Real files, where they are at hand beside the project: each with itself as the other node, its
//! state and priority changed as handbooks do, and all pairs that lie next to each other.

use std::path::{Path, PathBuf};

use config::{Options, Parsed, Severity, Source, keepalived};
use pairlint::{Facts, Node, Report, Settings};

fn files() -> Option<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus/keepalived");
    let entries = std::fs::read_dir(root).ok()?;
    let mut found: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    found.sort();
    Some(found)
}

fn parse(label: &str, text: &str) -> Parsed<keepalived::Config> {
    let options = Options {
        tolerant: true,
        ..Options::default()
    };
    let mut parsed = keepalived::parse(&[Source::new(label, text)], &options);
    keepalived::mask(&mut parsed, options.env);
    parsed
}

fn compare(a: &Parsed<keepalived::Config>, b: &Parsed<keepalived::Config>) -> (Report, String) {
    let node = |label: &str, parsed| Node {
        label: label.to_owned(),
        parsed,
        facts: Facts::default(),
    };
    let nodes = [node("a.conf", a), node("b.conf", b)];
    let settings = Settings {
        target_failover: Some(std::time::Duration::from_secs(1)),
    };
    let report = pairlint::lint(&nodes, settings);
    let text = report.text(&nodes) + &report.election_text(&nodes);
    let json = report.json(&nodes);
    assert_eq!(
        json["findings"].as_array().unwrap().len(),
        report.findings.len()
    );
    for finding in &report.findings {
        assert!(!finding.places.is_empty(), "{finding:?}");
        for place in &finding.places {
            let sources = &nodes[place.node].parsed.sources;
            let whole = sources.text(place.span.file);
            let range = place.span.start as usize..place.span.end() as usize;
            assert!(whole.get(range).is_some(), "{finding:?}");
        }
    }
    (report, text)
}

/// As a handbook tells to make the second node's file: another state and a lower priority.
fn other_node(text: &str) -> String {
    let line = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        match (words.next(), words.next()) {
            (Some("state"), Some(_)) => "state BACKUP".to_owned(),
            (Some("priority"), Some(number)) => {
                let number: u8 = number.parse().unwrap_or(100);
                format!("priority {}", number.saturating_sub(1).max(1))
            }
            _ => line.to_owned(),
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn real_files_with_state_and_priority_changed_never_disagree_about_the_protocol() {
    let Some(files) = files() else {
        eprintln!("skipped: ../shared/corpus/keepalived is not beside the project");
        return;
    };
    let mut told = std::collections::BTreeMap::new();
    for path in &files {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        let (a, b) = (parse("a.conf", &text), parse("b.conf", &other_node(&text)));
        let (report, _) = compare(&a, &b);
        for finding in &report.findings {
            *told
                .entry(finding.rule.or(finding.code).unwrap())
                .or_insert(0) += 1;
            let differs = finding.rule == Some("E01") && finding.severity == Severity::Error;
            let no_group = a.config.instances.is_empty();
            assert!(
                !differs || no_group,
                "{}: {}",
                path.display(),
                finding.message
            );
        }
    }
    println!("{} files: {told:?}", files.len());
}

#[test]
fn any_two_real_files_are_compared_without_panic() {
    let Some(files) = files() else {
        eprintln!("skipped: ../shared/corpus/keepalived is not beside the project");
        return;
    };
    let all: Vec<_> = files
        .iter()
        .map(|path| {
            parse(
                "x.conf",
                &String::from_utf8_lossy(&std::fs::read(path).unwrap()),
            )
        })
        .collect();
    for (a, one) in all.iter().enumerate() {
        for other in all.iter().skip(a) {
            compare(one, other);
        }
    }
}
