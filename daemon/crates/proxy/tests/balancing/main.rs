//! The same sequence of requests through Debian's haproxy and through this proxy reaches the same
//! servers, algorithm by algorithm.

mod held;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write as _;
use support::{Beside, Client, Origin};

/// Options of the servers a, b, c …
type Farm = &'static [&'static str];

const EQUAL: Farm = &["", "", "", "", ""];
const WEIGHTED: Farm = &["weight 3", "weight 1", "weight 2"];
const UNEVEN: Farm = &["weight 7", "weight 1", "weight 5", "weight 2"];
const PRIME: Farm = &["weight 13", "weight 101", "weight 256", "weight 37"];
const ZERO: Farm = &["weight 2", "weight 0", "weight 3"];
const NUMBERED: Farm = &["id 40", "id 7 weight 3", "id 1000"];
const DECREASING: Farm = &["id 9 maxconn 9", "id 5 maxconn 9", "id 7 maxconn 9"];
const SPARE: Farm = &["disabled", "backup", "backup weight 2"];

/// Lines of the backend, and its servers.
const CASES: &[(&str, Farm)] = &[
    ("balance roundrobin", EQUAL),
    ("balance roundrobin", WEIGHTED),
    ("balance roundrobin", UNEVEN),
    ("balance roundrobin", PRIME),
    ("balance roundrobin", ZERO),
    ("balance roundrobin", SPARE),
    ("balance roundrobin\n option allbackups", SPARE),
    ("balance static-rr", EQUAL),
    ("balance static-rr", WEIGHTED),
    ("balance static-rr", UNEVEN),
    ("balance static-rr", PRIME),
    ("balance static-rr", ZERO),
    ("balance static-rr\n option allbackups", SPARE),
    ("balance leastconn", EQUAL),
    ("balance leastconn", WEIGHTED),
    ("balance leastconn", ZERO),
    ("balance first", DECREASING),
    ("balance source", EQUAL),
    ("balance source", UNEVEN),
    ("balance source\n hash-type consistent", EQUAL),
    (
        "balance source\n hash-type map-based sdbm avalanche",
        UNEVEN,
    ),
    ("balance uri", EQUAL),
    ("balance uri", UNEVEN),
    ("balance uri", PRIME),
    ("balance uri", ZERO),
    ("balance uri", SPARE),
    ("balance uri\n option allbackups", SPARE),
    ("balance uri whole", EQUAL),
    ("balance uri len 4", EQUAL),
    ("balance uri depth 1", EQUAL),
    ("balance uri depth 2", EQUAL),
    ("balance uri len 9 depth 2", EQUAL),
    ("balance uri len 9 depth 2 whole", EQUAL),
    ("balance uri path-only", EQUAL),
    ("balance uri path-only depth 1", EQUAL),
    ("balance uri\n hash-type map-based djb2", UNEVEN),
    ("balance uri\n hash-type map-based crc32", UNEVEN),
    ("balance uri\n hash-type map-based sdbm avalanche", UNEVEN),
    ("balance uri\n hash-type map-based djb2 avalanche", EQUAL),
    ("balance uri\n hash-type map-based crc32 avalanche", EQUAL),
    ("balance uri\n hash-type consistent", EQUAL),
    ("balance uri\n hash-type consistent", WEIGHTED),
    ("balance uri\n hash-type consistent", PRIME),
    ("balance uri\n hash-type consistent", NUMBERED),
    ("balance uri\n hash-type consistent", ZERO),
    ("balance uri\n hash-type consistent sdbm", EQUAL),
    ("balance uri\n hash-type consistent sdbm avalanche", EQUAL),
    ("balance uri\n hash-type consistent djb2", UNEVEN),
    ("balance uri\n hash-type consistent djb2 avalanche", EQUAL),
    ("balance uri\n hash-type consistent crc32", EQUAL),
    (
        "balance uri\n hash-type consistent crc32 avalanche",
        NUMBERED,
    ),
    (
        "balance uri\n hash-type consistent\n hash-balance-factor 150",
        EQUAL,
    ),
    ("balance url_param id", EQUAL),
    ("balance url_param id", UNEVEN),
    ("balance url_param id\n hash-type consistent", EQUAL),
    ("balance url_param id check_post 64", EQUAL),
    ("balance url_param id check_post", UNEVEN),
    ("balance hdr(X-Key)", EQUAL),
    ("balance hdr(x-key)\n hash-type consistent", UNEVEN),
    ("balance hdr(Host)", EQUAL),
    ("balance hdr(host) use_domain_only", EQUAL),
    ("balance hash req.hdr(x-key)", EQUAL),
    ("balance hash path,lower", UNEVEN),
    (
        "balance hash req.hdr(host),field(1,:)\n hash-type consistent",
        EQUAL,
    ),
    ("balance hash src", UNEVEN),
    ("balance hash int(7),add(3)", EQUAL),
    ("balance hash req.hdr(x-key),crc32", EQUAL),
    ("balance hash url_param(id)", UNEVEN),
];

/// Requests as they might have been recorded: paths, parameters, headers, bodies.
fn requests() -> Vec<String> {
    let mut list = Vec::new();
    let hosts = [
        "www.example.com",
        "example.org:8080",
        "a.b.shop.net",
        "localhost",
        "10.1.2.3",
        "one.two",
    ];
    for n in 0..48u32 {
        let host = hosts[n as usize % hosts.len()];
        let target = match n % 8 {
            0 => format!("/item/{n}"),
            1 => format!("/a/b/c{n}/d?id=user{n}"),
            2 => format!("/search?q=x&id={n};page=2"),
            3 => format!("/img/{:x}.png?v={n}", n * 7919),
            4 => "/".to_owned(),
            5 => format!("/A{n}/b?id="),
            6 => format!("http://{host}/abs/{n}?id=7"),
            _ => format!("/deep/er/and/deeper/{n}/?ids=1&id=last{}", n / 16),
        };
        let key = match n % 5 {
            0 => String::new(),
            1 => format!("X-Key: user-{}\r\n", n % 7),
            2 => format!("X-Key: {}\r\n", n * 65537),
            3 => "X-Key: \r\n".to_owned(),
            _ => format!("X-Key: one\r\nX-Key: two{n}\r\n"),
        };
        if n % 6 == 3 {
            let body = format!("name=x&id=posted{n}&more={n}");
            list.push(format!(
                "POST {target} HTTP/1.1\r\nHost: {host}\r\n{key}Content-Length: {}\r\nX-To: CASE\r\n\r\n{body}",
                body.len()
            ));
        } else {
            list.push(format!(
                "GET {target} HTTP/1.1\r\nHost: {host}\r\n{key}X-To: CASE\r\n\r\n"
            ));
        }
    }
    list
}

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn config(origins: &[Origin], prefix: char, cases: &[(&str, Farm)]) -> String {
    let mut text = "global\n nbthread 1\n maxconn 500\ndefaults\n mode http\n option http-no-delay\n timeout client 9s\n timeout server 9s\n \
         timeout connect 1s\nfrontend web\n bind 127.0.0.1:PORT\n use_backend %[req.hdr(x-to)]\n"
        .to_owned();
    for (n, (lines, farm)) in cases.iter().enumerate() {
        let _ = writeln!(text, "backend {prefix}{n}\n {lines}");
        for (k, options) in farm.iter().enumerate() {
            let port = origins[k].port;
            let _ = writeln!(text, " server {} 127.0.0.1:{port} {options}", NAMES[k]);
        }
    }
    text
}

#[test]
fn requests_reach_the_servers_that_they_reach_through_haproxy() {
    let origins: Vec<Origin> = NAMES.iter().map(|name| Origin::echo_named(name)).collect();
    let Some(beside) = Beside::start(&config(&origins, 'c', CASES)) else {
        return;
    };
    let requests = requests();
    let mut differ = Vec::new();
    for (n, (lines, farm)) in CASES.iter().enumerate() {
        let way = |port: u16| -> String {
            let mut client = Client::connect(port);
            let ask = |request: &String| {
                client.send(request.replace("CASE", &format!("c{n}")));
                let (head, body) = client.response();
                if head.starts_with("HTTP/1.1 200") {
                    String::from_utf8_lossy(&body).into_owned()
                } else {
                    format!("({})", support::status_of(&head))
                }
            };
            requests.iter().map(ask).collect()
        };
        let (theirs, ours) = (way(beside.theirs.port), way(beside.ours.port));
        if theirs != ours {
            differ.push(format!(
                "{} {farm:?}\n  haproxy: {theirs}\n  ours:    {ours}",
                lines.replace('\n', ";")
            ));
        }
    }
    assert!(
        differ.is_empty(),
        "{} of {} differ\n{}",
        differ.len(),
        CASES.len(),
        differ.join("\n")
    );
}
