//! Live traffic as a sign of health, beside haproxy: what counts as an error, and what enough of
//! them do.

mod support;

use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};
use support::haproxy::Haproxy;
use support::told::lines;
use support::{Origin, Proxy, free_port};

/// A server whose check page is always fine, and which else does as the path says.
fn server() -> (u16, Arc<AtomicUsize>) {
    let origin = Origin::start(|mut stream, _| {
        let Some(head) = support::read_head(&mut stream) else {
            return;
        };
        let path = head.split(' ').nth(1).unwrap_or_default();
        let answer = match path.trim_start_matches('/') {
            "check" => "HTTP/1.0 200 OK\r\n\r\n".to_owned(),
            "junk" => "junk\r\n\r\n".to_owned(),
            "closes" => String::new(),
            "slow" => {
                let _ = stream.read(&mut [0; 100]);
                return;
            }
            status => format!("HTTP/1.0 {status} Word\r\nContent-Length: 0\r\n\r\n"),
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    (origin.port, origin.connections)
}

fn config(listen: u16, log: &UdpSocket, server: u16, checked: u16, observe: &str) -> String {
    let log = log.local_addr().unwrap().port();
    format!(
        "global\n log 127.0.0.1:{log} local0\ndefaults\n mode http\n retries 0\n timeout connect 1s\n timeout client 2s\n timeout server 500ms\n timeout check 2s\nfrontend l\n bind 127.0.0.1:{listen}\n default_backend b\nbackend b\n log global\n option httpchk GET /check\n server s 127.0.0.1:{server} check port {checked} inter 1m fall 3 rise 1 observe {observe}\n"
    )
}

fn ask(port: u16, path: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(support::WAIT)).unwrap();
    write!(stream, "GET /{path} HTTP/1.0\r\n\r\n").unwrap();
    let _ = stream.read_to_end(&mut Vec::new());
}

/// Asks for each path; the lines about the server that follow, as far as they tell of its state.
fn told(port: u16, log: &UdpSocket, paths: &[&str], wanted: usize) -> Vec<String> {
    for path in paths {
        ask(port, path);
    }
    let mut all = Vec::new();
    let end = Instant::now() + Duration::from_millis(if wanted == 0 { 100 } else { 3000 });
    while Instant::now() < end && (wanted == 0 || all.len() < wanted) {
        all.extend(
            lines(log)
                .into_iter()
                .map(|line| match line.split_once(" left. ") {
                    // The session that failed may have ended by now.
                    Some((head, _)) => head.to_owned(),
                    None => line,
                }),
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    all
}

/// What is observed; whether the server is there; what is asked; how many lines are told.
const CASES: &[(&str, bool, &[&str], usize)] = &[
    (
        "layer7 error-limit 1 on-error mark-down",
        true,
        &["404", "501", "505", "200"],
        0,
    ),
    ("layer7 error-limit 1 on-error mark-down", true, &["500"], 2),
    ("layer7 error-limit 1 on-error mark-down", true, &["502"], 2),
    (
        "layer7 error-limit 1 on-error mark-down",
        true,
        &["junk"],
        2,
    ),
    (
        "layer7 error-limit 1 on-error mark-down",
        true,
        &["closes"],
        2,
    ),
    (
        "layer7 error-limit 1 on-error mark-down",
        true,
        &["slow"],
        2,
    ),
    (
        "layer7 error-limit 1 on-error mark-down",
        false,
        &["200"],
        2,
    ),
    (
        "layer4 error-limit 1 on-error mark-down",
        false,
        &["200"],
        2,
    ),
    (
        "layer4 error-limit 1 on-error mark-down",
        true,
        &["500", "junk", "closes"],
        0,
    ),
    (
        "layer7 error-limit 3 on-error mark-down",
        true,
        &["500", "500", "200", "500", "500"],
        0,
    ),
    (
        "layer7 error-limit 3 on-error mark-down",
        true,
        &["500", "closes", "503"],
        2,
    ),
    (
        "layer7 error-limit 2",
        true,
        &["500", "500", "500", "500", "500"],
        0,
    ),
    (
        "layer7 error-limit 2",
        true,
        &["500", "500", "500", "500", "500", "500"],
        2,
    ),
    (
        "layer7 error-limit 2 on-error sudden-death",
        true,
        &["500", "500"],
        0,
    ),
    (
        "layer7 error-limit 2 on-error sudden-death",
        true,
        &["500", "500", "500", "500"],
        2,
    ),
    (
        "layer7 error-limit 2 on-error fastinter",
        true,
        &["500", "500", "500", "500"],
        0,
    ),
    ("layer7 on-error mark-down", true, &["500"; 9], 0),
    ("layer7 on-error mark-down", true, &["500"; 10], 2),
];

fn case(observe: &str, is_there: bool, paths: &[&str], wanted: usize) {
    let (checked, asked) = server();
    let log = || UdpSocket::bind("127.0.0.1:0").unwrap();
    let to = if is_there { checked } else { free_port() };
    let (theirs, ours) = (log(), log());
    let (one, two) = (free_port(), free_port());
    let Some(_haproxy) = Haproxy::start(&config(one, &theirs, to, checked, observe), one) else {
        panic!("haproxy is not installed");
    };
    let mut proxy = Proxy::start(&config(two, &ours, to, checked, observe));
    proxy.wait_status("/backends/0/servers/0/check", &"L7OK/200".into());
    // haproxy's own first check.
    let end = Instant::now() + support::WAIT;
    while asked.load(SeqCst) < 2 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(2));
    }
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| told(one, &theirs, paths, wanted));
        let two = told(two, &ours, paths, wanted);
        (one.join().unwrap(), two)
    });
    assert_eq!(one, two, "{observe} {paths:?}: haproxy's on the left");
    assert_eq!(one.len(), wanted, "{observe} {paths:?}: {one:?}");
}

#[test]
fn live_traffic_counts_as_in_haproxy() {
    std::thread::scope(|scope| {
        for (observe, is_there, paths, wanted) in CASES {
            scope.spawn(|| case(observe, *is_there, paths, *wanted));
        }
    });
}

#[test]
fn the_next_check_comes_sooner() {
    let (checked, _) = server();
    let gone = free_port();
    let log = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = free_port();
    let observe = "layer4 error-limit 1 on-error mark-down fastinter 30ms downinter 1m";
    let mut proxy = Proxy::start(&config(port, &log, gone, checked, observe));
    proxy.wait_status("/backends/0/servers/0/check", &"L7OK/200".into());
    ask(port, "200");
    // Without it a minute would pass until the check finds that the page is there.
    proxy.wait_status("/backends/0/servers/0/state", &"UP".into());
    let said = lines(&log);
    assert!(
        said.iter()
            .any(|line| line.contains("Detected 1 consecutive errors")),
        "{said:?}"
    );
}
