//! What the provisioner renders is accepted without a word.

use crate::said::{haproxy, keepalived};
use config::{Parsed, Severity};
use std::path::{Path, PathBuf};

fn files(folder: &Path, name: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, name, found);
        } else if path.file_name().is_some_and(|own| own == name) {
            found.push(path);
        }
    }
}

/// Rendered although this daemon says that it does not do it yet.
const UNDONE: [&str; 1] = ["smtp_alert"];

/// Secrets are put in on the host; until then a mark stands for them.
fn filled_in(text: &str) -> String {
    let mut parts = text.split("@@secret:");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once("@@").expect("a mark has an end");
        out.push_str("s3cret");
        out.push_str(rest);
    }
    out
}

fn complaints<T>(path: &Path, parsed: &Parsed<T>) -> Vec<String> {
    let findings = parsed.diagnostics.iter().filter(|finding| {
        let undone = finding.code == "keepalived/not-done"
            && UNDONE.contains(&parsed.sources.slice(finding.span));
        finding.severity > Severity::Note && !undone
    });
    findings
        .map(|finding| format!("{}: {}", path.display(), finding.message))
        .collect()
}

#[test]
fn every_golden_file_is_read_without_error_or_warning() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../test/golden");
    let (mut proxies, mut routers) = (Vec::new(), Vec::new());
    files(&root, "haproxy.cfg", &mut proxies);
    files(&root, "keepalived.conf", &mut routers);
    assert!(
        proxies.len() > 4 && routers.len() > 4,
        "no golden files in {}",
        root.display()
    );
    let read = |path: &Path| filled_in(&std::fs::read_to_string(path).expect("a readable file"));
    let mut all = Vec::new();
    for path in &proxies {
        all.extend(complaints(path, &haproxy(&read(path))));
    }
    for path in &routers {
        all.extend(complaints(path, &keepalived(&read(path))));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
