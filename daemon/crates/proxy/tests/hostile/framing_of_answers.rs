//! The row of the framing table that speaks of answers.

use crate::support::{Client, Origin, Proxy, free_port, http_config, read_head, status_of};
use std::io::Write;

/// What an origin says, and the status and body that the client gets.
type Case = (&'static [u8], u16, &'static str);

const CASES: &[Case] = &[
    // One message, however it is written.
    (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
    (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, "ok"),
    (b"HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\nok", 200, "ok"),
    (b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
    (
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        200,
        "ok",
    ),
    // What stands behind the end is nobody's answer.
    (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        200,
        "ok",
    ),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\nevil",
        200,
        "ok",
    ),
    // No one meaning.
    (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        502,
        "",
    ),
    (b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok", 502, ""),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: foo\r\n\r\nok", 502, ""),
    (b"HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n", 502, ""),
    (b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", 502, ""),
    (
        b"HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nevil",
        502,
        "",
    ),
    (b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok", 502, ""),
    (b"junk\r\n\r\n", 502, ""),
];

/// Answers `/N` with the N-th case, then closes.
fn origin() -> Origin {
    Origin::start(|mut stream, _| {
        let Some(head) = read_head(&mut stream) else {
            return;
        };
        let number = head
            .split(' ')
            .nth(1)
            .and_then(|path| path[1..].parse().ok());
        let (said, ..) = CASES[number.unwrap_or(0_usize)];
        let _ = stream.write_all(said);
    })
}

#[test]
fn answers() {
    let origin = origin();
    let port = free_port();
    let server = format!("    server s1 127.0.0.1:{}", origin.port);
    let _proxy = Proxy::start(&http_config(port, "", &server));
    let mut faults = Vec::new();
    for (number, (said, status, body)) in CASES.iter().enumerate() {
        let mut client = Client::connect(port);
        client.send(format!("GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n"));
        let (head, got) = client.response();
        client.send("GET /0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let (next, own) = client.response();
        let behind = client.rest();
        let right = status_of(&head) == *status
            && (*status != 200 || got == body.as_bytes())
            && status_of(&next) == 200
            && own == b"ok"
            && behind.is_empty();
        if !right {
            let said = String::from_utf8_lossy(said);
            let (got, own) = (String::from_utf8_lossy(&got), String::from_utf8_lossy(&own));
            faults.push(format!(
                "{said:?}\n  wanted {status} {body:?}\n  got {head:?} {got:?}, then {next:?} {own:?}"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A bad chunk is found when the head is gone: the answer is cut off, and never looks whole.
#[test]
fn an_answer_whose_chunks_go_wrong_is_cut_off() {
    for bad in [
        "2\r\nok\r\n0x2\r\nok\r\n0\r\n\r\n",
        "2\r\nokX\r\n0\r\n\r\n",
        "2\nok\n0\n\n",
    ] {
        let origin = Origin::start(move |mut stream, _| {
            if read_head(&mut stream).is_some() {
                let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                let _ = stream.write_all(format!("{head}{bad}").as_bytes());
            }
        });
        let port = free_port();
        let server = format!("    server s1 127.0.0.1:{}", origin.port);
        let _proxy = Proxy::start(&http_config(port, "", &server));
        let mut client = Client::connect(port);
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        let said = String::from_utf8_lossy(&client.rest()).into_owned();
        let refused = said.starts_with("HTTP/1.1 502 ");
        assert!(refused || !said.ends_with("0\r\n\r\n"), "{bad:?}: {said:?}");
    }
}
