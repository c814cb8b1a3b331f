//! Programs that speak to HAProxy's socket speak to ours.

use crate::socket::{Place, ask};
use crate::support::{Proxy, WAIT, free_port};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn start() -> (Place, Proxy) {
    let socket = Place::new("clients");
    let config = format!(
        "global\n {}\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\nfrontend web\n bind 127.0.0.1:{}\n default_backend app\nbackend app\n server one 127.0.0.1:9 weight 7\n",
        socket.line("level admin"),
        free_port()
    );
    let proxy = Proxy::start(&config);
    (socket, proxy)
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program; `None`, and why, when it is not installed.
fn run(command: &mut Command) -> Option<Running> {
    let started = command.spawn().ok().map(Running);
    if started.is_none() {
        let program = command.get_program().display();
        eprintln!("skipped: {program} is not installed");
    }
    started
}

#[test]
fn socat_asks_by_pipe_and_by_hand() {
    let (socket, _proxy) = start();
    let address = format!("UNIX-CONNECT:{}", socket.0.display());
    let mut command = Command::new("socat");
    command
        .args(["-t", "10", "-", &address])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let Some(mut socat) = run(&mut command) else {
        return;
    };
    let mut input = socat.0.stdin.take().unwrap();
    let mut output = BufReader::new(socat.0.stdout.take().unwrap());
    let mut line = String::new();
    input.write_all(b"prompt\nget weight app/one\n").unwrap();
    while !line.contains("7 (initial 7)") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "no answer");
    }
    input.write_all(b"set weight app/one 3\nquit\n").unwrap();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(ask(&socket.0, "get weight app/one"), "3 (initial 7)\n\n");
}

#[test]
fn the_prometheus_exporter_reads_the_statistics() {
    let (socket, _proxy) = start();
    let port = free_port();
    let mut command = Command::new("prometheus-haproxy-exporter");
    command
        .arg(format!("--haproxy.scrape-uri=unix:{}", socket.0.display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .stderr(Stdio::null());
    let Some(_exporter) = run(&mut command) else {
        return;
    };
    let end = Instant::now() + 2 * WAIT;
    let text = loop {
        let mut text = String::new();
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            let asked = b"GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
            let _ = stream
                .write_all(asked)
                .and_then(|()| stream.read_to_string(&mut text).map(drop));
        }
        if text.contains("haproxy_up 1") {
            break text;
        }
        assert!(Instant::now() < end, "{text}");
        std::thread::sleep(Duration::from_millis(20));
    };
    for line in [
        "haproxy_exporter_csv_parse_failures_total 0",
        "haproxy_server_weight{backend=\"app\",server=\"one\"} 7",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn every_field_that_programs_look_for_is_there() {
    let (socket, _proxy) = start();
    let said = ask(&socket.0, "show info");
    // What hatop and haproxyadmin want before they go on.
    for field in [
        "Name: HAProxy",
        "Version: ",
        "Release_date: ",
        "Nbproc: 1",
        "Process_num: 1",
        "Pid: ",
        "Uptime: ",
        "Maxconn: ",
        "CurrConns: ",
        "Maxpipes: ",
        "PipesUsed: ",
        "PipesFree: ",
        "Tasks: ",
        "Run_queue: ",
        "node: ",
        "Idle_pct: ",
    ] {
        assert!(
            said.lines().any(|line| line.starts_with(field)),
            "{field}: {said}"
        );
    }
}
