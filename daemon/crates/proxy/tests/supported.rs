//! What the support table calls supported can be computed: each fetch and converter is taken up.

mod support;

use config::registry::{self, Status};
use support::{Proxy, free_port};

/// Arguments that some fetch or converter takes; the first that is accepted is used.
const ARGUMENTS: [&str; 12] = [
    "", "(1)", "(x)", "(1,x)", "(x,x)", "(web)", "(1,web)", "(people)", "(txn.a)", "(1,1)",
    "(4142)", "(app/s)",
];

fn config(port: u16, rules: &str) -> String {
    format!(
        "userlist people\n    user anna insecure-password secret\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\nfrontend web\n    bind 127.0.0.1:{port}\n    stick-table type ip size 10 store http_req_rate(10s)\n{rules}    default_backend app\nbackend app\n    server s 127.0.0.1:1\n"
    )
}

/// Where values can be looked at: what speaks of the answer or the server is there at its rules alone.
const MOMENTS: [&str; 2] = ["http-request", "http-response"];

/// The rule that computes the expression, at the first moment at which it can.
fn accepted(port: u16, expression: &str) -> Option<String> {
    let rules = MOMENTS.map(|moment| format!("    {moment} set-var(txn.x) {expression}\n"));
    rules.into_iter().find(|rule| {
        let source = config::Source::new("test.cfg", config(port, rule));
        let parsed = config::haproxy::parse(&[source], &config::Options::default());
        parsed.errors().next().is_none()
    })
}

#[test]
fn everything_that_is_called_supported_is_computed() {
    let port = free_port();
    let map = std::env::temp_dir().join(format!("tandem-map-{}", std::process::id()));
    std::fs::write(&map, "# nothing\n").unwrap();
    let mut rules = String::new();
    let mut refused = Vec::new();
    for entry in registry::haproxy().entries() {
        let start = match entry.group {
            "fetch" => "",
            "converter" => "src,",
            _ => continue,
        };
        if !matches!(entry.status, Status::Supported) {
            continue;
        }
        let name = entry.keyword;
        let own = match name {
            _ if entry.group == "converter" && name.starts_with("map") => {
                Some(format!("({})", map.display()))
            }
            "bin" => Some("(4142)".to_owned()),
            "var" => Some("(txn.a)".to_owned()),
            "digest" => Some("(sha256)".to_owned()),
            "ipv4" => Some("(10.0.0.1)".to_owned()),
            "ipv6" => Some("(::1)".to_owned()),
            "json" => Some("(utf8)".to_owned()),
            "avg_queue" | "be_conn" | "be_conn_free" | "be_sess_rate" | "connslots" | "nbsrv"
            | "queue" => Some("(app)".to_owned()),
            "aes_gcm_dec" => Some("(128,txn.a,txn.b,txn.c)".to_owned()),
            "hmac" => Some("(sha256,a2V5)".to_owned()),
            _ => None,
        };
        let candidates = own.into_iter().chain(ARGUMENTS.map(str::to_owned));
        let mut written = candidates.map(|arguments| format!("{start}{name}{arguments}"));
        match written.find_map(|expression| accepted(port, &expression)) {
            Some(rule) => rules.push_str(&rule),
            None => refused.push(name),
        }
    }
    assert!(refused.is_empty(), "no arguments fit: {refused:?}");
    assert!(rules.lines().count() > 250);
    // Whatever cannot be computed is named when the configuration is taken up.
    let mut proxy = Proxy::start(&config(port, ""));
    let verdict = proxy.configure(&config(port, &rules));
    let _ = std::fs::remove_file(&map);
    assert_eq!(verdict, Ok(()));
}
