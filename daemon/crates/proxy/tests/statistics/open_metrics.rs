//! The metrics as OpenMetrics: read by the parser of Prometheus' own client, which refuses what the
//! standard forbids.

use super::{alone, ask, get, header, origin, status};
use std::collections::BTreeMap;
use testkit::open_metrics::families;

const OPEN: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// As Prometheus 2.42 and curl ask.
const PROMETHEUS: &str = "Accept: application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n";
const CURL: &str = "Accept: */*\r\n";

fn start(port: u16) -> (super::Proxy, u16) {
    alone(&format!(
        "frontend web\n bind 127.0.0.1:PORT\n http-request use-service prometheus-exporter if {{ path /metrics }}\n default_backend app\n\
         backend app\n server one 127.0.0.1:{port} check inter 50ms rise 1\n server two 127.0.0.1:{port} disabled\n\
         backend raw\n mode tcp\n server one 127.0.0.1:{port}\n"
    ))
}

/// Samples of the text format: name with labels → value, without counters that are not known.
fn samples(text: &str) -> BTreeMap<&str, &str> {
    let mut counters = Vec::new();
    let mut samples = BTreeMap::new();
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            counters.extend(kind.strip_suffix(" counter"));
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let family = name.split('{').next().unwrap();
            if value != "NaN" || !counters.contains(&family) {
                samples.insert(name, value);
            }
        }
    }
    samples
}

#[test]
fn a_strict_reader_takes_it_and_finds_what_the_text_has() {
    let origin = origin();
    let (_proxy, port) = start(origin.port);
    get(port, "/a", "");
    for query in ["", "?scope=server", "?scope=global", "?scope="] {
        let target = format!("/metrics{query}");
        let (head, open) = get(port, &target, PROMETHEUS);
        assert_eq!(
            (status(&head), header(&head, "content-type")),
            (200, Some(OPEN))
        );
        assert_eq!(header(&head, "vary"), Some("accept"));
        assert!(open.ends_with("# EOF\n"), "{open}");
        let (_, text) = get(port, &target, CURL);
        // What both have, under the same names, so that queries are good for both.
        let renamed = text.replace("failed_resolutions ", "failed_resolutions_total ");
        let renamed = samples(&renamed);
        let own = samples(&open);
        let names: [Vec<&&str>; 2] = [renamed.keys().collect(), own.keys().collect()];
        assert_eq!(names[0], names[1], "{query}");
        let Some(families) = families(&open) else {
            continue;
        };
        for family in &families {
            let counts = family.kind == "counter";
            assert!(!(counts && family.name.ends_with("_total")), "{family:?}");
        }
        let count: usize = families.iter().map(|family| family.samples).sum();
        assert_eq!(count, own.len(), "{query}");
        let has = |name: &str, kind: &str, unit: &str| {
            families
                .iter()
                .any(|f| (&*f.name, &*f.kind, &*f.unit) == (name, kind, unit))
        };
        if query != "?scope=" && query != "?scope=global" {
            assert!(has("haproxy_server_bytes_in", "counter", ""), "{open}");
            assert!(has("haproxy_server_downtime_seconds", "counter", "seconds"));
            assert!(has("haproxy_server_status", "gauge", ""));
        }
        if query.is_empty() || query == "?scope=global" {
            assert!(has("haproxy_process_build", "info", ""));
            assert!(has("haproxy_process_pool_used_bytes", "gauge", "bytes"));
        }
    }
}

#[test]
fn who_does_not_ask_for_it_gets_the_text() {
    let origin = origin();
    let (_proxy, port) = start(origin.port);
    let kind = |headers: &str| {
        let (head, _) = get(port, "/metrics?scope=global", headers);
        header(&head, "content-type").unwrap().to_owned()
    };
    let text = "text/plain; version=0.0.4";
    for (headers, wanted) in [
        ("", text),
        (CURL, text),
        (
            "Accept: text/html, application/xhtml+xml, */*;q=0.8\r\n",
            text,
        ),
        ("Accept: application/openmetrics-text;q=0\r\n", text),
        (
            "Accept: application/openmetrics-text;version=0.0.1\r\n",
            text,
        ),
        (
            "Accept: application/openmetrics-text;q=0.5, text/plain\r\n",
            text,
        ),
        (
            "Accept: text/plain;q=0.5\r\naccept: application/openmetrics-text\r\n",
            OPEN,
        ),
        (PROMETHEUS, OPEN),
    ] {
        assert_eq!(kind(headers), wanted, "{headers}");
    }
    let head =
        format!("HEAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{PROMETHEUS}\r\n");
    let (head, body) = ask(port, &head);
    assert_eq!((header(&head, "content-type"), &*body), (Some(OPEN), ""));
    // An error is no metrics.
    let (head, _) = get(port, "/metrics?scope=nonsense", PROMETHEUS);
    assert_eq!(
        (status(&head), header(&head, "content-type")),
        (400, Some("text/plain"))
    );
}
