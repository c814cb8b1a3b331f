//! Connections that end without TLS's last word: somebody on the way may have cut them (RFC 8446,
//! 6.1), so that what came must not look like all that there was.

use crate::certificates::certificates;
use crate::clients::proxy;
use crate::sealed::{BOTH, Sealed, config};
use crate::support::{Origin, Proxy, WAIT, free_port, read_head};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use tls::rustls::pki_types::pem::PemObject;
use tls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tls::rustls::{ServerConfig, ServerConnection, StreamOwned, crypto::aws_lc_rs};

const DEFAULTS: &str = "global\n    nbthread 1\ndefaults\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n";

/// A server over TLS that gives this answer and ends, with its last word or without.
fn server(answer: &'static str, last_word: bool) -> Origin {
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
        if read_head(&mut stream).is_none() {
            return;
        }
        stream.write_all(answer.as_bytes()).unwrap();
        if last_word {
            stream.conn.send_close_notify();
        }
        stream.flush().unwrap();
        let _ = stream.sock.shutdown(Shutdown::Write);
        // Until the proxy has read it: what is closed with something unread is reset.
        let _ = stream.sock.read_to_end(&mut Vec::new());
    })
}

#[test]
fn an_answer_without_its_servers_last_word_does_not_look_whole() {
    const LENGTH: &str = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf";
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    const TO_THE_END: &str = "HTTP/1.1 200 OK\r\n\r\nhalf";
    for (answer, last_word, whole) in [
        (LENGTH, false, false),
        (LENGTH, true, false),
        (CHUNKED, false, false),
        (CHUNKED, true, false),
        (TO_THE_END, false, false),
        (TO_THE_END, true, true),
    ] {
        let origin = server(answer, last_word);
        let port = free_port();
        let text = format!(
            "{DEFAULTS}    mode http\nlisten l\n    bind 127.0.0.1:{port} ssl crt /c/curve.pem\n    server s 127.0.0.1:{} ssl verify none\n",
            origin.port
        );
        let _proxy = Proxy::start_with(&[("/c/curve.pem", &certificates().curve)], &text);
        let mut client = Sealed::connect(port, &config(BOTH));
        client.say(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        let head = read_head(&mut client).unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{answer:?}: {head}");
        // Our own last word says whether it was all.
        let rest = client.rest();
        if whole {
            assert_eq!(rest.unwrap(), b"half");
        } else {
            let why = rest.unwrap_err().kind();
            assert_eq!(why, ErrorKind::UnexpectedEof, "{answer:?}");
        }
    }
}

/// An origin that tells how what it got has ended.
fn watching() -> (Origin, Receiver<Result<usize, ErrorKind>>) {
    let (tell, told) = channel();
    let origin = Origin::start(move |mut stream: TcpStream, _| {
        let mut all = Vec::new();
        let ended = stream.read_to_end(&mut all).map_err(|e| e.kind());
        let _ = tell.send(ended);
    });
    (origin, told)
}

#[test]
fn a_request_without_its_clients_last_word_does_not_look_whole() {
    let port = free_port();
    let (origin, told) = watching();
    let _proxy = proxy(port, origin.port);
    for length in ["Content-Length: 100", "Transfer-Encoding: chunked"] {
        let mut client = Sealed::connect(port, &config(BOTH));
        let request = format!("POST / HTTP/1.1\r\nHost: h\r\n{length}\r\n\r\n4\r\nhalf\r\n");
        client.say(request.as_bytes());
        client.stream.shutdown(Shutdown::Write).unwrap();
        let ended = told.recv_timeout(WAIT).unwrap();
        assert_eq!(ended, Err(ErrorKind::ConnectionReset), "{length}");
    }
}

#[test]
fn an_end_that_the_client_did_not_confirm_is_none_for_the_server() {
    let port = free_port();
    let (origin, told) = watching();
    let made = certificates();
    let text = format!(
        "{DEFAULTS}    mode tcp\nlisten l\n    bind 127.0.0.1:{port} ssl crt /c/curve.pem\n    server s 127.0.0.1:{}\n",
        origin.port
    );
    let _proxy = Proxy::start_with(&[("/c/curve.pem", &made.curve)], &text);
    for confirmed in [true, false] {
        let mut client = Sealed::connect(port, &config(BOTH));
        client.say(b"half");
        if confirmed {
            client.connection.send_close_notify();
            client.flush();
        } else {
            client.stream.shutdown(Shutdown::Write).unwrap();
        }
        let ended = told.recv_timeout(WAIT).unwrap();
        let reset = Err(ErrorKind::ConnectionReset);
        assert_eq!(ended, if confirmed { Ok(4) } else { reset });
    }
}
