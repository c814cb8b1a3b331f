//! Connections that end without TLS's last word: somebody on the way may have cut them (RFC 8446,
//! 6.1), so that what came must not look like all that there was.

use crate::certificates::certificates;
use crate::clients::proxy;
use crate::ended::{End, sealed_origin};
use crate::sealed::{BOTH, Sealed, config};
use crate::support::{Origin, Proxy, WAIT, free_port, read_head};
use std::io::{ErrorKind, Read};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc::{Receiver, channel};

const DEFAULTS: &str = "global\n    nbthread 1\ndefaults\n    timeout client 5s\n    timeout server 5s\n    timeout connect 1s\n";

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
        let how = if last_word { End::Whole } else { End::Cut };
        let origin = sealed_origin(move |_| (answer, how));
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
