//! Every way in which a connection over TLS ends, on either side and at each point of an exchange:
//! the lines of the log and what the client makes of it are haproxy's.

use crate::certificates::certificates;
use crate::sealed::{BOTH, Sealed, config};
use crate::support::{Beside, Origin, read_head};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use tls::rustls::pki_types::pem::PemObject;
use tls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tls::rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::aws_lc_rs};

/// How one side leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// TLS's last word, then the socket's.
    Whole,
    /// The socket's alone: somebody on the way may have sent it.
    Cut,
}

const ENDS: [End; 2] = [End::Whole, End::Cut];

/// One frontend over TLS at `OTHER`; the first is there to be found listening.
fn text(mode: &str, origin: u16, server: &str) -> String {
    let pem = certificates().path("curve.pem");
    let counted = if mode == "http" { "%ST" } else { "%B" };
    format!(
        "global\n    nbthread 1\n    log 127.0.0.1:LOG local0\ndefaults\n    log global\n    mode {mode}\n    timeout client 300ms\n    timeout server 300ms\n    timeout connect 1s\n    retries 0\n    log-format \"%ft %b/%s {counted} %ts %rc\"\nfrontend probe\n    bind 127.0.0.1:PORT\nfrontend web\n    bind 127.0.0.1:OTHER ssl crt {pem}\n    default_backend app\nbackend app\n    server s 127.0.0.1:{origin} {server}\n"
    )
}

fn beside(mode: &str, origin: u16, server: &str) -> Option<Beside> {
    let made = certificates();
    let files = [(&made.path("curve.pem")[..], &made.curve[..])];
    Beside::start_with(&files, &text(mode, origin, server))
}

/// What a client sees of the rest: the status of an answer, or all of a session's bytes.
fn seen(mut client: Sealed, mode: &str) -> String {
    let mut all = Vec::new();
    let ended = client.read_to_end(&mut all).map_err(|e| e.kind());
    let text = String::from_utf8_lossy(&all).into_owned();
    if mode == "http" {
        // Where nothing was asked, haproxy answers, and ours says nothing.
        return text
            .split(' ')
            .nth(1)
            .unwrap_or_default()
            .replace("400", "");
    }
    format!("{text:?} {:?}", ended.map(drop))
}

/// What the client has said and heard when it leaves.
const CLIENTS: &[(&str, &str, &str)] = &[
    ("having said nothing", "", ""),
    ("in its first line", "GET /w", ""),
    ("in its head", "GET /wait HTTP/1.1\r\nHost", ""),
    ("waiting", "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n", ""),
    (
        "in the answer",
        "GET /half HTTP/1.1\r\nHost: h\r\n\r\n",
        "half",
    ),
    ("served", "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n", "ok"),
];

/// Answers as the target says: not at all, by half, or whole.
fn origin() -> Origin {
    Origin::start(|mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let length = match &head {
                half if half.contains("/half") => 9,
                ok if ok.contains("/ok") => 2,
                _ => break,
            };
            let word = if length == 2 { "ok" } else { "half" };
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{word}");
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

fn hear(client: &mut Sealed, word: &str) {
    let mut heard = Vec::new();
    while !heard.ends_with(word.as_bytes()) {
        let mut some = [0; 1000];
        let n = client.read(&mut some).unwrap();
        assert!(n > 0);
        heard.extend_from_slice(&some[..n]);
    }
}

/// What is to be expected where haproxy says this: it takes every end for a whole one, and ours lets
/// a side see that the other one's end was not confirmed.
fn told(line: &str, how: End) -> String {
    match how {
        End::Whole => line.to_owned(),
        End::Cut => line.replace("Ok(())", "Err(UnexpectedEof)"),
    }
}

fn differences(mode: &str) -> String {
    let origin = origin();
    let Some(both) = beside(mode, origin.port, "") else {
        return String::new();
    };
    let mut different = String::new();
    for (when, said, heard) in CLIENTS {
        for how in ENDS {
            let lines = [&both.theirs, &both.ours].map(|side| {
                let mut client = Sealed::connect(side.other, &config(BOTH));
                if !said.is_empty() {
                    client.say(said.as_bytes());
                }
                hear(&mut client, heard);
                if how == End::Whole {
                    client.connection.send_close_notify();
                    client.flush();
                }
                client.stream.shutdown(Shutdown::Write).unwrap();
                let saw = seen(client, mode);
                format!("{} | {saw}", side.logged())
            });
            if told(&lines[0], how) != lines[1] {
                let _ = writeln!(different, "{mode} {when}, {how:?}: {lines:#?}");
            }
        }
    }
    different
}

#[test]
fn clients_that_leave_are_logged_as_haproxy_does() {
    let found: String = ["http", "tcp"].map(differences).concat();
    assert!(found.is_empty(), "haproxy's first\n{found}");
}

/// What a server has said when it leaves.
const SERVERS: &[(&str, &str)] = &[
    ("having said nothing", ""),
    ("in its head", "HTTP/1.1 200 OK\r\nContent-Le"),
    (
        "in its body",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
    ),
    (
        "in its chunks",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ),
    ("in a body to the end", "HTTP/1.1 200 OK\r\n\r\nhalf"),
    (
        "having said all",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhalf",
    ),
];

/// Answers over TLS with what `said` gives for the request's head, and leaves.
pub fn sealed_origin(said: impl Fn(&str) -> (&'static str, End) + Send + Sync + 'static) -> Origin {
    let pem = certificates().curve.as_bytes();
    let chain = vec![CertificateDer::from_pem_slice(pem).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(pem).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    Origin::start(move |stream, _| {
        let session = ServerConnection::new(config.clone()).unwrap();
        let mut stream = StreamOwned::new(session, stream);
        let Some(head) = read_head(&mut stream) else {
            return;
        };
        let (answer, how) = said(&head);
        stream.write_all(answer.as_bytes()).unwrap();
        if how == End::Whole {
            stream.conn.send_close_notify();
        }
        stream.flush().unwrap();
        let _ = stream.sock.shutdown(Shutdown::Write);
        // Until the proxy has read it: what is closed with something unread is reset.
        let _ = stream.sock.read_to_end(&mut Vec::new());
    })
}

#[test]
fn servers_that_leave_are_logged_as_haproxy_does() {
    let mut different = String::new();
    // The target has the numbers of what is said and how the server leaves.
    let origin = sealed_origin(|head| {
        let digit = |at: usize| usize::from(head.as_bytes()[at] - b'0');
        (SERVERS[digit(5)].1, ENDS[digit(6)])
    });
    for mode in ["http", "tcp"] {
        let Some(both) = beside(mode, origin.port, "ssl verify none") else {
            return;
        };
        for (number, (when, said)) in SERVERS.iter().enumerate() {
            for (as_said, how) in ENDS.into_iter().enumerate() {
                let lines = [&both.theirs, &both.ours].map(|side| {
                    let mut client = Sealed::connect(side.other, &config(BOTH));
                    let request = format!("GET /{number}{as_said} HTTP/1.1\r\nHost: h\r\n\r\n");
                    client.say(request.as_bytes());
                    if said.ends_with("Length: 4\r\n\r\nhalf") && mode == "http" {
                        hear(&mut client, "half");
                        return side.logged();
                    }
                    let saw = seen(client, mode);
                    format!("{} | {saw}", side.logged())
                });
                if told(&lines[0], how) != lines[1] {
                    let _ = writeln!(different, "{mode} {when}, {how:?}: {lines:#?}");
                }
            }
        }
    }
    assert!(different.is_empty(), "haproxy's first\n{different}");
}
