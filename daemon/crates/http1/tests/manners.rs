//! The same heads in three manners: strict (`option http-strict`), normal, and lenient
//! (`option accept-invalid-http-request`, `…-response`).

use http1::manner::Manner::{self, Lenient, Normal, Strict};
use http1::response::Asked;
use http1::{Body, Field, Limits, Method, Request, parse_request, parse_response};

fn limits(manner: Manner) -> Limits {
    Limits {
        manner,
        ..Limits::default()
    }
}

/// The request, or the status of the refusal.
fn request(text: &[u8], manner: Manner) -> Result<Request, u16> {
    let mut fields: Vec<Field> = Vec::new();
    match parse_request(&mut text.to_vec(), limits(manner), &mut fields) {
        Ok(Some(request)) => Ok(request),
        Ok(None) => panic!("{text:?} is not whole"),
        Err(fault) => Err(fault.status().expect("an answer")),
    }
}

fn statuses(text: &[u8]) -> [u16; 3] {
    [Strict, Normal, Lenient].map(|manner| request(text, manner).err().unwrap_or(200))
}

#[test]
fn what_one_manner_takes_and_another_refuses() {
    let cases: &[(&[u8], [u16; 3])] = &[
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", [200, 200, 200]),
        (b"GET / HTTP/1.0\r\n\r\n", [200, 200, 200]),
        // The right-hand column of the framing table where it speaks of strictness.
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            [400, 200, 200],
        ),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", [400, 200, 200]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\n\r\n", [400, 200, 200]),
        (b"GET / HTTP/1.1\nHost: a\r\n\r\n", [400, 200, 200]),
        (b"GET / HTTP/1.1\r\nHost: a\n\r\n", [400, 200, 200]),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\n", [400, 200, 200]),
        (b"GET / HTTP/1.1\r\nX: a\r\n\r\n", [400, 200, 200]),
        (b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", [400, 200, 200]),
        (b"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", [400, 200, 200]),
        (b"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", [400, 200, 200]),
        (b"GET / HTTP/1.2\r\nHost: a\r\n\r\n", [505, 200, 200]),
        (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", [505, 200, 200]),
        // What only leniency lets pass.
        (b"GET /\xe4 HTTP/1.1\r\nHost: a\r\n\r\n", [400, 400, 200]),
        (b"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", [400, 400, 200]),
        (b"GET / HTTP/1.10\r\nHost: a\r\n\r\n", [400, 400, 200]),
        (b"GET / HTTP/0.9\r\n\r\n", [400, 400, 200]),
        (b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", [400, 400, 200]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX(y: 1\r\n\r\n", [400, 400, 200]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX y: 1\r\n\r\n", [400, 400, 200]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX\xe4: 1\r\n\r\n", [400, 400, 200]),
        // What nobody lets pass: it might frame or route the message for somebody else.
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", [400; 3]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding\t: chunked\r\n\r\n", [400; 3]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length\0: 5\r\n\r\n", [400; 3]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent\tLength: 5\r\n\r\n", [400; 3]),
        (b"GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n", [400; 3]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n", [400; 3]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", [400; 3]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", [400; 3]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", [400; 3]),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5x\r\n\r\n", [400; 3]),
        (b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", [400; 3]),
        (b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", [400; 3]),
        (b"GET / http/1.1\r\nHost: a\r\n\r\n", [400; 3]),
        (b"GET / HTTP/x.1\r\nHost: a\r\n\r\n", [400; 3]),
        (b"POST /\r\n", [400; 3]),
    ];
    for (text, wanted) in cases {
        let shown = String::from_utf8_lossy(text);
        assert_eq!(statuses(text), *wanted, "{shown:?}");
    }
}

#[test]
fn a_head_that_comes_in_pieces_is_refused_as_soon_as_it_breaks_a_rule() {
    let whole = b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n";
    let fold = whole.windows(3).position(|part| part == b"\n b").unwrap();
    let mut fields = Vec::new();
    for end in 0..whole.len() {
        let found = parse_request(&mut whole[..end].to_vec(), limits(Strict), &mut fields);
        assert_eq!(found.is_err(), end > fold + 1, "{end} bytes: {found:?}");
    }
}

#[test]
fn versions_without_an_end_are_read_as_what_they_say() {
    for (version, http11) in [
        ("HTTP/1.00", false),
        ("HTTP/01.0", false),
        ("HTTP/0.9", false),
        ("HTTP/1.01", true),
        ("HTTP/11.0", true),
        ("HTTP/10.10", true),
    ] {
        let text = format!("GET / {version}\r\nHost: a\r\n\r\n");
        let request = request(text.as_bytes(), Lenient).unwrap();
        assert_eq!(request.http11, http11, "{version}");
    }
    // HTTP/0.9 has no fields: what follows the line is another message.
    let bare = request(b"GET /x\r\nHost: a\r\n\r\n", Lenient).unwrap();
    assert_eq!(
        (bare.head_len, bare.http11, bare.keep_alive),
        (8, false, false)
    );
    assert!(matches!(bare.body, Body::Empty));
}

#[test]
fn responses_may_have_odd_names_and_versions() {
    let status = |text: &[u8], manner: Manner| {
        let asked = Asked {
            method: Method::Get,
            upgrade: false,
        };
        let mut fields = Vec::new();
        let found = parse_response(&mut text.to_vec(), asked, limits(manner), &mut fields);
        found.is_ok_and(|response| response.is_some())
    };
    for (text, normal, lenient) in [
        (&b"HTTP/1.1 200 OK\r\nX(y: 1\r\n\r\n"[..], false, true),
        (b"HTTP/1.1 200 OK\r\nX y: 1\r\n\r\n", false, true),
        (b"HTTP/11.12 200 OK\r\n\r\n", false, true),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
            false,
            false,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n",
            false,
            false,
        ),
        (b"HTTP/1.1 2000 OK\r\n\r\n", false, false),
        (b"http/1.1 200 OK\r\n\r\n", false, false),
        (b"HTTP/1.1 200\r\n\r\n", true, true),
        (b"HTTP/1.1  200 OK\r\n\r\n", true, true),
    ] {
        let found = [Normal, Lenient].map(|manner| status(text, manner));
        assert_eq!(
            found,
            [normal, lenient],
            "{:?}",
            String::from_utf8_lossy(text)
        );
    }
}
