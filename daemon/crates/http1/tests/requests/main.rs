//! The request side of the framing table: what is refused, what goes on and as what.

mod fields;
mod framing;
mod lines;

use http1::{Fault, Field, Limits, Request, parse_request, write};

struct Parsed {
    request: Request,
    /// What goes to the server, less the start line.
    fields: String,
}

fn parse(text: &[u8]) -> Result<Option<Parsed>, Fault> {
    let mut buf = text.to_vec();
    let mut fields: Vec<Field> = Vec::new();
    Ok(
        parse_request(&mut buf, Limits::default(), &mut fields)?.map(|request| {
            let mut out = Vec::new();
            write::fields(&buf, &fields, &mut out);
            Parsed {
                request,
                fields: String::from_utf8_lossy(&out).into_owned(),
            }
        }),
    )
}

fn ok(text: &str) -> Parsed {
    match parse(text.as_bytes()) {
        Ok(Some(p)) => p,
        other => panic!("{text:?}: {:?}", other.map(|_| "more wanted")),
    }
}

fn status(text: impl AsRef<[u8]>) -> Option<u16> {
    match parse(text.as_ref()) {
        Err(fault) => fault.status(),
        Ok(p) => panic!(
            "{:?} was accepted: {:?}",
            String::from_utf8_lossy(text.as_ref()),
            p.map(|p| p.request)
        ),
    }
}

/// A request with these field lines.
fn with(fields: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n")
}

#[test]
fn limits_have_their_statuses() {
    assert_eq!(
        status(format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(20_000))),
        Some(414)
    );
    assert_eq!(status(format!("GET /{}", "x".repeat(20_000))), Some(414));
    assert_eq!(
        status(format!(
            "GET / HTTP/1.1\r\nX: {}\r\n\r\n",
            "x".repeat(20_000)
        )),
        Some(431)
    );
    assert_eq!(
        status(format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(20_000))),
        Some(431)
    );
    assert_eq!(
        status(format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(102))),
        Some(400)
    );
    ok(&format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(101)));
    // CVE-2021-40346: a name whose length needs more than one byte's bits.
    assert!(
        ok(&with(&format!(
            "Content-Length0{}:\r\nContent-Length: 60",
            "a".repeat(255)
        )))
        .fields
        .contains("Content-Length: 60")
    );
}

#[test]
fn keep_alive_follows_version_and_connection() {
    for (text, keep) in [
        ("GET / HTTP/1.1\r\n\r\n", true),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false),
        ("GET / HTTP/1.1\r\nConnection: x, CLOSE\r\n\r\n", false),
        ("GET / HTTP/1.0\r\n\r\n", false),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true),
    ] {
        assert_eq!(ok(text).request.keep_alive, keep, "{text:?}");
    }
}

#[test]
fn a_head_wants_more_until_it_is_whole_however_it_is_cut() {
    let text = b"POST /x HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\nContent-Length: 3\r\n\r\nabc";
    let head = text.len() - 3;
    for cut in 0..head {
        assert!(parse(&text[..cut]).unwrap().is_none(), "cut at {cut}");
    }
    assert_eq!(parse(text).unwrap().unwrap().request.head_len, head);
}
