//! Log lines beside those of Debian's haproxy, on the same traffic.

mod support;

use std::io::Write;
use std::net::UdpSocket;
use std::time::{Duration, Instant};
use support::haproxy::Haproxy;
use support::{Client, Origin, Proxy, free_port, read_head};

fn config(web: u16, raw: u16, log: u16, origin: u16, slow: u16, dead: u16) -> String {
    format!(
        "global\n    nbthread 1\n    log 127.0.0.1:{log} local0\ndefaults\n    mode http\n    log global\n    option httplog\n    timeout client 500ms\n    timeout server 300ms\n    timeout connect 100ms\n    retries 0\nfrontend web\n    bind 127.0.0.1:{web}\n    http-request deny if {{ path /deny }}\n    use_backend dead if {{ path /dead }}\n    use_backend slow if {{ path /slow }}\n    default_backend app\nbackend app\n    server s 127.0.0.1:{origin}\nbackend slow\n    server w 127.0.0.1:{slow}\nbackend dead\n    server d 127.0.0.1:{dead}\nlisten raw\n    mode tcp\n    option tcplog\n    bind 127.0.0.1:{raw}\n    server s 127.0.0.1:{origin}\n"
    )
}

/// Times, ports, process ids, byte counts and load differ from run to run.
fn normal(line: &str) -> String {
    let line = line
        .split_once("]: ")
        .map_or(line, |(_, text)| text)
        .trim_end();
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    if words.len() < 6 {
        return line.to_owned();
    }
    "CLIENT".clone_into(&mut words[0]);
    "[TIME]".clone_into(&mut words[1]);
    // Whether a phase was reached matters, how long it took does not.
    words[4] = words[4]
        .split('/')
        .map(|t| if t == "-1" { "-1" } else { "N" })
        .collect::<Vec<_>>()
        .join("/");
    // The status is the same, the texts of our own answers are not; nor is the load.
    let bytes = if words[5].len() == 3 && words.len() > 10 {
        6
    } else {
        5
    };
    "N".clone_into(&mut words[bytes]);
    for word in words.iter_mut().filter(|w| w.matches('/').count() == 4) {
        "N".clone_into(word);
    }

    words.join(" ")
}

fn traffic(web: u16, raw: u16) {
    let mut client = Client::connect(web);
    client.get("/one");
    client.get("/two?x=\"y\"");
    client.get("/deny");
    drop(client);
    Client::connect(web).get("/dead");
    Client::connect(web).get("/slow");
    Client::connect(web).send("BAD\r\n\r\n").rest();
    let mut half = Client::connect(web);
    half.send("GET /half HTTP/1.1\r\n").rest();
    Client::connect(raw).get("/raw");
}

fn collect(log: &UdpSocket, wanted: usize) -> Vec<String> {
    log.set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    let mut lines = Vec::new();
    let end = Instant::now() + support::WAIT;
    let mut buf = vec![0; 4096];
    while lines.len() < wanted && Instant::now() < end {
        if let Ok(n) = log.recv(&mut buf) {
            let text = String::from_utf8_lossy(&buf[..n]).into_owned();
            // Only sessions, not starts and states of proxies.
            if text.contains("127.0.0.1:") {
                lines.push(text);
            }
        }
    }
    lines.sort_by_key(|l| normal(l));
    lines
}

#[test]
fn lines_say_the_same_as_haproxys() {
    let origin = Origin::start(|mut stream, _| {
        while read_head(&mut stream).is_some() {
            if stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
                .is_err()
            {
                return;
            }
        }
    });
    let slow = Origin::start(|mut stream, _| {
        let _ = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
    });
    let dead = free_port();
    let log = UdpSocket::bind("127.0.0.1:0").unwrap();
    let log_port = log.local_addr().unwrap().port();
    let (web, raw) = (free_port(), free_port());
    let cfg = config(web, raw, log_port, origin.port, slow.port, dead);
    let Some(haproxy) = Haproxy::start(&cfg, web) else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    // The probe that waited for haproxy is logged as well.
    let mut theirs = {
        traffic(web, raw);
        collect(&log, 9)
    };
    drop(haproxy);
    theirs.retain(|l| !l.contains("400 0 - - CR--"));
    let mine = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (web, raw) = (free_port(), free_port());
    let cfg = config(
        web,
        raw,
        mine.local_addr().unwrap().port(),
        origin.port,
        slow.port,
        dead,
    );
    let _proxy = Proxy::start(&cfg);
    traffic(web, raw);
    let ours = collect(&mine, theirs.len());
    let normal = |lines: &[String]| lines.iter().map(|l| normal(l)).collect::<Vec<_>>();
    let (a, b) = (normal(&theirs), normal(&ours));
    assert_eq!(
        a,
        b,
        "\nhaproxy:\n{}\nours:\n{}",
        theirs.join("\n"),
        ours.join("\n")
    );
}
