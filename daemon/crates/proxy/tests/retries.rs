//! Which failures lead to another try, and where it goes, beside haproxy: what the client got, how
//! often the server was asked, and what the log says.

mod support;

use std::fmt::Write as _;
use support::beside::Side;
use support::{Beside, Client, free_port, script};

/// Lines of a backend, and what its server does try by try.
const CASES: &[(&str, &str)] = &[
    ("", "close-200"),
    ("", "503-200"),
    ("", "junk-200"),
    ("", "part-200"),
    ("timeout server 150ms", "silent-200"),
    ("retry-on none", "close-200"),
    ("retry-on empty-response", "close-200"),
    ("retry-on empty-response", "reset-200"),
    ("retry-on empty-response", "close-close-close-200"),
    ("retry-on empty-response", "close-close-close-close-200"),
    ("retry-on empty-response", "junk-200"),
    ("retry-on empty-response", "part-200"),
    ("retry-on empty-response", "503-200"),
    ("retry-on junk-response", "junk-200"),
    ("retry-on junk-response", "close-200"),
    (
        "timeout server 150ms\n    retry-on response-timeout",
        "silent-200",
    ),
    (
        "timeout server 150ms\n    retry-on response-timeout",
        "silent-silent-silent-silent-200",
    ),
    ("retry-on response-timeout", "close-200"),
    ("retry-on 503", "503-200"),
    ("retry-on 503", "503"),
    ("retry-on 503", "500-200"),
    ("retry-on 404 401", "401-404-200"),
    ("retry-on all-retryable-errors", "500-junk-close-200"),
    ("retry-on all-retryable-errors", "404-200"),
    (
        "retry-on all-retryable-errors\n    retries 1",
        "502-502-200",
    ),
    ("retry-on all-retryable-errors\n    retries 0", "502-200"),
    (
        "retry-on all-retryable-errors\n    http-request disable-l7-retry if METH_POST",
        "503-200",
    ),
    (
        "retry-on all-retryable-errors\n    option redispatch 1",
        "503-200",
    ),
    ("retry-on 0rtt-rejected conn-failure", "close-200"),
];

fn config(origin: u16) -> String {
    let mut text = "global\n    nbthread 1\n    log 127.0.0.1:LOG local0 debug\ndefaults\n    mode http\n    log global\n    log-format \"%b/%s %ST %rc %ts %{+Q}r\"\n    timeout client 5s\n    timeout server 3s\n    timeout connect 1s\nfrontend web\n    bind 127.0.0.1:PORT\n    use_backend %[path,field(2,/)]\n".to_owned();
    for (n, (lines, _)) in CASES.iter().enumerate() {
        let _ = write!(
            text,
            "backend b{n}\n    {lines}\n    server s1 127.0.0.1:{origin}\n    server s2 127.0.0.1:{origin}\n"
        );
    }
    text
}

/// Status and body; pages of our own are each proxy's.
fn ask(port: u16, request: &str) -> (String, String) {
    let mut client = Client::connect(port);
    client.send(request);
    let mut byte = [0];
    if std::io::Read::read(&mut support::beside::Peek(&client.0), &mut byte).unwrap_or(0) == 0 {
        return ("closed".to_owned(), String::new());
    }
    let (head, body) = client.response();
    let body = String::from_utf8_lossy(&body).into_owned();
    let own = body.contains("<html>");
    let status = head.split(' ').nth(1).unwrap_or("").to_owned();
    (status, if own { "own page".to_owned() } else { body })
}

/// Asks both sides for the same: a list for each backend, whose requests come in order. What comes
/// back must be the same, and what the log says.
fn agree(both: &Beside, lists: &[Vec<String>]) {
    let (theirs, ours) = std::thread::scope(|scope| {
        let theirs = scope.spawn(|| outcomes(&both.theirs, lists));
        let ours = outcomes(&both.ours, lists);
        (theirs.join().unwrap(), ours)
    });
    let differ: Vec<String> = theirs
        .iter()
        .zip(&ours)
        .filter(|(theirs, ours)| theirs != ours)
        .map(|(theirs, ours)| format!("haproxy {theirs:?}\nours    {ours:?}"))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert_eq!(theirs.len(), ours.len());
}

/// Answers with their requests in order, and behind them all lines of the log, sorted.
fn outcomes(side: &Side, lists: &[Vec<String>]) -> Vec<(String, String, String)> {
    let port = side.port.to_string();
    let one = |request: &String| {
        let (status, body) = ask(side.port, &request.replace("PORT", &port));
        (request.clone(), status, body)
    };
    let lane = |lists: &[Vec<String>]| lists.iter().flatten().map(one).collect::<Vec<_>>();
    let mut all = std::thread::scope(|scope| {
        let lanes = lists.chunks(lists.len().div_ceil(LANES));
        let lanes: Vec<_> = lanes
            .map(|lists| scope.spawn(move || lane(lists)))
            .collect();
        let done = lanes.into_iter().flat_map(|lane| lane.join().unwrap());
        done.collect::<Vec<_>>()
    });
    let mut lines = side.lines(all.len());
    for line in &mut lines {
        *line = line
            .split_once("]: ")
            .map_or(line.clone(), |(_, text)| text.to_owned());
    }
    lines.sort();
    let logged = lines
        .into_iter()
        .map(|line| (line, String::new(), String::new()));
    all.extend(logged);
    all
}

/// So many backends are asked beside each other.
const LANES: usize = 6;

#[test]
fn failed_requests_are_tried_again_as_by_haproxy() {
    let origin = script::start();
    let Some(both) = Beside::start(&config(origin.port)) else {
        return;
    };
    let lists: Vec<Vec<String>> = CASES
        .iter()
        .enumerate()
        .map(|(n, (_, script))| {
            let asks = [("GET", ""), ("POST", "hello")].map(|(method, body)| {
                format!(
                    "{method} /b{n}/{script}/{method}PORT HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )
            });
            asks.to_vec()
        })
        .collect();
    agree(&both, &lists);
}

/// Balancing, cookie, `option redispatch`, retries.
fn redispatch_cases() -> Vec<(&'static str, bool, i32, u32)> {
    let mut cases = Vec::new();
    for balance in [
        "roundrobin",
        "static-rr",
        "leastconn",
        "source",
        "first",
        "random",
    ] {
        for cookie in [false, true] {
            // Where chance chooses the first server, the two may begin differently.
            if balance == "random" && !cookie {
                continue;
            }
            for (interval, retries) in [
                (0, 2),
                (-1, 3),
                (-2, 3),
                (-3, 4),
                (1, 2),
                (2, 3),
                (3, 3),
                (-1, 1),
            ] {
                cases.push((balance, cookie, interval, retries));
            }
        }
    }
    cases
}

#[test]
fn another_server_is_tried_when_haproxy_tries_one() {
    let dead = free_port();
    let origin = script::start();
    let mut text = "global\n    nbthread 1\n    log 127.0.0.1:LOG local0 debug\ndefaults\n    mode http\n    log global\n    log-format \"%b/%s %ST %rc %tsc %{+Q}r\"\n    timeout client 5s\n    timeout server 1s\n    timeout connect 10ms\n    hash-type consistent\nfrontend web\n    bind 127.0.0.1:PORT\n    use_backend %[path,field(2,/)]\n".to_owned();
    let cases = redispatch_cases();
    for (n, (balance, cookie, interval, retries)) in cases.iter().enumerate() {
        let cookie = if *cookie { "cookie S" } else { "" };
        let _ = write!(
            text,
            "backend b{n}\n    balance {balance}\n    {cookie}\n    option redispatch {interval}\n    retries {retries}\n    server dead 127.0.0.1:{dead} cookie d weight 200\n    server live 127.0.0.1:{} cookie l weight 1\n",
            origin.port
        );
    }
    let Some(both) = Beside::start(&text) else {
        return;
    };
    let ask = |n: usize| {
        vec![format!(
            "GET /b{n}/200/PORT HTTP/1.1\r\nHost: h\r\nConnection: close\r\nCookie: S=d\r\n\r\n"
        )]
    };
    let lists: Vec<Vec<String>> = (0..cases.len()).map(ask).collect();
    agree(&both, &lists);
}
