//! What is counted of the same traffic, beside haproxy's `show stat`.

mod cases;
mod clients;
#[path = "../support/mod.rs"]
mod support;

use cases::{CASES, Case};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::time::{Duration, Instant};
use support::figures::{Figures, figures};
use support::haproxy::{self, Haproxy};
use support::{Origin, Proxy, free_port, read_head};

fn origin() -> Origin {
    Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let mut body = vec![0; support::content_length(&head)];
            if stream.read_exact(&mut body).is_err() {
                return;
            }
            let path = head.split(' ').nth(1).unwrap_or("").to_owned();
            let answer = |status: &str, body: &str| {
                format!(
                    "HTTP/1.1 {status} Word\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                )
            };
            let text = match path.as_str() {
                "/nonsense" => "what?\r\n\r\n".to_owned(),
                "/gone" => return,
                "/short" => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_owned(),
                "/endless" => {
                    "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n".to_owned()
                        + &"x".repeat(5000)
                }
                "/slow" => {
                    std::thread::sleep(Duration::from_millis(100));
                    answer("200", "slow")
                }
                "/endless-wait" => {
                    std::thread::sleep(Duration::from_millis(300));
                    return;
                }
                "/early" => {
                    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".to_owned() + &answer("200", "ok")
                }
                path => match path.strip_prefix("/status/") {
                    Some(status @ ("204" | "304")) => format!("HTTP/1.1 {status} Word\r\n\r\n"),
                    Some(status) => answer(status, "word"),
                    None => answer("200", "ok"),
                },
            };
            if stream.write_all(text.as_bytes()).is_err() || path == "/short" || path == "/nonsense"
            {
                return;
            }
            // Until the other side has had enough.
            if path != "/endless" {
                continue;
            }
            loop {
                if stream.write_all(&[b'x'; 5000]).is_err() {
                    return;
                }
            }
        }
    })
}

fn config(global: &str, ports: &[u16], probe: u16, origin: u16) -> String {
    let mut text = format!(
        "global\n nbthread 1\n maxconn 2000\n{global}defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 20ms\n\
         frontend probe\n bind 127.0.0.1:{probe}\n"
    );
    for (case, port) in CASES.iter().zip(ports) {
        let Case {
            name,
            frontend,
            backend,
            ..
        } = case;
        let backend = backend
            .replace("ORIGIN", &format!("127.0.0.1:{origin}"))
            .replace("DEAD", "127.0.0.1:1");
        writeln!(
            text,
            "frontend f-{name}\n option socket-stats\n bind 127.0.0.1:{port}\n {frontend}\n default_backend b-{name}\nbackend b-{name}\n {backend}"
        )
        .unwrap();
    }
    text
}

#[test]
fn traffic_is_counted_as_haproxy_counts_it() {
    let origin = origin();
    let ports = || -> Vec<u16> { CASES.iter().map(|_| free_port()).collect() };
    let act = |ports: &[u16]| {
        std::thread::scope(|scope| {
            for (case, port) in CASES.iter().zip(ports) {
                scope.spawn(|| (case.act)(*port));
            }
        });
    };
    let (theirs, probe) = (ports(), free_port());
    let socket =
        std::env::temp_dir().join(format!("tandem-traffic-{}-{probe}", std::process::id()));
    let global = format!(" stats socket {} level admin\n", socket.display());
    let Some(_haproxy) = Haproxy::start(&config(&global, &theirs, probe, origin.port), probe)
    else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    let ours = ports();
    let mut proxy = Proxy::start(&config("", &ours, free_port(), origin.port));
    act(&theirs);
    act(&ours);
    let end = Instant::now() + Duration::from_secs(3);
    loop {
        let (one, two) = (
            figures(&haproxy::ask(&socket, "show stat")),
            figures(&proxy.statistics()),
        );
        let differences = differences(&one, &two);
        if differences.is_empty() {
            break;
        }
        assert!(
            Instant::now() < end,
            "haproxy's on the left\n{}",
            differences.join("\n")
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = std::fs::remove_file(&socket);
}

fn differences(theirs: &Figures, ours: &Figures) -> Vec<String> {
    let mut all = Vec::new();
    let counted = |row: &str, name: &str| match name {
        // haproxy counts the bytes of its own form of a message; ours are those on the wire. Of a
        // session that comes to nothing it has read some already.
        "bin" | "bout" => row.contains("-raw/") || row.contains("-raw-leaves"),
        // A message that was read is a request, also where rules for tcp refuse it.
        "req_tot" => row != "f-content/FRONTEND",
        // Each has ports of its own.
        "addr" => !row.ends_with("/sock-1"),
        _ => true,
    };
    for (row, figures) in theirs.iter().filter(|(row, _)| !row.starts_with("probe/")) {
        for (name, value) in figures.iter().filter(|(name, _)| counted(row, name)) {
            let own = &ours[row][name];
            if own != value {
                all.push(format!("{row} {name}: {value} {own}"));
            }
        }
    }
    all
}
