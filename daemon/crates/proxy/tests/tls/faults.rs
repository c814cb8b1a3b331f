//! Handshakes that fail, through haproxy and through ours: the lines that both write.

use crate::certificates::certificates;
use crate::sealed::{BOTH, Sealed, config};
use crate::support::haproxy::Haproxy;
use crate::support::{Beside, Client, Origin, Proxy, free_port};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream, UdpSocket};
use std::time::Duration;
use tls::rustls::crypto::aws_lc_rs;
use tls::rustls::version::TLS13;
use tls::rustls::{ClientConfig, RootCertStore};

struct Side {
    ports: [u16; 3],
    log: UdpSocket,
}

impl Side {
    fn new() -> Self {
        let log = UdpSocket::bind("127.0.0.1:0").unwrap();
        log.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        Self {
            ports: [free_port(), free_port(), free_port()],
            log,
        }
    }

    fn config(&self, crt: &str) -> String {
        let [plain, told, tcp] = self.ports;
        let log = self.log.local_addr().unwrap().port();
        format!(
            "global\n    nbthread 1\n    log 127.0.0.1:{log} local0\ndefaults\n    log global\n    timeout client 1s\n    timeout server 1s\n    timeout connect 1s\nfrontend plain\n    mode http\n    option httplog\n    bind 127.0.0.1:{plain} ssl crt {crt}\nfrontend told\n    mode http\n    error-log-format \"%ft %ts %ST %[fc_err] %[fc_err_str] %[ssl_fc_err,hex] %[ssl_fc_err_str]\"\n    bind 127.0.0.1:{told} ssl crt {crt}\nfrontend tcp\n    mode tcp\n    option tcplog\n    bind 127.0.0.1:{tcp} ssl crt {crt}\n"
        )
    }

    /// The next line without time, process and the client's port.
    fn line(&self) -> String {
        let mut buffer = [0; 4096];
        let Ok(n) = self.log.recv(&mut buffer) else {
            return "(no line)".to_owned();
        };
        let line = String::from_utf8_lossy(&buffer[..n]).trim_end().to_owned();
        let text = line.split_once("]: ").map_or(&line[..], |(_, text)| text);
        match text.split_once("] ") {
            Some((_, text)) => text.to_owned(),
            None => text.to_owned(),
        }
    }
}

type Deed = (&'static str, fn(u16));

fn hello(port: u16) -> Vec<u8> {
    Sealed::new(port, &config(BOTH)).records()
}

fn connected(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).unwrap()
}

fn say_and_end(port: u16, bytes: &[u8]) {
    let mut stream = connected(port);
    stream.write_all(bytes).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}

const DEEDS: &[Deed] = &[
    ("nothing", |port| drop(connected(port))),
    ("half a hello", |port| say_and_end(port, &hello(port)[..50])),
    ("a hello", |port| say_and_end(port, &hello(port))),
    ("http", |port| say_and_end(port, b"GET / HTTP/1.0\r\n\r\n")),
    ("nonsense", |port| {
        say_and_end(port, b"\0\x01\x02\x03\x04\x05\x06\x07\x08");
    }),
    ("silence", |port| {
        let mut stream = connected(port);
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    }),
    ("a client that does not believe us", |port| {
        let builder = ClientConfig::builder_with_provider(aws_lc_rs::default_provider().into());
        let builder = builder.with_protocol_versions(&[&TLS13]).unwrap();
        let suspicious = builder.with_root_certificates(RootCertStore::empty());
        let mut client = Sealed::new(port, &suspicious.with_no_client_auth().into());
        while client.connection.complete_io(&mut client.stream).is_ok() {}
        client.flush();
    }),
];

#[test]
fn handshakes_that_fail_are_logged_as_haproxy_does() {
    let (theirs, ours) = (Side::new(), Side::new());
    let made = certificates();
    let Some(_haproxy) = Haproxy::start(&theirs.config(&made.path("curve.pem")), theirs.ports[0])
    else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    // The connection that looked whether it listens.
    let looked = theirs.line();
    assert_eq!(looked, "plain/1: Connection closed during SSL handshake");
    let files = [("/c/curve.pem", &made.curve[..])];
    let _proxy = Proxy::start_with(&files, &ours.config("/c/curve.pem"));
    for (what, deed) in DEEDS {
        for frontend in 0..3 {
            let lines = [&theirs, &ours].map(|side| {
                deed(side.ports[frontend]);
                side.line()
            });
            assert_eq!(
                lines[0], lines[1],
                "{what}, frontend {frontend}: haproxy's on the left"
            );
            assert_ne!(lines[0], "(no line)", "{what}");
        }
    }
}

#[test]
fn why_no_tls_came_about_with_a_server_is_told_as_haproxy_tells_it() {
    // It answers whatever comes in the clear.
    let origin = Origin::start(|mut stream, _| {
        if stream.read(&mut [0; 4096]).is_ok_and(|n| n > 0) {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let text = format!(
        "global\n    nbthread 1\n    log 127.0.0.1:LOG local0\ndefaults\n    mode http\n    log global\n    option dontlognull\n    retries 0\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n    log-format \"%ST %[ssl_bc_err] %[ssl_bc_err,hex] %[ssl_bc_err_str]\"\nfrontend web\n    bind 127.0.0.1:PORT\n    use_backend %[path,field(2,/)]\nbackend clear\n    server s 127.0.0.1:{0}\nbackend foreign\n    server s 127.0.0.1:{0} ssl verify none\n",
        origin.port
    );
    let Some(both) = Beside::start(&text) else {
        return;
    };
    for (path, expected) in [
        ("/clear", "400 - - -"),
        ("/foreign", "503 167772427 000000000A00010B error:0A00010B:"),
    ] {
        for side in [&both.theirs, &both.ours] {
            Client::connect(side.port).get(path);
        }
        let lines = [both.theirs.logged(), both.ours.logged()];
        assert_eq!(lines[0], lines[1], "{path}: haproxy's on the left");
        assert!(lines[1].starts_with(expected), "{path}: {}", lines[1]);
    }
}
