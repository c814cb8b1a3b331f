//! `last_rule_file` and `last_rule_line` beside haproxy: in log lines and in rules, of every kind of
//! rule that decides.

mod support;

use support::beside::Side;
use support::{Beside, Client, Origin};

const HTTP: &str = r#"
global
    nbthread 1
defaults plain
    mode http
    timeout client 5s
    timeout server 5s
    timeout connect 1s
    timeout tarpit 10ms
    log 127.0.0.1:LOG format raw local0
defaults base from plain
    http-request deny deny_status 429 if { path /inherited }
frontend web from base
    bind 127.0.0.1:PORT
    option dontlognull
    log-format "%ST %[last_rule_line] %[last_rule_file]"
    tcp-request connection accept
    tcp-request session accept
    tcp-request content accept if { path_beg /content }
    tcp-request content reject if { path /refused }
    tcp-request content silent-drop if { path /vanished }
    monitor-uri /monitored
    http-request set-header X-None %[last_rule_line]
    http-request set-var(txn.a) path
    http-request allow if { path_beg /allow }
    http-request deny if { path /deny }
    http-request deny deny_status 405 if { path /teapot }
    http-request tarpit if { path /tarpit }
    http-request reject if { path /reject }
    http-request silent-drop if { path /drop }
    http-request return status 200 if { path /return }
    http-request redirect location /there if { path /redirect }
    http-request redirect location %[req.hdr(none)] ignore-empty if { path /nowhere }
    http-request auth if { path /auth }
    redirect location /old if { path_end /bare }
    http-response set-header X-Seen %[last_rule_line]
    http-response return status 200 if { var(txn.a) -m end /answer }
    http-after-response allow if { status 405 }
    http-after-response set-header X-Passed over
    use_backend no if { path /nobody }
    default_backend app
backend app from plain
    log-tag app
    tcp-request content accept if { path /content/both }
    http-request set-header X-Front "%[last_rule_line]"
    http-request deny if { path_end /back }
    http-request return status 404 if { last_rule_line gt 0 } { path /allow/seen }
    http-response allow if { var(txn.a) -m end /let }
    http-response deny if { var(txn.a) -m end /hidden }
    http-response redirect location /other if { var(txn.a) -m end /moved }
    server s 127.0.0.1:ORIGIN
backend no from plain
"#;

/// Paths, each a request of its own.
const PATHS: &[&str] = &[
    "/none",
    "/inherited",
    "/content",
    "/content/both",
    "/content/back",
    "/refused",
    "/vanished",
    "/allow",
    "/allow/back",
    "/allow/seen",
    "/allow/hidden",
    "/deny",
    "/teapot",
    "/tarpit",
    "/reject",
    "/drop",
    "/return",
    "/redirect",
    "/nowhere",
    "/auth",
    "/bare",
    "/back",
    "/nobody",
    "/answer",
    "/let",
    "/hidden",
    "/moved",
];

/// The line without the name of the file, which is each side's own; whether that was said.
fn line(side: &Side) -> String {
    let line = side.lines(1).remove(0);
    let words = line.split(' ').map(|word| match word {
        "test.cfg" => "FILE",
        name if name.contains("tandem-diff-") => "FILE",
        other => other,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What came back that rules have written, and what the origin saw of it.
fn told(answer: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(answer).to_ascii_lowercase();
    let wanted = ["x-none", "x-front", "x-seen", "x-passed"];
    let lines = text.lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        wanted.contains(&name)
    });
    let mut told: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
    told.sort();
    told
}

fn origin() -> Origin {
    Origin::start(|mut stream, _| {
        use std::io::Write;
        while let Some(head) = support::read_head(&mut stream) {
            let length = head.len();
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{head}");
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

#[test]
fn the_rule_that_decided_is_told_in_logs_and_to_rules() {
    let origin = origin();
    let text = HTTP.replace("ORIGIN", &origin.port.to_string());
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let ask = |side: &Side, path: &str| {
        let mut client = Client::connect(side.port);
        client.send(format!(
            "GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        ));
        if path.ends_with("drop") || path == "/vanished" {
            // Nothing says that the connection is over.
            client
                .0
                .set_read_timeout(Some(std::time::Duration::from_millis(100)))
                .unwrap();
        }
        let answer = told(&client.rest());
        if path == "/monitored" {
            return (answer, String::new());
        }
        (answer, line(side))
    };
    let mut differ = Vec::new();
    for path in PATHS {
        let (one, two) = (ask(&both.theirs, path), ask(&both.ours, path));
        if one != two {
            differ.push(format!("{path}\n  haproxy: {one:?}\n  ours:    {two:?}"));
        }
    }
    assert!(
        differ.is_empty(),
        "{} differ\n{}",
        differ.len(),
        differ.join("\n")
    );
    // What is compared is there.
    let (_, said) = ask(&both.ours, "/deny");
    let wanted = text.lines().position(|line| line.contains("path /deny"));
    let number = wanted.expect("the rule") + 1;
    assert_eq!(said, format!("403 {number} FILE"));
    // Each request of a connection begins anew.
    for side in [&both.theirs, &both.ours] {
        let mut client = Client::connect(side.port);
        client.get("/return");
        client.get("/none");
        line(side);
        assert_eq!(line(side), "200 - -");
    }
}

const TCP: &str = r#"
global
    nbthread 1
defaults
    mode tcp
    timeout client 5s
    timeout server 5s
    timeout connect 1s
    log 127.0.0.1:LOG format raw local0
listen relay
    bind 127.0.0.1:PORT
    option dontlognull
    log-format "%ts %[last_rule_line] %[last_rule_file]"
    tcp-request inspect-delay 5s
    tcp-request content set-var(sess.first) req.payload(0,1)
    tcp-request content accept if { req.payload(0,1) -m str a }
    tcp-request content reject if { req.payload(0,1) -m str r }
    tcp-request content track-sc0 src if { req.payload(0,1) -m str t }
    tcp-response inspect-delay 5s
    tcp-response content accept if { var(sess.first) -m str a } { res.payload(0,1) -m str o }
    tcp-response content reject if { var(sess.first) -m str x }
    stick-table type ip size 10
    server s 127.0.0.1:ORIGIN
"#;

#[test]
fn connections_tell_of_the_rules_over_their_first_bytes() {
    let origin = Origin::start(|mut stream, _| {
        use std::io::{Read, Write};
        let mut byte = [0];
        if stream.read_exact(&mut byte).is_ok() {
            let _ = stream.write_all(b"ok");
        }
    });
    let text = TCP.replace("ORIGIN", &origin.port.to_string());
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let ask = |side: &Side, first: &str| {
        let mut client = Client::connect(side.port);
        client.send(first);
        let got = client.rest();
        drop(client);
        (got, line(side))
    };
    for first in ["a", "r", "t", "x", "n"] {
        let (one, two) = (ask(&both.theirs, first), ask(&both.ours, first));
        assert_eq!(one, two, "{first}: haproxy's on the left");
    }
}
