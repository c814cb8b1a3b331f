//! Checks over TLS beside haproxy: the same servers, the same words in the log.

use crate::certificates::certificates;
use crate::servers::Server;
use crate::support::checked::first_results;
use crate::support::haproxy::Haproxy;
use crate::support::{Origin, Proxy, free_port};
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::UdpSocket;

/// Name, lines of the backend, words of the server, and which of the servers: one that speaks TLS, one
/// that speaks HTTP in the clear, one that says nothing, one that tells on which protocol it agreed.
const BACKENDS: &[(&str, &str, &str, usize)] = &[
    ("believed", "", "ssl verify none check", 0),
    ("verified", "", "ssl verify required ca-file CA check", 0),
    ("stranger", "", "ssl verify required ca-file RSA check", 0),
    ("clear", "", "ssl verify none check", 1),
    ("checked_alone", "", "check-ssl verify none check", 0),
    (
        "named",
        "",
        "ssl verify none check-sni example.test check",
        0,
    ),
    (
        "silent",
        "timeout check 300ms\n  timeout connect 300ms",
        "ssl verify none check inter 400ms",
        2,
    ),
    ("page", "option httpchk GET /", "ssl verify none check", 0),
    (
        "wrong_page",
        "option httpchk GET /\n  http-check expect status 404",
        "ssl verify none check",
        0,
    ),
    (
        "step",
        "option tcp-check\n  tcp-check connect ssl\n  tcp-check send GET\\ /\\ HTTP/1.0\\r\\n\\r\\n\n  tcp-check expect string 200",
        "ssl verify none check",
        0,
    ),
    (
        "step_in_the_clear",
        "option tcp-check\n  tcp-check connect\n  tcp-check send x\n  tcp-check expect string 200",
        "ssl verify none check",
        1,
    ),
    (
        "step_as_the_server",
        "option tcp-check\n  tcp-check connect default",
        "ssl verify none check",
        0,
    ),
    (
        "step_alone",
        "option tcp-check\n  tcp-check connect ssl",
        "verify none check",
        0,
    ),
    (
        "step_alone_in_the_clear",
        "option httpchk\n  http-check connect ssl\n  http-check send meth GET uri /",
        "verify none check",
        1,
    ),
    (
        "step_alone_verified",
        "option httpchk\n  http-check connect ssl sni example.test\n  http-check send meth GET uri /\n  http-check expect status 200",
        "ca-file CA check",
        0,
    ),
    (
        "offered",
        "option httpchk\n  http-check connect ssl alpn http/1.0,http/1.1\n  http-check send meth GET uri /\n  http-check expect string told=http/1.1",
        "verify none check",
        3,
    ),
    (
        "offered_nothing",
        "option httpchk\n  http-check connect ssl\n  http-check send meth GET uri /\n  http-check expect rstring told=$",
        "verify none check",
        3,
    ),
    (
        "http_step",
        "option httpchk\n  http-check connect ssl sni example.test\n  http-check send meth GET uri /\n  http-check expect status 200",
        "ssl verify none check",
        0,
    ),
];

fn config(log: &UdpSocket, listen: u16, ports: [u16; 4], files: [&str; 3]) -> String {
    let log = log.local_addr().unwrap().port();
    let mut text = format!(
        "global\n  nbthread 1\n  max-spread-checks 50ms\n  log 127.0.0.1:{log} local0\ndefaults\n  log global\n  mode tcp\n  timeout connect 20s\n  timeout client 1s\n  timeout server 1s\nlisten x\n  bind 127.0.0.1:{listen}\n\
         frontend tells\n  mode http\n  no log\n  bind 127.0.0.1:{} ssl crt {} alpn http/1.1\n  \
         http-request return status 200 content-type text/plain lf-string told=%[ssl_fc_alpn]\n",
        ports[3], files[2]
    );
    for (name, lines, words, server) in BACKENDS {
        let words = words.replace("CA", files[0]).replace("RSA", files[1]);
        let mode = if lines.contains("http") {
            "http"
        } else {
            "tcp"
        };
        let inter = if words.contains("inter") {
            ""
        } else {
            "inter 20s"
        };
        let _ = writeln!(
            text,
            "backend {name}\n  mode {mode}\n  {lines}\n  option log-health-checks\n  server s 127.0.0.1:{} {words} {inter} fall 1 rise 1",
            ports[*server]
        );
    }
    text
}

#[test]
fn checks_over_tls_are_told_in_haproxys_words() {
    let made = certificates();
    let speaks = Server::openssl(&[]);
    let clear = Origin::start(|mut stream, _| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n");
    });
    let says_nothing = Origin::start(
        |mut stream, _| {
            while stream.read(&mut [0; 4096]).is_ok_and(|n| n > 0) {}
        },
    );
    let ports = |tells| [speaks.port, clear.port, says_nothing.port, tells];
    let log = || UdpSocket::bind("127.0.0.1:0").unwrap();
    let (theirs, ours, listen) = (log(), log(), free_port());
    let (ca, rsa) = (made.path("curve.crt"), made.path("rsa.crt"));
    let shown = made.path("curve.pem");
    let text = config(&theirs, listen, ports(free_port()), [&ca, &rsa, &shown]);
    let Some(haproxy) = Haproxy::start(&text, listen) else {
        eprintln!("skipped: the haproxy binary is not installed");
        return;
    };
    let theirs = first_results(&theirs, BACKENDS.len());
    drop(haproxy);
    assert_eq!(theirs.len(), BACKENDS.len(), "haproxy's: {theirs:#?}");
    let files = [("/c/ca.pem", &made.curve[..]), ("/c/rsa.pem", &made.rsa)];
    let text = config(
        &ours,
        free_port(),
        ports(free_port()),
        ["/c/ca.pem", "/c/rsa.pem", "/c/ca.pem"],
    );
    let _proxy = Proxy::start_with(&files, &text);
    let ours = first_results(&ours, BACKENDS.len());
    for (name, told) in &theirs {
        assert_eq!(ours.get(name), Some(told), "{name}: haproxy's on the right");
    }
}
