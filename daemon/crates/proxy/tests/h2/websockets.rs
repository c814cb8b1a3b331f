//! Tunnels to servers of HTTP/2 (RFC 8441), and servers that agree on it by TLS.

use crate::certificates::certificates;
use crate::origin::{At, Peer, Seen, start};
use crate::peer::Peer as Client;
use crate::servers::config;
use crate::support::{Beside, Origin, Proxy, free_port, read_head};
use h2::Settings;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Takes every websocket, and says what comes on it again.
fn echoes(connect_protocol: bool) -> (Origin, Seen) {
    let settings = Settings {
        connect_protocol,
        ..Settings::default()
    };
    start(settings, |peer: &mut Peer, stream, at| {
        if peer.requests[&stream].field(":protocol") != Some("websocket") {
            if at == At::End {
                peer.answer(stream, "plain");
            }
            return;
        }
        match at {
            At::Head => peer.head(stream, &[(":status", "200"), ("x-origin", "ws")], false),
            At::End => {
                let body = peer.requests[&stream].body.clone();
                peer.core.send_data(stream, &body, true);
                peer.done(stream);
            }
        }
    })
}

const UPGRADE: &str = "GET /chat HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Asks for a websocket by HTTP/1.1, says something and ends; the head and what comes back.
fn chat(port: u16) -> (String, String) {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(8)))
        .unwrap();
    socket.write_all(UPGRADE.as_bytes()).unwrap();
    let head = read_head(&mut socket).unwrap_or_default().to_lowercase();
    let mut said = String::new();
    if head.starts_with("http/1.1 101") {
        socket.write_all(b"hello there").unwrap();
        socket.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = socket.read_to_string(&mut said);
    }
    (head, said)
}

#[test]
fn a_websocket_of_either_kind_of_client() {
    let (origin, seen) = echoes(true);
    let server = format!("127.0.0.1:{} proto h2", origin.port);
    let Some(both) = Beside::start(&config(&server, "timeout tunnel 3s")) else {
        return;
    };
    let (head, said) = chat(both.ours.port);
    assert!(head.starts_with("http/1.1 101 "), "{head}");
    // RFC 6455 §1.3 has this key and its answer.
    assert!(
        head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"),
        "{head}"
    );
    assert!(head.contains("x-origin: ws\r\n"), "{head}");
    assert_eq!(said, "hello there");
    both.agree("said", |port| {
        let (head, said) = chat(port);
        (head.get(..12).map(str::to_owned), said)
    });
    let mut client = Client::connect(both.ours.port);
    let fields = [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        (":scheme", "http"),
        (":authority", "a.example"),
        (":path", "/chat"),
        ("sec-websocket-version", "13"),
    ];
    let stream = client.ask(&fields, false);
    client.wait(|c| !c.answers[&stream].heads.is_empty());
    assert_eq!(client.answers[&stream].status(), 200);
    client.data(stream, b"over h2", true);
    assert_eq!(client.answer(stream).text(), "over h2");
    let seen = seen.lock().unwrap();
    // One by each of the two kinds of clients.
    for request in seen.first().into_iter().chain(seen.last()) {
        assert_eq!(request.field(":method"), Some("CONNECT"));
        assert_eq!(request.field(":path"), Some("/chat"));
        assert_eq!(request.field("sec-websocket-version"), Some("13"));
        assert_eq!(request.field("sec-websocket-key"), None);
        assert_eq!(request.field("upgrade"), None);
    }
}

#[test]
fn a_server_that_knows_no_websockets_is_not_asked_for_one() {
    let (origin, seen) = echoes(false);
    let server = format!("127.0.0.1:{} proto h2", origin.port);
    let Some(both) = Beside::start(&config(&server, "")) else {
        return;
    };
    both.agree("status", |port| chat(port).0.get(..12).map(str::to_owned));
    assert!(
        seen.lock()
            .unwrap()
            .iter()
            .all(|r| r.field(":protocol").is_none())
    );
}

/// nghttpd with a certificate of our own.
pub struct Nghttpd(Child);

impl Drop for Nghttpd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn nghttpd(port: u16) -> Option<Nghttpd> {
    let (key, cert) = (
        certificates().path("curve.key"),
        certificates().path("curve.crt"),
    );
    let folder = certificates().path("");
    let child = Command::new("nghttpd")
        .args([
            "-a",
            "127.0.0.1",
            "-d",
            &folder,
            &port.to_string(),
            &key,
            &cert,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = child else {
        eprintln!("skipped: nghttpd is not installed (package nghttp2-server)");
        return None;
    };
    let server = Nghttpd(child);
    let up = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    assert!(crate::servers::wait_for(up), "nghttpd listens");
    Some(server)
}

/// nghttpd speaks nothing else: an answer shows what was agreed on.
#[test]
fn tls_decides_what_is_spoken() {
    let origin = free_port();
    let Some(_origin) = nghttpd(origin) else {
        return;
    };
    let port = free_port();
    let config = format!(
        "global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 5s\n    timeout server 5s\n    timeout connect 2s\n    retries 0\n\
         frontend web\n    bind 127.0.0.1:{port}\n    use_backend %[path,field(2,/)]\n\
         backend both\n    server s 127.0.0.1:{origin} ssl verify required ca-file /c/ca.pem alpn h2,http/1.1\n\
         backend forced\n    server s 127.0.0.1:{origin} ssl verify none proto h2 alpn h2\n"
    );
    let _proxy = Proxy::start_with(&[("/c/ca.pem", &certificates().curve)], &config);
    let status = |path: &str| crate::servers::told(port, path).0;
    for _ in 0..2 {
        assert_eq!(status("/both/x"), ["404"]);
        assert_eq!(status("/forced/x"), ["404"]);
    }
}
