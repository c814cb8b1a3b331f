//! The PROXY protocol in and out, beside haproxy.

mod support;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::{Origin, Proxy, free_port, haproxy::Haproxy};

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// An origin that keeps what each connection's first bytes were, and answers them.
fn recorder() -> (u16, Arc<Mutex<Vec<Vec<u8>>>>) {
    let seen: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let record = seen.clone();
    let origin = Origin::start(move |mut stream, _| {
        stream
            .set_read_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        let mut all = Vec::new();
        let mut buf = [0; 4096];
        // The header and what follows it may come in two pieces.
        loop {
            match stream.read(&mut buf) {
                Ok(n) if n > 0 => all.extend_from_slice(&buf[..n]),
                _ => break,
            }
            if all.ends_with(b"\r\n\r\n") && all.len() > 20 || all.ends_with(b"hello") {
                break;
            }
        }
        record.lock().unwrap().push(all);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        while stream.read(&mut buf).is_ok_and(|n| n > 0) {}
    });
    (origin.port, seen)
}

/// Ports by what listens there: plain to v1, plain to v2, behind a proxy, the same in tcp mode.
struct Ports {
    to_v1: u16,
    to_v2: u16,
    http: u16,
    tcp: u16,
}

impl Ports {
    fn new() -> Self {
        Self {
            to_v1: free_port(),
            to_v2: free_port(),
            http: free_port(),
            tcp: free_port(),
        }
    }
}

fn config(p: &Ports, origins: [u16; 4], log: u16) -> String {
    let [v1, v2, plain, tcp] = origins;
    let Ports {
        to_v1,
        to_v2,
        http,
        tcp: tcp_in,
    } = p;
    format!(
        "global\n nbthread 1\n log 127.0.0.1:{log} local0\ndefaults\n log global\n mode http\n timeout client 2s\n timeout server 2s\n timeout connect 1s\n\
         listen a\n bind 127.0.0.1:{to_v1}\n server s 127.0.0.1:{v1} send-proxy\n\
         listen b\n bind 127.0.0.1:{to_v2}\n server s 127.0.0.1:{v2} send-proxy-v2\n\
         listen c\n bind 127.0.0.1:{http} accept-proxy\n option forwardfor\n option originalto\n option httplog\n server s 127.0.0.1:{plain}\n\
         listen d\n mode tcp\n option tcplog\n bind 127.0.0.1:{tcp_in} accept-proxy name front\n server s 127.0.0.1:{tcp} send-proxy\n"
    )
}

/// Sends, closes its side and reads to the end.
fn talk(port: u16, pieces: &[&[u8]]) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(support::WAIT)).unwrap();
    for piece in pieces {
        let _ = stream.write_all(piece);
    }
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).to_ascii_lowercase();
    text.lines().next().unwrap_or("closed").to_owned()
}

fn version_2(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
    let size = u16::try_from(body.len()).unwrap().to_be_bytes();
    [SIGNATURE, &[command, family], &size, body].concat()
}

/// Each first bytes of a connection, and whether haproxy's answer and ours are to be the same.
fn greetings() -> Vec<Vec<u8>> {
    let v4 = [9, 8, 7, 6, 5, 4, 3, 2, 0, 99, 0, 88];
    let with_values = [v4.as_slice(), &[4, 0, 3, b'a', b'b', b'c']].concat();
    vec![
        b"PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\n".to_vec(),
        b"PROXY TCP6 ::1 fe80::2 1111 2222\r\n".to_vec(),
        b"PROXY UNKNOWN\r\n".to_vec(),
        b"PROXY TCP4 1.2.3.4 5.6.7.8 1111\r\n".to_vec(),
        [
            b"PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222".as_slice(),
            &[b' '; 100],
            b"\r\n",
        ]
        .concat(),
        version_2(0x21, 0x11, &v4),
        version_2(0x21, 0x11, &with_values),
        version_2(0x20, 0, b""),
        version_2(0x31, 0x11, &v4),
        version_2(0x22, 0x11, &v4),
        version_2(0x21, 0x11, &v4[..8]),
        b"".to_vec(),
    ]
}

/// What one of the two did with all of it: answers, what the origins saw, and the log.
#[derive(Debug, PartialEq)]
struct Outcome {
    answers: Vec<String>,
    seen: Vec<Vec<String>>,
    refused: Vec<String>,
}

/// Port numbers that differ from run to run, and the spelling of header names, are taken out.
fn plain(bytes: &[u8], port: u16) -> String {
    let mut bytes = bytes.to_vec();
    if bytes.starts_with(SIGNATURE) && bytes.len() > 28 && bytes[13] == 0x11 {
        bytes[24..28].fill(0);
    }
    let mut text = String::new();
    for part in bytes.split_inclusive(|b| *b == b'\n') {
        text.push_str(&part.escape_ascii().to_string().to_ascii_lowercase());
    }
    let text = text.replace(&format!(" {port}\\r"), " PORT\\r");
    match text.find("proxy tcp4 127.0.0.1 127.0.0.1 ") {
        Some(at) => {
            let (head, tail) = text.split_at(at + 31);
            let rest = tail.split_once(' ').map_or("", |(_, rest)| rest);
            format!("{head}CLIENT {rest}")
        }
        None => text,
    }
}

fn run(start: impl FnOnce(&str, &Ports) -> Box<dyn std::any::Any>) -> Outcome {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    let ports = Ports::new();
    let origins: Vec<_> = (0..4).map(|_| recorder()).collect();
    let numbers = [origins[0].0, origins[1].0, origins[2].0, origins[3].0];
    let config = config(&ports, numbers, socket.local_addr().unwrap().port());
    let running = start(&config, &ports);
    let mut answers = vec![talk(ports.to_v1, &[GET]), talk(ports.to_v2, &[GET])];
    for greeting in greetings() {
        let request = if greeting.is_empty() { b"" } else { GET };
        answers.push(talk(ports.http, &[&greeting, request]));
    }
    answers.push(talk(
        ports.tcp,
        &[b"PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\n", b"hello"],
    ));
    answers.push(talk(ports.tcp, &[b"PROXY TC"]));
    let refused = refusals(&socket);
    drop(running);
    let own = [ports.to_v1, ports.to_v2, ports.http, ports.tcp];
    let seen = origins
        .iter()
        .zip(own)
        .map(|((_, seen), port)| {
            let seen = seen.lock().unwrap();
            seen.iter()
                .filter(|bytes| !bytes.is_empty())
                .map(|bytes| plain(bytes, port))
                .collect()
        })
        .collect();
    Outcome {
        answers,
        seen,
        refused,
    }
}

/// The log's lines on connections that were refused: place and reason.
fn refusals(socket: &UdpSocket) -> Vec<String> {
    let mut lines = Vec::new();
    let mut buf = [0; 4096];
    let end = Instant::now() + support::WAIT;
    while lines.len() < 7 && Instant::now() < end {
        let Ok(n) = socket.recv(&mut buf) else {
            continue;
        };
        let line = String::from_utf8_lossy(&buf[..n]).trim().to_owned();
        if line.contains("PROXY protocol") {
            lines.push(line.rsplit("] ").next().unwrap().to_owned());
        }
    }
    lines
}

#[test]
fn headers_are_read_and_written_as_haproxy_does() {
    let theirs = run(|config, ports| {
        Box::new(Haproxy::start(config, ports.to_v1).expect("haproxy is installed"))
    });
    let ours = run(|config, _| Box::new(Proxy::start(config)));
    assert_eq!(ours.answers, theirs.answers);
    for (ours, theirs) in ours.seen.iter().zip(&theirs.seen) {
        for (a, b) in ours.iter().zip(theirs) {
            assert_eq!(a, b);
        }
    }
    assert_eq!(ours.refused, theirs.refused);
}

#[test]
fn a_header_in_pieces_is_put_together() {
    let (origin, seen) = recorder();
    let port = free_port();
    let _proxy = Proxy::start(&format!(
        "global\n nbthread 1\ndefaults\n mode http\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n\
         listen c\n bind 127.0.0.1:{port} accept-proxy\n option forwardfor\n server s 127.0.0.1:{origin}\n"
    ));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    for byte in b"PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\n" {
        stream.write_all(&[*byte]).unwrap();
        std::thread::yield_now();
    }
    stream.write_all(GET).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let seen = seen.lock().unwrap();
    let head = String::from_utf8_lossy(&seen[0]);
    assert!(head.contains("X-Forwarded-For: 1.2.3.4\r\n"), "{head}");
}

/// A kept connection tells of one client: another client's requests never use it.
#[test]
fn connections_that_tell_of_a_client_are_not_shared() {
    let origin = Origin::start(|mut stream, number| {
        let mut buf = [0; 4096];
        let mut told = false;
        while let Ok(n) = stream.read(&mut buf) {
            if n == 0 {
                return;
            }
            // The header may come alone.
            let alone = !std::mem::replace(&mut told, true) && buf[..n].starts_with(b"PROXY");
            if alone && !buf[..n].ends_with(b"\r\n\r\n") {
                continue;
            }
            let body = number.to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    let port = free_port();
    let _proxy = Proxy::start(&format!(
        "global\n nbthread 1\ndefaults\n mode http\n http-reuse always\n timeout client 5s\n timeout server 5s\n timeout connect 1s\n\
         listen c\n bind 127.0.0.1:{port}\n server s 127.0.0.1:{} send-proxy\n",
        origin.port
    ));
    let mut first = support::Client::connect(port);
    let mut second = support::Client::connect(port);
    let body = |client: &mut support::Client| String::from_utf8(client.get("/").1).unwrap();
    let (a, b) = (body(&mut first), body(&mut second));
    assert_ne!(a, b);
    assert_eq!(body(&mut first), a);
    assert_eq!(body(&mut second), b);
}

/// What the checks of four servers begin with, their own port numbers aside.
fn checked(start: impl FnOnce(&str, u16) -> Box<dyn std::any::Any>) -> Vec<String> {
    let servers = [
        "option httpchk\n server s 127.0.0.1:PORT check inter 200ms send-proxy",
        "server s 127.0.0.1:PORT check inter 200ms send-proxy-v2",
        "option httpchk\n server s 127.0.0.1:PORT check inter 200ms check-send-proxy",
        "option tcp-check\n tcp-check connect send-proxy\n tcp-check send x\\r\\n\\r\\n\n server s 127.0.0.1:PORT check inter 200ms",
        "option httpchk\n server s 127.0.0.1:1 check inter 200ms port PORT send-proxy",
    ];
    let origins: Vec<_> = servers.iter().map(|_| recorder()).collect();
    let front = free_port();
    let mut text = format!(
        "global\n nbthread 1\ndefaults\n mode http\n timeout client 2s\n timeout server 2s\n timeout connect 1s\nlisten x\n bind 127.0.0.1:{front}\n"
    );
    for (n, (lines, (port, _))) in servers.iter().zip(&origins).enumerate() {
        let lines = lines.replace("PORT", &port.to_string());
        let _ = writeln!(text, "backend b{n}\n {lines}");
    }
    let running = start(&text, front);
    let first = |(port, seen): &(u16, Arc<Mutex<Vec<Vec<u8>>>>)| {
        let end = Instant::now() + support::WAIT;
        loop {
            // A connection that only asks whether the port is open sends nothing.
            let found = seen.lock().unwrap().iter().find(|b| !b.is_empty()).cloned();
            if let Some(bytes) = found {
                return plain(&bytes, *port);
            }
            assert!(Instant::now() < end, "no check came");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let seen = origins.iter().map(first).collect();
    drop(running);
    seen
}

#[test]
fn checks_begin_with_the_header_that_the_server_wants() {
    let theirs = checked(|config, front| {
        Box::new(Haproxy::start(config, front).expect("haproxy is installed"))
    });
    let ours = checked(|config, _| Box::new(Proxy::start(config)));
    assert_eq!(ours, theirs);
    assert!(ours[0].contains("proxy tcp4 127.0.0.1"), "{ours:?}");
}
