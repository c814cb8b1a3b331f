//! OpenMetrics as the parser of Prometheus' own client reads it (Debian package
//! python3-prometheus-client): it refuses what the standard forbids.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// Debian's own: another one on the path does not see the package.
const INTERPRETER: &str = "/usr/bin/python3";

const PROGRAM: &str = "\
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
for f in read(sys.stdin.read()):
    print(f.name, f.type, f.unit, len(f.samples), sep='\\t')
";

#[derive(Debug, PartialEq, Eq)]
pub struct Family {
    pub name: String,
    pub kind: String,
    /// Empty where there is none.
    pub unit: String,
    pub samples: usize,
}

/// What the text is made of; `None`, with a word about it: the parser is not installed.
///
/// # Panics
///
/// When the parser does not take the text: a test has failed.
pub fn families(text: &str) -> Option<Vec<Family>> {
    let python = |program: &str| {
        let mut command = Command::new(INTERPRETER);
        command.args(["-c", program]).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn()
    };
    let there = python("import prometheus_client").and_then(|mut child| child.wait());
    if !there.is_ok_and(|status| status.success()) {
        eprintln!("skipped: python3-prometheus-client (Debian package) is not there");
        return None;
    }
    let mut child = python(PROGRAM).unwrap();
    let written = child.stdin.take().unwrap().write_all(text.as_bytes());
    let out = child.wait_with_output().unwrap();
    let why = String::from_utf8_lossy(&out.stderr);
    assert!(written.is_ok() && out.status.success(), "{why}\nof\n{text}");
    let said = String::from_utf8_lossy(&out.stdout);
    let family = |line: &str| {
        let mut words = line.split('\t').map(str::to_owned);
        Some(Family {
            name: words.next()?,
            kind: words.next()?,
            unit: words.next()?,
            samples: words.next()?.parse().ok()?,
        })
    };
    let all: Vec<Family> = said.lines().filter_map(family).collect();
    assert_eq!(all.len(), said.lines().count(), "{said}");
    Some(all)
}
