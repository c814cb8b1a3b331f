//! `http-request use-service prometheus-exporter`, beside haproxy's.

use super::{alone, both, get, header, origin, status};
use std::collections::{BTreeMap, BTreeSet};

/// Name → kind, and the samples: name and labels → value.
fn read(text: &str) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let (mut kinds, mut samples) = (BTreeMap::new(), BTreeMap::new());
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            kinds.insert(name.to_owned(), kind.to_owned());
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            samples.insert(name.to_owned(), value.to_owned());
        }
    }
    (kinds, samples)
}

fn config(port: u16) -> String {
    format!(
        "frontend web\n bind 127.0.0.1:PORT\n http-request use-service prometheus-exporter if {{ path /metrics }}\n default_backend app\n\
         backend app\n server one 127.0.0.1:{port} check inter 50ms rise 1\n server two 127.0.0.1:{port} disabled\n\
         \x20server three 127.0.0.1:{port} track app/one weight 7 backup\n\
         listen raw\n mode tcp\n bind 127.0.0.1:0\n server one 127.0.0.1:{port}\n"
    )
    .replace("listen raw\n mode tcp\n bind 127.0.0.1:0\n", "backend raw\n mode tcp\n")
}

#[test]
fn names_kinds_and_labels_are_those_of_haproxys_exporter() {
    let origin = origin();
    let Some((_haproxy, theirs, _proxy, ours)) = both(&config(origin.port)) else {
        return;
    };
    // Both have checked.
    for port in [theirs, ours] {
        let end = std::time::Instant::now() + super::support::WAIT;
        let checked = "haproxy_server_check_status{proxy=\"app\",server=\"one\",state=\"L4OK\"} 1";
        while !get(port, "/metrics", "").1.contains(checked) {
            assert!(std::time::Instant::now() < end);
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        get(port, "/a", "");
    }
    for query in [
        "",
        "?scope=*",
        "?scope=global",
        "?scope=server&scope=backend",
        "?scope=frontend&no-maint",
        "?scope=server&no-maint",
        "?scope=listener",
        "?scope=",
        "?scope=global&scope=",
    ] {
        let [(one, text), (two, own)] =
            [theirs, ours].map(|port| get(port, &format!("/metrics{query}"), ""));
        assert_eq!(
            (status(&one), header(&one, "content-type")),
            (status(&two), header(&two, "content-type")),
            "{query}"
        );
        let ((kinds, samples), (own_kinds, own_samples)) = (read(&text), read(&own));
        same(
            &kinds.into_iter().collect(),
            &own_kinds.into_iter().collect(),
            query,
        );
        let names = |samples: &BTreeMap<String, String>| -> BTreeSet<String> {
            samples
                .keys()
                .map(|name| name.split("{version").next().unwrap().to_owned())
                .collect()
        };
        same(&names(&samples), &names(&own_samples), query);
        // What does not depend on when it is asked.
        for name in samples.keys().filter(|name| {
            [
                "_status{",
                "weight{",
                "servers{",
                "check_code",
                "http_responses_total{proxy=\"app\"",
                "check_failures",
                "queue_limit",
                "throttle",
            ]
            .iter()
            .any(|part| name.contains(part))
        }) {
            assert_eq!(samples[name], own_samples[name], "{name}");
        }
    }
    for query in ["?scope=nonsense", "?scope=server&scope=nonsense"] {
        let statuses =
            [theirs, ours].map(|port| status(&get(port, &format!("/metrics{query}"), "").0));
        assert_eq!(statuses, [400, 400], "{query}");
    }
}

#[test]
fn promtool_has_nothing_against_the_metrics() {
    let origin = origin();
    let (_proxy, port) = alone(&config(origin.port));
    get(port, "/a", "");
    let (_, text) = get(port, "/metrics", "");
    let Some(said) = promtool(&text) else {
        eprintln!("skipped: promtool (of the Debian package prometheus) is not there");
        return;
    };
    // haproxy's own names are not all as promtool likes them; nothing else may be wrong.
    for line in said.lines() {
        let known = line.contains("haproxy_process_") || line.contains("no help text");
        assert!(known && !line.contains("error while linting"), "{line}");
    }
}

fn same<T: Ord + std::fmt::Debug>(theirs: &BTreeSet<T>, ours: &BTreeSet<T>, query: &str) {
    let (missing, more): (Vec<_>, Vec<_>) = (
        theirs.difference(ours).collect(),
        ours.difference(theirs).collect(),
    );
    assert!(
        missing.is_empty() && more.is_empty(),
        "{query}: missing {missing:?}, not haproxy's {more:?}"
    );
}

/// What `promtool check metrics` says; `None`: it is not installed.
fn promtool(text: &str) -> Option<String> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    Some(String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned())
}
