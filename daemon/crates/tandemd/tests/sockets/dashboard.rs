//! What docs/grafana/tandem.json asks for is answered by running daemons, in both forms that
//! Prometheus takes.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use testkit::open_metrics::families;

use crate::pair::{self, Daemon, Pair, wait};
use crate::{get, get_with, require_pair};

const BOARD: &str = include_str!("../../../../../docs/grafana/tandem.json");
const OPEN: &str = "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n";

/// A metric and the labels that it is selected by, but those that Prometheus adds itself.
type Asked = (String, BTreeSet<String>);

fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Metrics and their selectors in a text of PromQL.
fn asked(text: &str) -> Vec<Asked> {
    let starts = ["tandemd_", "haproxy_"].map(|prefix| text.match_indices(prefix));
    let mut all = Vec::new();
    for (at, _) in starts.into_iter().flatten() {
        let end = text[at..]
            .find(|c| !in_word(c))
            .map_or(text.len(), |n| at + n);
        let selector = text[end..]
            .strip_prefix('{')
            .and_then(|s| s.split_once('}'));
        let labels = selector.map_or("", |(inside, _)| inside).split(',');
        let labels = labels.map(|pair| pair.split(|c| !in_word(c)).next().unwrap_or_default());
        let labels = labels.filter(|label| !["", "job", "instance"].contains(label));
        all.push((
            text[at..end].to_owned(),
            labels.map(str::to_owned).collect(),
        ));
    }
    all
}

fn of_board() -> Vec<Asked> {
    let board: Value = serde_json::from_str(BOARD).unwrap();
    let panels = board["panels"].as_array().unwrap().iter();
    let targets = panels.filter_map(|panel| panel["targets"].as_array());
    let queries = targets.flatten().map(|target| target["expr"].to_string());
    let variables = board["templating"]["list"].as_array().unwrap().iter();
    let queries = queries.chain(variables.map(|variable| variable["query"].to_string()));
    let all: Vec<Asked> = queries.flat_map(|query| asked(&query)).collect();
    assert!(all.len() > 20, "{all:?}");
    all
}

/// What is asked for and is no sample of the text.
fn missing<'a>(all: &'a [Asked], text: &str) -> Vec<&'a Asked> {
    let answers = |(name, labels): &Asked| {
        text.lines().any(|line| {
            let rest = line.strip_prefix(name.as_str());
            let rest = rest.filter(|rest| rest.starts_with(['{', ' ']));
            rest.is_some_and(|rest| {
                let has = |label: &String| {
                    ['{', ',']
                        .iter()
                        .any(|c| rest.contains(&format!("{c}{label}=\"")))
                };
                labels.iter().all(has)
            })
        })
    };
    all.iter().filter(|one| !answers(one)).collect()
}

#[test]
fn the_dashboard_is_answered_by_what_runs() {
    require_pair!();
    let pair = Pair::new("board");
    let pem = pair.directory.join("site.pem");
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-nodes",
            "-days",
            "60",
            "-newkey",
            "ec",
            "-subj",
            "/CN=a.example",
        ])
        .args([
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-keyout",
            "-",
            "-out",
            "-",
        ])
        .output()
        .expect("the Debian package openssl");
    std::fs::write(&pem, made.stdout).unwrap();
    let text = format!(
        "defaults\n    mode http\n    timeout client 10s\n    timeout server 10s\n    timeout connect 1s\n\
        frontend stats\n    bind 127.0.0.1:8404\n    http-request use-service prometheus-exporter if {{ path /metrics }}\n    default_backend app\n\
        frontend web\n    bind 127.0.0.1:8443 ssl crt {}\n    default_backend app\n\
        backend app\n    server w1 10.77.0.14:8001 check inter 100\n",
        pem.display()
    );
    let haproxy = pair.write("haproxy.cfg", &text);
    let daemons = [(&pair.a, 254), (&pair.b, 253)].map(|(host, priority)| {
        let keepalived = pair.write_keepalived(host, priority, "");
        let daemon = Daemon::start(&pair, host, Some(&haproxy), Some(&keepalived));
        daemon.wait_ready();
        daemon
    });
    assert_eq!(get(&pair.a, "/"), "w1\n");

    // `tandemd metrics` tells of the process, which the proxy's endpoint does not know.
    let (process, shown): (Vec<Asked>, Vec<Asked>) = of_board()
        .into_iter()
        .partition(|(name, _)| name.starts_with("tandemd_process_"));
    let printed = String::from_utf8(daemons[0].tell(["metrics"]).stdout).unwrap();
    assert_eq!(missing(&process, &printed), [] as [&Asked; 0], "{printed}");
    // What is not known yet has no line: some come with the first words of the peer.
    wait("the endpoint answers all questions", || {
        missing(&shown, &get(&pair.a, "/metrics")).is_empty()
    });
    let open = get_with(&pair.a, "/metrics", OPEN);
    assert_eq!(missing(&shown, &open), [] as [&Asked; 0], "{open}");
    let Some(families) = families(&open) else {
        return;
    };
    for (name, kind, unit) in [
        ("tandemd_vrrp_wake_lateness_seconds", "histogram", "seconds"),
        ("tandemd_vrrp_instance_transitions", "counter", ""),
        (
            "tandemd_certificate_expiry_timestamp_seconds",
            "gauge",
            "seconds",
        ),
    ] {
        let found = families.iter().find(|family| family.name == name).unwrap();
        assert_eq!((&*found.kind, &*found.unit), (kind, unit), "{name}");
        assert!(found.samples > 0, "{name}");
    }
}
