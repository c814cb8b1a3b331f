//! Persistence by cookie, against Debian's haproxy: the same requests, which server answers, what
//! it saw, what cookies the client gets, and what the log says of them.

mod support;

use proxy::persist::{decode, encode};
use std::io::Write;
use std::net::UdpSocket;
use std::time::{Duration, SystemTime};
use support::haproxy::Haproxy;
use support::{Client, Origin, Proxy, content_length, free_port, read_head};

const MODES: &[&str] = &[
    "",
    "insert",
    "insert indirect",
    "insert indirect httponly secure domain .x.y domain b.c attr SameSite=Lax",
    "insert postonly",
    "insert indirect preserve",
    "insert preserve",
    "rewrite",
    "rewrite postonly",
    "prefix",
    "prefix indirect",
    "insert indirect maxidle 1h maxlife 8h",
    "insert indirect maxlife 8h",
    "insert maxidle 1h",
    "insert indirect maxidle 30",
];

/// Method, `Cookie` of the client, `Set-Cookie` of the server.
const REQUESTS: &[(&str, &str, &str)] = &[
    ("GET", "", ""),
    ("POST", "", ""),
    ("GET", "SRV=b", ""),
    ("GET", "x=1; SRV=b; y=2", ""),
    ("GET", "y=2; SRV=a", ""),
    ("GET", "SRV=zz", ""),
    ("GET", "SRV=dd", ""),
    ("POST", "SRV=b", ""),
    ("GET", "", "SRV=own; path=/q"),
    ("GET", "SRV=b", "SRV=own"),
    ("GET", "SRV=b~own", ""),
    ("GET", "SRV=b~own; z=1", "SRV=own2; path=/"),
    ("GET", "SRV=b|X|Y", ""),
    ("GET", "SRV=\"b\"", ""),
    ("GET", "SRV=b; SRV=a", ""),
    ("GET", "SRV", ""),
    ("GET", "SRV=", ""),
    ("GET", "xSRV=b", ""),
    ("GET", "", "other=1"),
];

/// Answers with its name and the cookies it saw, and sets the cookie it is asked to set.
fn origin(name: &'static str) -> Origin {
    Origin::start(move |mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let of = |wanted: &'static str| {
                head.lines().filter_map(move |l| {
                    let (n, v) = l.split_once(": ")?;
                    n.eq_ignore_ascii_case(wanted).then(|| v.to_owned())
                })
            };
            let body = format!("{name} {:?}", of("cookie").collect::<Vec<_>>());
            let set: Vec<String> = of("x-set")
                .map(|v| format!("Set-Cookie: {v}\r\n"))
                .collect();
            let set = set.concat();
            let answer = format!(
                "HTTP/1.1 200 OK\r\n{set}Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

fn config(port: u16, log: u16, cookie: &str, servers: &str) -> String {
    format!(
        "global\n    nbthread 1\n    log 127.0.0.1:{log} local0\ndefaults\n    mode http\n    log global\n    option httplog\n    option redispatch\n    retries 1\n    timeout client 5s\n    timeout server 5s\n    timeout connect 200ms\nlisten app\n    bind 127.0.0.1:{port}\n    balance first\n    cookie SRV {cookie}\n{servers}\n"
    )
}

/// What came of a request: the answer's cookies and body, and the termination state in the log.
fn outcome(port: u16, log: &UdpSocket, request: (&str, &str, &str)) -> String {
    let (method, cookie, set) = request;
    let mut text = format!("{method} / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n");
    if !cookie.is_empty() {
        text += &["Cookie: ", cookie, "\r\n"].concat();
    }
    if !set.is_empty() {
        text += &["X-Set: ", set, "\r\n"].concat();
    }
    let mut client = Client::connect(port);
    let (head, body) = client.send(text + "\r\n").response();
    drop(client);
    assert_eq!(body.len(), content_length(&head));
    let cookies: Vec<&str> = head
        .lines()
        .filter(|l| l.to_ascii_lowercase().starts_with("set-cookie"))
        .map(|l| l.split_once(": ").unwrap().1)
        .collect();
    format!(
        "{} {cookies:?} {}",
        String::from_utf8_lossy(&body),
        logged_state(log, method)
    )
}

/// The four characters before the counters of the next line about a request.
fn logged_state(log: &UdpSocket, method: &str) -> String {
    let mut buf = [0; 4096];
    loop {
        let n = log.recv(&mut buf).expect("a log line");
        let text = String::from_utf8_lossy(&buf[..n]).into_owned();
        for line in text.lines().filter(|l| l.contains(&format!("\"{method} "))) {
            let words: Vec<&str> = line.split(' ').collect();
            let counts = words
                .iter()
                .position(|w| w.matches('/').count() == 4 && w.contains("/0"));
            let mut states = words.iter().filter(|w| {
                w.len() == 4
                    && w.bytes().all(|b| b == b'-' || b.is_ascii_alphabetic())
                    && w.contains('-')
            });
            if counts.is_some()
                && let Some(state) = states.next_back()
            {
                return (*state).to_owned();
            }
        }
    }
}

fn log_socket() -> (UdpSocket, u16) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(support::WAIT)).unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, port)
}

/// Two runs are some seconds apart: a date of today's answer is only `NOW`.
fn without_dates(text: &str) -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let parts = text.split('|').enumerate();
    let cut = parts.map(
        |(n, part)| match part.get(..5).and_then(|d| decode(d.as_bytes())) {
            Some(date) if n > 0 && date.abs_diff(now) < 8 => format!("NOW{}", &part[5..]),
            _ => part.to_owned(),
        },
    );
    cut.collect::<Vec<_>>().join("|")
}

#[test]
fn cookies_are_set_changed_and_obeyed_as_by_haproxy() {
    let (a, b, dead) = (origin("A"), origin("B"), free_port());
    let named = format!(
        "    server a 127.0.0.1:{} cookie a\n    server b 127.0.0.1:{} cookie b\n    server d 127.0.0.1:{dead} cookie dd",
        a.port, b.port
    );
    let unnamed = format!(
        "    server a 127.0.0.1:{}\n    server b 127.0.0.1:{} cookie b",
        a.port, b.port
    );
    let mut requests: Vec<(&str, String, &str)> = REQUESTS
        .iter()
        .map(|(m, c, s)| (*m, (*c).to_owned(), *s))
        .collect();
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let date = |back: u64| String::from_utf8(encode(now - back).to_vec()).unwrap();
    for (last, first) in [(10, 100), (10_000, 20_000), (10, 40_000), (1000, 2000)] {
        requests.push(("GET", format!("SRV=b|{}|{}", date(last), date(first)), ""));
        requests.push(("GET", format!("SRV=b|{}", date(last)), ""));
    }
    let ahead = String::from_utf8(encode(now + 200_000).to_vec()).unwrap();
    requests.push(("GET", format!("SRV=b|{ahead}|{ahead}"), ""));
    let mut differ = Vec::new();
    let mut compared = 0;
    for (mode, servers) in MODES.iter().map(|m| (*m, &named)).chain([
        ("insert", &unnamed),
        ("insert indirect", &unnamed),
        ("rewrite", &unnamed),
        ("prefix", &unnamed),
    ]) {
        let ((theirs_log, theirs_port), (ours_log, ours_port)) = (log_socket(), log_socket());
        let (theirs, ours) = (free_port(), free_port());
        let text = config(theirs, theirs_port, mode, servers);
        let Some(_haproxy) = Haproxy::start(&text, theirs) else {
            eprintln!("skipped: the haproxy binary is not installed");
            return;
        };
        let _proxy = Proxy::start(&config(ours, ours_port, mode, servers));
        for (method, cookie, set) in &requests {
            let request = (*method, cookie.as_str(), *set);
            let x = without_dates(&outcome(theirs, &theirs_log, request));
            let y = without_dates(&outcome(ours, &ours_log, request));
            compared += 1;
            if x != y {
                differ.push(format!(
                    "cookie SRV {mode}: {request:?}\n  haproxy {x}\n  ours    {y}"
                ));
            }
        }
    }
    assert!(
        differ.is_empty(),
        "{} of {compared} differ\n{}",
        differ.len(),
        differ.join("\n")
    );
}

#[test]
fn a_server_that_is_down_keeps_its_clients_only_with_option_persist() {
    let (a, b) = (origin("A"), origin("B"));
    let dead = free_port();
    for (option, wanted) in [("", 200), ("    option persist\n", 503)] {
        let port = free_port();
        let servers = format!(
            "    cookie SRV insert\n{option}    retries 0\n    server a 127.0.0.1:{} cookie a\n    server b 127.0.0.1:{} cookie b\n    server d 127.0.0.1:{dead} cookie d check inter 50ms fall 1",
            a.port, b.port
        );
        let mut proxy = Proxy::start(&support::http_config(port, "", &servers));
        while !proxy.server_state("app", "d").starts_with("DOWN") {
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut client = Client::connect(port);
        let request = "GET / HTTP/1.1\r\nHost: h\r\nCookie: SRV=d\r\n\r\n";
        let (head, _) = client.send(request).response();
        assert_eq!(support::status_of(&head), wanted, "{option}");
        assert_eq!(
            wanted == 200,
            head.to_ascii_lowercase()
                .contains("set-cookie: SRV=".to_ascii_lowercase().as_str())
        );
    }
}

#[test]
fn answers_that_set_a_cookie_are_kept_out_of_shared_caches() {
    let a = origin("A");
    let port = free_port();
    let servers = format!(
        "    cookie SRV insert indirect nocache\n    server a 127.0.0.1:{} cookie a",
        a.port
    );
    let _proxy = Proxy::start(&support::http_config(port, "", &servers));
    let (head, _) = Client::connect(port).get("/");
    assert!(head.contains("cache-control: private\r\n"), "{head}");
    let mut again = Client::connect(port);
    let request = "GET / HTTP/1.1\r\nHost: h\r\nCookie: SRV=a\r\n\r\n";
    let (head, _) = again.send(request).response();
    assert!(
        !head.to_ascii_lowercase().contains("cache-control"),
        "{head}"
    );
}
