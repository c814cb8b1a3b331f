//! A configuration with listeners of every kind, and traffic that they count.

use crate::socket::{Place, ask};
use crate::support::haproxy::Haproxy;
use crate::support::{Client, Origin, Proxy, WAIT, free_port, read_head};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

const CONFIG: &str = "
defaults
    mode http
    timeout connect 2s
    timeout client 5s
    timeout server 5s
frontend quiet
    bind 127.0.0.1:P0 name unseen
    http-request use-service prometheus-exporter if { path /metrics }
frontend web
    option socket-stats
    maxconn 3
    tcp-request connection reject if { dst_port P4 }
    tcp-request session reject if { dst_port P5 }
    http-request deny if { path /deny }
    http-request return status 204 if { path /none }
    http-request return status 200 content-type text/plain lf-string %[fe_id]/%[so_id] if { path /number }
    http-response deny if { status 404 }
    bind 127.0.0.1:P1 name plain
    bind 127.0.0.1:P2,127.0.0.1:P3 maxconn 1
    bind 127.0.0.1:P4 id 77
    bind 127.0.0.1:P5 id 1
    bind unix@UNIX
    default_backend app
backend app
    server s 127.0.0.1:ORIGIN
backend many
    server a 127.0.0.1:1 id 2
    server b 127.0.0.1:2
    server c 127.0.0.1:3
    server-template t 3 127.0.0.1:4 id 5
    server d 127.0.0.1:5
listen raw
    id 2
    mode tcp
    option socket-stats
    bind 127.0.0.1:P6
    bind 127.0.0.1:P7
    server s 127.0.0.1:ORIGIN
";

/// One of the two.
pub struct Side {
    pub ports: Vec<u16>,
    unix: Place,
    socket: Place,
}

impl Side {
    pub fn new(name: &str) -> Self {
        Self {
            ports: (0..8).map(|_| free_port()).collect(),
            unix: Place::new(&format!("{name}-web")),
            socket: Place::new(name),
        }
    }

    pub fn config(&self, origin: u16) -> String {
        let mut text = format!(
            "global\n nbthread 1\n {}\n",
            self.socket.line("level admin")
        );
        text += &CONFIG.replace("ORIGIN", &origin.to_string());
        for (at, port) in self.ports.iter().enumerate() {
            text = text.replace(&format!("P{at}"), &port.to_string());
        }
        text.replace("UNIX", &self.unix.0.display().to_string())
    }

    /// The answer, with the same words for what is where in either.
    pub fn ask(&self, command: &str) -> String {
        self.masked(ask(&self.socket.0, command))
    }

    pub fn masked(&self, mut said: String) -> String {
        for (at, port) in self.ports.iter().enumerate() {
            said = said.replace(&port.to_string(), &format!("P{at}"));
        }
        said
    }

    /// Every outcome that a listener counts, one connection at a time.
    pub fn traffic(&self) {
        let mut kept = Client::connect(self.ports[1]);
        for path in ["/a", "/none", "/b"] {
            kept.get(path);
        }
        drop(kept);
        self.calm();
        for (at, path) in [
            (1, "/deny"),
            (1, "/404"),
            (1, "/a"),
            (2, "/a"),
            (7, "/a"),
            (7, "/a"),
        ] {
            Client::connect(self.ports[at]).get(path);
            self.calm();
        }
        Client::connect(self.ports[1])
            .send("nonsense\r\n\r\n")
            .rest();
        for refused in [4, 4, 5] {
            let _ = Client::connect(self.ports[refused]).0.read(&mut [0; 1]);
            self.calm();
        }
        let mut unix = UnixStream::connect(&self.unix.0).unwrap();
        unix.write_all(b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        unix.read_to_end(&mut Vec::new()).unwrap();
        self.calm();
    }

    /// Until nobody is connected.
    fn calm(&self) {
        let end = Instant::now() + WAIT;
        let busy = || {
            let said = self.ask("show stat -1 8 -1 typed");
            let mut now = said.lines().filter(|line| line.contains(".scur."));
            now.any(|line| !line.ends_with(":0"))
        };
        while busy() {
            assert!(Instant::now() < end, "somebody stays connected");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

pub fn origin() -> Origin {
    Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let status = if head.contains("/404") { 404 } else { 200 };
            let answer = format!("HTTP/1.1 {status} Word\r\nContent-Length: 2\r\n\r\nok");
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

/// Both with nobody connected; `None`: haproxy is not installed.
pub fn both(origin: &Origin) -> Option<(Haproxy, Proxy, [Side; 2])> {
    let sides = [Side::new("theirs"), Side::new("ours")];
    let [theirs, ours] = &sides;
    let Some(haproxy) = Haproxy::start(&theirs.config(origin.port), theirs.ports[0]) else {
        eprintln!("skipped: haproxy is not installed");
        return None;
    };
    let proxy = Proxy::start(&ours.config(origin.port));
    Some((haproxy, proxy, sides))
}
