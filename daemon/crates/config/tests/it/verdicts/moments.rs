//! What expressions may look at, by place: haproxy's own table of fetches, and `haproxy -c`.

use super::case::{Case, PREAMBLE, Place};
use super::{Folder, installed, theirs};
use config::{FileId, Options, Parsed, Source, haproxy};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Command;

/// A fetch of each kind that the table distinguishes.
const FETCHES: [&str; 12] = [
    "res.ver",
    "status",
    "srv_id",
    "be_name",
    "path",
    "hdr(a)",
    "method",
    "ssl_fc",
    "fe_name",
    "src_port",
    "nbsrv(table)",
    "thread",
];

/// Lines with an expression, which is refused where it has no value.
const EXPRESSIONS: &[(Place, &[&str])] = &[
    (
        Place::HttpFrontend,
        &[
            "tcp-request connection set-var(sess.a) {}",
            "tcp-request session set-var(sess.a) {}",
            "tcp-request content set-var(sess.a) {}",
            "stick-table type string size 10\n    tcp-request connection track-sc0 {}",
            "stick-table type string size 10\n    tcp-request session track-sc0 {}",
            "stick-table type string size 10\n    tcp-request content track-sc0 {}",
            "tcp-request connection set-src {}",
            "tcp-request content capture {} len 4",
            "tcp-request content set-priority-class {}",
            "tcp-request content do-resolve(txn.a,dns) {}",
            "http-request set-var(txn.a) {}",
            "http-request set-var-fmt(txn.a) %[{}]",
            "http-request set-header x %[{}]",
            "http-request capture {} len 5",
            "stick-table type string size 10\n    http-request track-sc0 {}",
            "http-request return content-type a lf-string %[{}]",
            "http-request return status 200 hdr a %[{}]",
            "http-request redirect location %[{}]",
            "http-request set-priority-class {}",
            "http-request set-src {}",
            "http-request do-resolve(txn.a,dns) {}",
            "http-request set-map({DIR}/hosts.map) %[{}] a",
            "http-request sc-set-gpt0(0) {}",
            "http-request early-hint a %[{}]",
            "http-request replace-path a %[{}]",
            "http-response set-header x %[{}]",
            "http-response set-var(txn.a) {}",
            "http-response redirect location %[{}]",
            "http-response return status 200 content-type a lf-string %[{}]",
            "http-response sc-set-gpt0(0) {}",
            "http-after-response set-header x %[{}]",
            "use_backend %[{}]",
            "log-format %[{}]",
            "log-format-sd %[{}]",
            "error-log-format %[{}]",
            "unique-id-format %[{}]",
            "redirect location %[{}]",
            "http-error status 404 content-type a lf-string %[{}]",
        ],
    ),
    (
        Place::TcpFrontend,
        &[
            "log-format %[{}]",
            "use_backend %[{}]",
            "tcp-request content set-var(sess.a) {}",
        ],
    ),
    (
        Place::HttpBackend,
        &[
            "tcp-request content set-var(sess.a) {}",
            "tcp-response content set-var(sess.a) {}",
            "tcp-response content sc-set-gpt0(0) {}",
            "http-request set-var(txn.a) {}",
            "http-request set-timeout server {}",
            "http-request set-dst {}",
            "http-response set-var(txn.a) {}",
            "http-after-response set-header x %[{}]",
            "use-server %[{}] if TRUE",
            "balance hash {}",
            "stick-table type string size 10\n    stick match {}",
            "stick-table type string size 10\n    stick on {}",
            "stick-table type string size 10\n    stick store-request {}",
            "stick-table type string size 10\n    stick store-response {}",
            "redirect location %[{}]",
            "option httpchk\n    http-check connect port {}",
            "option httpchk\n    http-check send uri-lf %[{}]",
            "option httpchk\n    http-check send hdr a %[{}]",
            "option httpchk\n    http-check set-var(check.a) {}",
            "option httpchk\n    http-check expect status 200 on-error %[{}]",
            "option tcp-check\n    tcp-check send-lf %[{}]",
            "option tcp-check\n    tcp-check expect string x status-code {}",
        ],
    ),
    (Place::Server, &["ssl verify none sni {}"]),
    (
        Place::Defaults,
        &["log-format %[{}]", "unique-id-format %[{}]"],
    ),
];

/// Lines with a condition, of which a warning says that it never holds.
const CONDITIONS: &[(Place, &[&str])] = &[
    (
        Place::HttpFrontend,
        &[
            "tcp-request connection reject if { {} -m found }",
            "tcp-request session reject if { {} -m found }",
            "tcp-request content reject if { {} -m found }",
            "http-request deny if { {} -m found }",
            "http-response deny if { {} -m found }",
            "http-after-response set-header x y if { {} -m found }",
            "use_backend table if { {} -m found }",
            "redirect location / if { {} -m found }",
            "monitor fail if { {} -m found }",
            "stats http-request deny if { {} -m found }",
            "stats admin if { {} -m found }",
            "acl A {} -m found\n    http-request deny if A",
            "acl A {} -m found\n    http-response deny if A",
            "acl A {} -m found\n    acl A always_true\n    http-response deny if A",
        ],
    ),
    (
        Place::HttpBackend,
        &[
            "tcp-request content reject if { {} -m found }",
            "tcp-response content reject if { {} -m found }",
            "http-request deny if { {} -m found }",
            "http-response deny if { {} -m found }",
            "use-server s if { {} -m found }",
            "stick match src table table if { {} -m found }",
            "stick on src table table if { {} -m found }",
            "stick store-request src table table if { {} -m found }",
            "stick store-response src table table if { {} -m found }",
            "force-persist if { {} -m found }",
            "ignore-persist if { {} -m found }",
            "redirect location / if { {} -m found }",
        ],
    ),
];

fn cases(lines: &[(Place, &[&str])]) -> Vec<Case> {
    let of = |place: Place, line: &str| {
        FETCHES.map(|fetch| Case {
            place,
            line: line.replace("{}", fetch),
        })
    };
    let all = lines
        .iter()
        .flat_map(|(place, lines)| lines.iter().flat_map(|line| of(*place, line)));
    all.collect()
}

/// All cases as one text, and whose each of its lines is.
fn joined(cases: &[Case], folder: &Folder) -> (String, Vec<Option<usize>>) {
    let mut text = PREAMBLE.replace("{DIR}", &folder.0.display().to_string());
    let mut lines = vec![None; text.lines().count() + 1];
    for (number, case) in cases.iter().enumerate() {
        let case = case.text(number, &folder.0);
        lines.resize(lines.len() + case.lines().count(), Some(number));
        text += &case;
    }
    (text, lines)
}

/// The lines on which something of this code is said.
fn lines_with(parsed: &Parsed<haproxy::Config>, code: &str) -> BTreeSet<usize> {
    let found = parsed.diagnostics.iter().filter(|found| found.code == code);
    let line = |span| parsed.sources.position(span).line as usize;
    found.map(|found| line(found.span)).collect()
}

fn parse(text: &str) -> Parsed<haproxy::Config> {
    let source = [Source::new("haproxy.cfg", text.to_owned())];
    let parsed = haproxy::parse(&source, &Options::default());
    assert_eq!(
        parsed.sources.text(FileId(0)).lines().count(),
        text.lines().count()
    );
    parsed
}

fn told(cases: &[Case], ours: &BTreeSet<usize>, theirs: &BTreeSet<usize>) -> Vec<String> {
    let of = |numbers: Vec<&usize>, who: &str| -> Vec<String> {
        let line = |number: &&usize| format!("{who}: {}", cases[**number].line);
        numbers.iter().map(line).collect()
    };
    let mut all = of(ours.difference(theirs).collect(), "only we speak");
    all.extend(of(theirs.difference(ours).collect(), "only haproxy speaks"));
    all
}

#[test]
fn what_cannot_be_there_is_refused_where_haproxy_refuses_it() {
    if !installed() {
        return;
    }
    let folder = Folder::new("moments");
    let cases = cases(EXPRESSIONS);
    let (text, lines) = joined(&cases, &folder);
    let said = lines_with(&parse(&text), "haproxy/not-there");
    let ours = said.into_iter().filter_map(|line| lines[line]).collect();
    let differ = told(&cases, &ours, &theirs::refused(&cases, &folder.0));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn conditions_that_never_hold_are_warned_of_where_haproxy_warns() {
    if !installed() {
        return;
    }
    let folder = Folder::new("never");
    let cases = cases(CONDITIONS);
    let (text, lines) = joined(&cases, &folder);
    let said = lines_with(&parse(&text), "haproxy/never-matches");
    let ours = said.into_iter().filter_map(|line| lines[line]).collect();
    let warnings = theirs::said(&text);
    let warnings = warnings
        .lines()
        .filter(|line| line.contains(" incompatible with "));
    let number = |line: &str| {
        let digits = line.split("/dev/stdin:").nth(1)?.split(']').next()?;
        lines[digits.parse::<usize>().ok()?]
    };
    let theirs = warnings.filter_map(number).collect();
    let differ = told(&cases, &ours, &theirs);
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// Columns of haproxy's table, and lines that stand for them.
const COLUMNS: [(usize, &str); 9] = [
    (0, "tcp-request connection set-var(sess.a) "),
    (1, "tcp-request session set-var(sess.a) "),
    (3, "http-request set-var(txn.a) "),
    (9, "balance hash "),
    (10, "server s 127.0.0.1:1 ssl verify none sni "),
    (12, "http-response set-var(txn.a) "),
    (18, "log-format-sd %["),
    (19, "tcp-check set-var(check.a) "),
    (20, "set-var proc.a "),
];

/// `sc_get_gpt(integer,integer[,table])` as a name, and with the arguments that it needs.
fn called(row: &str) -> (&str, String) {
    let row = row.rsplit_once(": ").map_or(row, |(row, _)| row);
    let (name, kinds) = row.split_once('(').unwrap_or((row, ""));
    let needed = kinds.trim_end_matches(')');
    let needed = match needed.split_once('[') {
        Some(("", optional)) if optional.starts_with("string") && !name.starts_with("fc_") => {
            "string"
        }
        Some((needed, _)) => needed,
        None => needed,
    };
    let value = |kind| match kind {
        "integer" => "1",
        "server" => "b/s",
        "variable" => "txn.a",
        _ => "abcd",
    };
    let values: Vec<&str> = needed
        .split(',')
        .filter(|kind| !kind.is_empty())
        .map(value)
        .collect();
    match values.join(",") {
        none if none.is_empty() => (name, name.to_owned()),
        values => (name, format!("{name}({values})")),
    }
}

#[test]
fn each_fetch_is_there_when_the_table_of_haproxy_says_so() {
    if !installed() {
        return;
    }
    let output = Command::new("/usr/sbin/haproxy")
        .args(["-dKsmp", "-q", "-c", "-f", "/dev/null"])
        .output()
        .expect("haproxy runs");
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows = table.lines().filter_map(|line| {
        let (marks, name) = line.strip_prefix("[ ")?.split_once("] ")?;
        let marks: Vec<bool> = marks.split(' ').map(|mark| mark == "Y").collect();
        let (name, call) = called(name);
        let fetch = config::registry::haproxy().find("fetch", name)?;
        let read = !matches!(fetch.status, config::registry::Status::NotYet(_));
        read.then_some((call, marks))
    });
    let (mut text, mut expected, mut count) = (String::new(), Vec::new(), 0);
    for (name, marks) in rows {
        count += 1;
        for (column, line) in COLUMNS {
            let section = match column {
                20 => "global".to_owned(),
                0..=3 | 18 => format!("frontend f{}", expected.len()),
                _ => format!("backend b{}", expected.len()),
            };
            let close = if column == 18 { "]" } else { "" };
            let _ = writeln!(text, "{section}\n    {line}{name}{close}");
            expected.push((format!("{line}{name}"), marks[column]));
        }
    }
    assert!(count > 380, "{count} fetches");
    let said = lines_with(&parse(&text), "haproxy/not-there");
    let differ: Vec<&str> = expected
        .iter()
        .enumerate()
        .filter(|(at, (line, there))| {
            // Those that need arguments or another place are refused for that.
            let missing = said.contains(&(2 * at + 2));
            missing == *there && !line.is_empty()
        })
        .map(|(_, (line, _))| line.as_str())
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
