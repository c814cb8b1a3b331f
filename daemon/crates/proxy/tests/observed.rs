//! Live traffic as a sign of health, beside haproxy: what counts as an error, and what enough of
//! them do.

mod support;

use std::fmt::Write as _;
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

/// One server that is observed: where clients ask for it, and where it is.
struct Observed<'a> {
    listen: u16,
    server: u16,
    checked: u16,
    observe: &'a str,
}

/// `case00`: each by itself.
fn name(n: usize) -> String {
    format!("case{n:02}")
}

fn config(log: &UdpSocket, cases: &[Observed<'_>]) -> String {
    let log = log.local_addr().unwrap().port();
    let mut text = format!(
        "global\n log 127.0.0.1:{log} local0\n max-spread-checks 50ms\ndefaults\n mode http\n retries 0\n timeout connect 1s\n timeout client 2s\n timeout server 500ms\n timeout check 2s\n"
    );
    for (n, case) in cases.iter().enumerate() {
        let (
            name,
            Observed {
                listen,
                server,
                checked,
                observe,
            },
        ) = (name(n), case);
        let _ = write!(
            text,
            "frontend to_{name}\n bind 127.0.0.1:{listen}\n default_backend {name}\nbackend {name}\n log global\n option httpchk GET /check\n server s 127.0.0.1:{server} check port {checked} inter 1m fall 3 rise 1 observe {observe}\n"
        );
    }
    text
}

fn ask(port: u16, path: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(support::WAIT)).unwrap();
    write!(stream, "GET /{path} HTTP/1.0\r\n\r\n").unwrap();
    let _ = stream.read_to_end(&mut Vec::new());
}

/// Asks for the paths of each case, the cases beside each other; the lines that follow about each
/// server, as far as they tell of its state.
fn told(ports: &[u16], log: &UdpSocket) -> Vec<Vec<String>> {
    std::thread::scope(|scope| {
        for (port, (_, _, paths, _)) in ports.iter().zip(CASES) {
            scope.spawn(|| paths.iter().for_each(|path| ask(*port, path)));
        }
    });
    let mut all = vec![Vec::new(); CASES.len()];
    let missing = |all: &[Vec<String>]| {
        let mut cases = all.iter().zip(CASES);
        cases.any(|(lines, (.., wanted))| lines.len() < *wanted)
    };
    let end = Instant::now() + support::WAIT;
    let mut quiet = Instant::now();
    // Those that are to say nothing get a moment after the others have spoken.
    while missing(&all) && Instant::now() < end || quiet.elapsed() < Duration::from_millis(100) {
        for line in lines(log) {
            // The session that failed may have ended by now.
            let line = line
                .split_once(" left. ")
                .map_or(line.as_str(), |(head, _)| head);
            let case = (0..CASES.len()).find(|n| line.contains(&name(*n)));
            all[case.expect(line)].push(line.to_owned());
            quiet = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    all
}

/// What is observed; whether the server is there; what is asked; how many lines are told.
type Case = (&'static str, bool, &'static [&'static str], usize);

const CASES: &[Case] = &[
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

#[test]
fn live_traffic_counts_as_in_haproxy() {
    let log = || UdpSocket::bind("127.0.0.1:0").unwrap();
    let (theirs, ours) = (log(), log());
    let servers: Vec<(u16, Arc<AtomicUsize>)> = CASES.iter().map(|_| server()).collect();
    let gone = free_port();
    let side = || -> Vec<Observed<'_>> {
        let cases = CASES.iter().zip(&servers);
        let observed = |((observe, is_there, ..), (checked, _)): (&Case, &(u16, _))| Observed {
            listen: free_port(),
            server: if *is_there { *checked } else { gone },
            checked: *checked,
            observe,
        };
        cases.map(observed).collect()
    };
    let (one, two) = (side(), side());
    let Some(_haproxy) = Haproxy::start(&config(&theirs, &one), one[0].listen) else {
        panic!("haproxy is not installed");
    };
    let mut proxy = Proxy::start(&config(&ours, &two));
    for (n, (_, asked)) in servers.iter().enumerate() {
        proxy.wait_status(
            &format!("/backends/{n}/servers/0/check"),
            &"L7OK/200".into(),
        );
        // haproxy's own first check.
        let end = Instant::now() + support::WAIT;
        while asked.load(SeqCst) < 2 && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    let ports = |side: &[Observed<'_>]| side.iter().map(|case| case.listen).collect::<Vec<_>>();
    let (one, two) = (ports(&one), ports(&two));
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| told(&one, &theirs));
        let two = told(&two, &ours);
        (one.join().unwrap(), two)
    });
    for ((theirs, ours), (observe, _, paths, wanted)) in one.iter().zip(&two).zip(CASES) {
        assert_eq!(theirs, ours, "{observe} {paths:?}: haproxy's on the left");
        assert_eq!(theirs.len(), *wanted, "{observe} {paths:?}: {theirs:?}");
    }
}

#[test]
fn the_next_check_comes_sooner() {
    let (checked, _) = server();
    let gone = free_port();
    let log = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = free_port();
    let observe = "layer4 error-limit 1 on-error mark-down fastinter 30ms downinter 1m";
    let case = Observed {
        listen: port,
        server: gone,
        checked,
        observe,
    };
    let mut proxy = Proxy::start(&config(&log, &[case]));
    proxy.wait_status("/backends/0/servers/0/check", &"L7OK/200".into());
    ask(port, "200");
    let end = Instant::now() + support::WAIT;
    let marked = |line: &String| line.contains("Detected 1 consecutive errors");
    while !lines(&log).iter().any(marked) {
        assert!(Instant::now() < end, "it is not marked down");
        std::thread::sleep(Duration::from_millis(5));
    }
    // Without it a minute would pass until the check finds that the page is there.
    proxy.wait_status("/backends/0/servers/0/state", &"UP".into());
}
