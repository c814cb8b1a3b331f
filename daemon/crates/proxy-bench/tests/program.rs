//! The program by its commands, with its origin in the place of a proxy.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

struct Program {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_proxy-bench"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            input,
            output,
        }
    }

    fn ask(&mut self, command: &Value) -> Value {
        let line = format!("{command}\n");
        self.input
            .as_mut()
            .unwrap()
            .write_all(line.as_bytes())
            .unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    fn origin(&mut self, body: usize) -> Value {
        self.ask(&json!({ "origin": { "count": 1, "body": body } }))["ports"][0].clone()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.input = None;
        assert!(
            self.child.wait().unwrap().success(),
            "it ends with its input"
        );
    }
}

const PLAIN: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const CLOSING: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[test]
fn a_number_of_requests_is_sent_and_answered() {
    let mut program = Program::start();
    for (body, each, request) in [
        (10, false, PLAIN),
        (300_000, false, PLAIN),
        (10, true, CLOSING),
    ] {
        let port = program.origin(body);
        let order = json!({ "load": {
            "port": port, "connections": 3, "request": request, "each": each,
            "warmupMs": 0, "measureMs": 60_000, "requests": 100, "pids": [std::process::id()],
        } });
        let result = program.ask(&order)["result"].clone();
        assert_eq!(result["requests"], 100, "{result}");
        assert_eq!(result["errors"], 0, "{result}");
        assert_eq!(result["latency"], Value::Null, "{result}");
    }
}

#[test]
fn requests_with_bodies_are_taken_whole() {
    let mut program = Program::start();
    let port = program.origin(10);
    let body = "x".repeat(500_000);
    let request = format!(
        "POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for _ in 0..5 {
        let order = json!({ "load": {
            "port": port, "connections": 3, "request": request, "warmupMs": 0,
            "measureMs": 60_000, "requests": 20,
        } });
        let result = program.ask(&order)["result"].clone();
        assert_eq!(result["requests"], 20, "{result}");
        assert_eq!(result["errors"], 0, "{result}");
    }
}

#[test]
fn a_fixed_rate_is_offered_and_its_latency_told() {
    let mut program = Program::start();
    let port = program.origin(10);
    let order = json!({ "load": {
        "port": port, "connections": 8, "request": PLAIN, "warmupMs": 0, "measureMs": 500,
        "rate": 1000.0,
    } });
    let result = program.ask(&order)["result"].clone();
    let requests = result["requests"].as_u64().unwrap();
    // What a busy machine leaves over may fall behind, but nothing is sent before it is due.
    assert!((1..=501).contains(&requests), "{result}");
    let latency = &result["latency"];
    assert!(
        latency["p50"].as_f64() <= latency["p99"].as_f64(),
        "{result}"
    );
    assert!(latency["p50"].as_f64() > Some(0.0), "{result}");
}

#[test]
fn connections_are_held_and_released() {
    let mut program = Program::start();
    let port = program.origin(10);
    let hold = json!({ "hold": { "port": port, "connections": 100 } });
    assert_eq!(program.ask(&hold)["held"], 100);
    assert_eq!(program.ask(&json!("release"))["released"], 100);
}

/// haproxy with TLS before the program's own origin.
struct Sealed {
    haproxy: Child,
    directory: PathBuf,
    port: u16,
}

impl Drop for Sealed {
    fn drop(&mut self) {
        let _ = self.haproxy.kill();
        let _ = self.haproxy.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// None where haproxy or openssl is not installed.
fn sealed(origin: &Value) -> Option<Sealed> {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
        .args([
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-subj",
            "/CN=bench.example",
        ])
        .args(["-keyout", "-"])
        .output()
        .ok()?;
    let directory = std::env::temp_dir().join(format!("proxy-bench-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let (pem, file) = (directory.join("site.pem"), directory.join("haproxy.cfg"));
    std::fs::write(&pem, made.stdout).unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let config = format!(
        "defaults\n mode http\n timeout client 30s\n timeout server 30s\n timeout connect 30s\n\
         listen web\n bind 127.0.0.1:{port} ssl crt {} alpn h2,http/1.1\n server s 127.0.0.1:{origin}\n",
        pem.display()
    );
    std::fs::write(&file, config).unwrap();
    let haproxy = Command::new("haproxy")
        .args(["-db", "-q", "-f"])
        .arg(&file)
        .spawn()
        .ok()?;
    let mut sealed = Sealed {
        haproxy,
        directory,
        port,
    };
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            sealed.haproxy.try_wait().unwrap().is_none(),
            "haproxy ended"
        );
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    Some(sealed)
}

#[test]
fn tls_begins_as_ordered() {
    let mut program = Program::start();
    let origin = program.origin(300_000);
    let Some(haproxy) = sealed(&origin) else {
        eprintln!("skipped: the haproxy or openssl binary is not installed");
        return;
    };
    // The first connections have no ticket yet; each leaves at least one.
    for (tls, each, request, resumed) in [
        ("full", true, CLOSING, 0..=0),
        ("full", false, PLAIN, 0..=0),
        ("resumed", true, CLOSING, 27..=30),
        ("resumed", true, CLOSING, 30..=30),
    ] {
        let result = program.ask(&json!({ "load": {
            "port": haproxy.port, "connections": 3, "request": request, "each": each, "tls": tls,
            "warmupMs": 0, "measureMs": 60_000, "requests": 30,
        } }))["result"]
            .clone();
        assert_eq!(
            (&result["requests"], &result["errors"]),
            (&json!(30), &json!(0)),
            "{result}"
        );
        let count = result["resumed"].as_u64().unwrap();
        assert!(resumed.contains(&count), "{tls}: {result}");
    }
    let hold = json!({ "hold": { "port": haproxy.port, "connections": 20, "tls": "full" } });
    assert_eq!(program.ask(&hold)["held"], 20);
    // In HTTP/2: more requests than streams, and one at a time; bodies larger than frames.
    for (streams, rate) in [(4, Value::Null), (1, Value::Null), (4, json!(1000.0))] {
        let order = json!({ "load": {
            "port": haproxy.port, "connections": 3, "request": PLAIN, "tls": "full",
            "streams": streams, "rate": rate, "warmupMs": 0, "measureMs": 60_000, "requests": 30,
        } });
        let result = program.ask(&order)["result"].clone();
        let counts = (&result["requests"], &result["errors"]);
        assert_eq!(counts, (&json!(30), &json!(0)), "{result}");
        assert_eq!(result["latency"].is_null(), rate.is_null(), "{result}");
    }
}

#[test]
fn what_cannot_be_done_is_said() {
    let mut program = Program::start();
    let unknown = program.ask(&json!({ "hlod": {} }));
    assert!(unknown["error"].as_str().unwrap().contains("hlod"));
    // Nobody listens there.
    let hold = json!({ "hold": { "port": 1, "connections": 1 } });
    let refused = program.ask(&hold);
    let why = refused["error"].as_str().unwrap();
    assert!(why.contains("refused"), "{why}");
    let origin = program.origin(1);
    let mut streams = |request: &str, each: bool| {
        program.ask(&json!({ "load": {
            "port": origin, "connections": 1, "request": request, "each": each, "streams": 2,
            "warmupMs": 0, "measureMs": 60_000, "requests": 2,
        } }))
    };
    // The origin takes the preface for a request, and answers it in HTTP/1.1.
    let result = streams(PLAIN, false)["result"].clone();
    let why = result["firstError"].as_str().unwrap();
    assert!(why.contains("frames: "), "{result}");
    assert_eq!(result["requests"], 0, "{result}");
    for (request, each) in [(CLOSING, true), ("POST / HTTP/1.1\r\n\r\nx", false)] {
        let refused = streams(request, each);
        assert!(refused["error"].is_string(), "{refused}");
    }
    let dead = json!({ "load": {
        "port": origin, "connections": 1, "request": PLAIN, "warmupMs": 0,
        "measureMs": 1, "pids": [u32::MAX],
    } });
    let refused = program.ask(&dead);
    assert!(
        refused["error"]
            .as_str()
            .unwrap()
            .contains("processor time")
    );
}
