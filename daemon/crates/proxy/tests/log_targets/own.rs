//! What goes beyond haproxy, or cannot be compared with it.

use super::support::{self, Client, Origin, Proxy, free_port};
use super::{Logs, config, get};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

#[test]
fn a_ring_waits_for_its_server_and_counts_what_it_could_not_keep() {
    let origin = Origin::named("a");
    let (web, probe, server) = (free_port(), free_port(), free_port());
    let text = config(
        "",
        " log ring@r local0\n log-format \"%HP %ST\"\n",
        web,
        probe,
        origin.port,
    );
    let mut proxy = Proxy::start(&format!(
        "{text}ring r\n size 400\n server s 127.0.0.1:{server}\n"
    ));
    (0..40).for_each(|n| get(web, &format!("/{n:03}")));
    // What was dropped is counted when the others are forwarded: the last line comes first.
    let lines = until(server, "/039 200\n");
    // Counted behind the lines.
    proxy.wait_status("/logs/0/sent", &40.into());
    let row = proxy.status()["logs"][0].clone();
    proxy.stop(1000);
    let got = lines.lines().count() as u64;
    assert!(got < 40, "{lines}");
    assert_eq!(row["target"], "ring@r");
    assert_eq!(
        row["dropped"].as_u64().map(|dropped| dropped + got),
        Some(40),
        "{row} {lines}"
    );
}

/// What the first connection to this port brings, up to the end of this line.
fn until(port: u16, last: &str) -> String {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(support::WAIT)).unwrap();
    let (mut stream, mut lines) = (BufReader::new(stream), String::new());
    while !lines.ends_with(last) {
        let count = stream.read_line(&mut lines).unwrap();
        assert!(count > 0, "{lines}");
    }
    lines
}

#[test]
fn a_log_daemon_that_is_started_again_is_found_again() {
    let origin = Origin::named("a");
    let path = std::env::temp_dir().join(format!("tandem-log-{}", std::process::id()));
    let daemon = || {
        let _ = std::fs::remove_file(&path);
        let socket = UnixDatagram::bind(&path).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        socket
    };
    let receive = |socket: &UnixDatagram| {
        let mut buffer = [0; 2000];
        let n = socket.recv(&mut buffer).ok()?;
        Some(String::from_utf8_lossy(&buffer[..n]).into_owned())
    };
    let first = daemon();
    let (web, probe) = (free_port(), free_port());
    let log = format!(
        " log {} format raw local0\n log-format \"%HP\"\n",
        path.display()
    );
    let _proxy = Proxy::start(&config("", &log, web, probe, origin.port));
    get(web, "/one");
    assert_eq!(receive(&first).as_deref(), Some("/one\n"));
    drop(first);
    let second = daemon();
    let end = Instant::now() + support::WAIT;
    let mut got = None;
    while got.is_none() && Instant::now() < end {
        get(web, "/two");
        got = receive(&second);
    }
    let _ = std::fs::remove_file(&path);
    assert_eq!(got.as_deref(), Some("/two\n"));
}

#[test]
fn a_limit_leaves_lines_out_says_so_and_counts_them() {
    let origin = Origin::named("a");
    let (logs, web, probe) = (Logs::new(1), free_port(), free_port());
    let text = config(
        "",
        " log LOG0 format raw limit 3 local0\n log-format \"%HP\"\n",
        web,
        probe,
        origin.port,
    );
    let mut proxy = Proxy::start(&logs.place(&text));
    let (mut sent, end) = (0, Instant::now() + support::WAIT);
    // Until a second has begun in which the one before is told about.
    let mut lines = Vec::new();
    while !lines.iter().any(|line: &String| line.contains("left out")) && Instant::now() < end {
        (0..10).for_each(|n| get(web, &format!("/{n}")));
        sent += 10;
        lines.extend(logs.lines(0).remove(0));
    }
    let row = proxy.status()["logs"][0].clone();
    let told: Vec<&String> = lines
        .iter()
        .filter(|line| line.contains("left out"))
        .collect();
    assert!(
        told[0].ends_with("lines were left out: more than 3 in a second.\n"),
        "{told:?}"
    );
    let count = |name: &str| row[name].as_u64().unwrap();
    assert_eq!(
        count("sent") + count("limited"),
        sent + told.len() as u64,
        "{row}"
    );
    assert_eq!(count("dropped"), 0);
}

#[test]
fn json_lines_hold_what_httplog_holds() {
    let origin = Origin::named("a");
    let (logs, web, probe, raw) = (Logs::new(1), free_port(), free_port(), free_port());
    let frontend = " log LOG0 format raw len 300 local0\n option httplog json\n capture request header Host len 20\n";
    let text = config("", frontend, web, probe, origin.port);
    let tcp = format!(
        "listen raw\n mode tcp\n bind 127.0.0.1:{raw}\n log LOG0 format raw local0\n option tcplog json\n server s 127.0.0.1:{}\n",
        origin.port
    );
    let proxy = Proxy::start(&logs.place(&(text.replace("len 300", "len 2000") + &tcp)));
    get(web, "/a\"b\\c?d=e");
    get(web, "/dead");
    Client::connect(web).send("JUNK\r\n\r\n").rest();
    get(raw, "/raw");
    let lines = logs.lines(4).remove(0);
    drop(proxy);
    let read = |text: &String| serde_json::from_str::<Value>(text).unwrap();
    let mut values: Vec<Value> = lines.iter().map(read).collect();
    values.sort_by_key(|value| value["request"].to_string());
    let has = |value: &Value, members: Value| {
        for (name, wanted) in members.as_object().unwrap() {
            assert_eq!(&value[name], wanted, "{name} of {value}");
        }
    };
    let [ok, dead, ..] = &values[..] else {
        panic!("{values:?}")
    };
    has(
        ok,
        serde_json::json!({"type": "http", "status": 200, "backend": "app", "server": "s",
        "request": "GET /a\"b\\c?d=e HTTP/1.1", "termination": "----", "retries": 0,
        "request_headers": ["a"], "client_address": "127.0.0.1", "tls": false}),
    );
    assert!(ok["active_ms"].is_u64() && ok["response_ms"].is_u64() && ok["bytes"].is_u64());
    has(
        dead,
        serde_json::json!({"status": 503, "termination": "SC--", "backend": "dead",
        "server": "d", "response_ms": null, "retries": 1}),
    );
    let of = |kind: &str, member: &str, wanted: Value| {
        assert!(
            values
                .iter()
                .any(|value| value["type"] == kind && value[member] == wanted),
            "{values:?}"
        );
    };
    of("http", "request", Value::Null);
    of("tcp", "server", "s".into());
}

#[test]
fn an_inherited_descriptor_takes_lines_and_one_of_our_own_does_not() {
    let origin = Origin::named("a");
    let (web, probe) = (free_port(), free_port());
    let (mut reader, writer) = std::io::pipe().unwrap();
    rustix::io::fcntl_setfd(&writer, rustix::io::FdFlags::empty()).unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&writer);
    let own = std::os::fd::AsRawFd::as_raw_fd(&reader);
    let lines = format!(
        " log fd@{number} format raw local0\n log fd@{own} format raw local0\n log-format \"%HP\"\n"
    );
    let mut proxy = Proxy::start(&config("", &lines, web, probe, origin.port));
    get(web, "/one");
    let mut text = [0; 5];
    reader.read_exact(&mut text).unwrap();
    assert_eq!(&text, b"/one\n");
    // What the worker counts, it counts behind the write.
    let lost = |proxy: &mut Proxy| {
        let status = proxy.status();
        let rows = status["logs"].as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["dropped"].as_u64().unwrap())
            .sum::<u64>()
    };
    let end = Instant::now() + support::WAIT;
    while lost(&mut proxy) != 1 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(lost(&mut proxy), 1);
    drop(writer);
}
