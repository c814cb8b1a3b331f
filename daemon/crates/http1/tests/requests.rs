//! The request side of the framing table: what is refused, what goes on and as what.

use http1::{Body, Fault, Field, Limits, Request, parse_request, write};

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
fn both_lengths_and_chunks_go_on_as_chunks_and_end_the_connection() {
    let p = ok(&with("Content-Length: 5\r\nTransfer-Encoding: chunked"));
    assert!(matches!(p.request.body, Body::Chunked(_)));
    assert!(!p.request.keep_alive);
    assert_eq!(p.fields, "Host: a\r\n");
}

#[test]
fn equal_lengths_are_one_and_leading_zeros_go() {
    for fields in [
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: 005",
    ] {
        let p = ok(&with(fields));
        assert!(matches!(p.request.body, Body::Length(5)), "{fields}");
        assert_eq!(p.request.write_length, Some(5));
        assert_eq!(p.fields, "Host: a\r\n");
    }
    let p = ok(&with("Content-Length: 5"));
    assert_eq!(
        (p.request.write_length, p.fields.as_str()),
        (None, "Host: a\r\nContent-Length: 5\r\n")
    );
}

#[test]
fn lengths_without_one_meaning_are_refused() {
    for value in [
        "5\r\nContent-Length: 6",
        "5, 6",
        "",
        "+5",
        "0x5",
        "-1",
        "18446744073709551621",
        "5 5",
        "5,",
        ",5",
        "\x0b5",
        "5\x0b",
        "5.0",
    ] {
        assert_eq!(
            status(with(&format!("Content-Length: {value}"))),
            Some(400),
            "{value:?}"
        );
    }
    // CVE-2023-40225: an empty one beside a real one.
    assert_eq!(
        status(with("Content-Length: \r\nContent-Length: 5")),
        Some(400)
    );
    assert_eq!(
        status(with("Content-Length: 5\r\nContent-Length: ")),
        Some(400)
    );
}

#[test]
fn only_exactly_chunked_frames_a_body() {
    for value in [
        "gzip",
        "chunked, chunked",
        "chunked\r\nTransfer-Encoding: chunked",
        "xchunked",
        "",
        "\"chunked\"",
        "\x0bchunked",
        "chunked\x0b",
        "chunked;q=1",
        "chunked, gzip",
        "chunked,",
        ",chunked",
        "chun ked",
    ] {
        assert_eq!(
            status(with(&format!("Transfer-Encoding: {value}"))),
            Some(400),
            "{value:?}"
        );
    }
    for value in ["gzip, chunked", "identity, chunked"] {
        assert_eq!(
            status(with(&format!("Transfer-Encoding: {value}"))),
            Some(422),
            "{value:?}"
        );
    }
    for value in ["chunked", "Chunked", " \tchunked \t"] {
        assert!(
            matches!(
                ok(&with(&format!("Transfer-Encoding: {value}")))
                    .request
                    .body,
                Body::Chunked(_)
            ),
            "{value:?}"
        );
    }
}

#[test]
fn chunks_in_http_1_0_end_the_connection() {
    let p = ok("POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert!(matches!(p.request.body, Body::Chunked(_)) && !p.request.keep_alive);
}

#[test]
fn malformed_field_names_are_refused() {
    for line in [
        "Host : a",
        "no colon",
        ": empty",
        "X\x01: y",
        "X Y: z",
        "X\x7f: y",
        "X\"Y: z",
        "\u{e9}: y",
    ] {
        assert_eq!(
            status(format!("GET / HTTP/1.1\r\n{line}\r\n\r\n")),
            Some(400),
            "{line:?}"
        );
    }
    assert_eq!(
        status("GET / HTTP/1.1\r\n X: y\r\n\r\n"),
        Some(400),
        "blank before the first field"
    );
}

#[test]
fn folded_lines_are_joined() {
    let p = ok("POST / HTTP/1.1\r\nX: a\r\n b\r\n\tc\r\nTransfer-Encoding:\r\n chunked\r\n\r\n");
    assert_eq!(p.fields, "X: a   b  \tc\r\n");
    assert!(matches!(p.request.body, Body::Chunked(_)));
}

#[test]
fn bare_cr_and_nul_are_refused() {
    assert_eq!(status("GET / HTTP/1.1\r\nX: a\rb\r\n\r\n"), Some(400));
    assert_eq!(status("GET / HTTP/1.1\r\nX: a\0b\r\n\r\n"), Some(400));
    assert_eq!(status("GET / HTTP/1.1\rX: y\r\n\r\n"), Some(400));
    assert_eq!(
        status("GET / HTTP/1.1\r\nX: y\r\n\rZ: y\r\n\r\n"),
        Some(400)
    );
}

#[test]
fn lines_that_end_in_lf_alone_go_on_with_crlf() {
    let p = ok("GET / HTTP/1.1\nHost: a\nX:  y \nZ: z\r\n\n");
    assert_eq!(p.fields, "Host: a\r\nX: y\r\nZ: z\r\n");
}

#[test]
fn host_is_one_plain_authority() {
    assert_eq!(
        ok("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n").fields,
        "Host: a\r\n"
    );
    assert!(ok("GET / HTTP/1.1\r\n\r\n").request.host.is_none());
    assert!(
        ok("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")
            .request
            .host
            .is_some()
    );
    for host in ["a\r\nHost: b", "a, b", "a b", "a/b", "u@a"] {
        assert_eq!(
            status(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n")),
            Some(400),
            "{host:?}"
        );
    }
}

#[test]
fn an_absolute_target_and_host_name_one_place() {
    for (target, host) in [
        ("http://a/x", "a"),
        ("http://a:80/x", "a"),
        ("https://a/x", "a:443"),
        ("http://A/", "a"),
    ] {
        ok(&format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
    }
    for (target, host) in [
        ("http://a/", "b"),
        ("http://a:81/", "a"),
        ("http://u@a/", "a"),
        ("http:///x", "a"),
    ] {
        assert_eq!(
            status(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n")),
            Some(400),
            "{target}"
        );
    }
    let p = ok("GET http://a/x HTTP/1.1\r\n\r\n");
    assert!(p.request.write_host.is_some());
}

#[test]
fn request_lines() {
    for line in [
        "GET  / HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET / \t HTTP/1.1",
        "GET / HTTP/1.2",
        "GET / HTTP/2.0",
        "\r\nGET / HTTP/1.1",
    ] {
        assert!(ok(&format!("{line}\r\n\r\n")).request.http11, "{line:?}");
    }
    for line in [
        "GET / HTTP/1.1 ",
        "GET / http/1.1",
        "GET / HTTP/1.10",
        "GET /",
        "GET / HTTP/0.9",
        "GET / RTSP/1.0",
        "GET /a b HTTP/1.1",
        " GET / HTTP/1.1",
        "G@T / HTTP/1.1",
        "GET",
        "GET  HTTP/1.1",
    ] {
        assert_eq!(status(format!("{line}\r\n\r\n")), Some(400), "{line:?}");
    }
    assert_eq!(status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), None);
}

#[test]
fn targets() {
    for target in ["/a#b", "/\u{e9}", "/a\x01", "/a\x7f", "a", "a/b"] {
        assert_eq!(
            status(format!("GET {target} HTTP/1.1\r\n\r\n")),
            Some(400),
            "{target:?}"
        );
    }
    for target in ["/\"<>", "/%zz", "*", "/a?b=c&d"] {
        ok(&format!("GET {target} HTTP/1.1\r\n\r\n"));
    }
    ok("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n");
    assert_eq!(status("CONNECT /x HTTP/1.1\r\n\r\n"), Some(400));
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
fn bodies_of_methods_that_have_none() {
    assert!(matches!(
        ok("GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\n")
            .request
            .body,
        Body::Length(3)
    ));
    assert_eq!(
        status("GET / HTTP/1.0\r\nContent-Length: 3\r\n\r\n"),
        Some(413)
    );
    ok("GET / HTTP/1.0\r\nContent-Length: 0\r\n\r\n");
    ok("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\n");
}

#[test]
fn nominated_fields_end_here_but_not_what_frames_or_routes() {
    let p = ok(&with(
        "Connection: X-Secret, content-length, host\r\nX-Secret: 1\r\nContent-Length: 2\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nTE: gzip",
    ));
    assert_eq!(p.fields, "Host: a\r\nContent-Length: 2\r\n");
}

#[test]
fn upgrades_go_on_except_to_h2c() {
    let p = ok(&with("Connection: Upgrade\r\nUpgrade: websocket"));
    assert!(p.request.upgrade && p.fields.contains("Upgrade: websocket"));
    for value in ["h2c", "h2c, websocket"] {
        let p = ok(&with(&format!(
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {value}\r\nHTTP2-Settings: x"
        )));
        assert!(
            !p.request.upgrade && p.fields == "Host: a\r\n",
            "{}",
            p.fields
        );
    }
    assert!(!ok(&with("Upgrade: websocket")).request.upgrade);
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
