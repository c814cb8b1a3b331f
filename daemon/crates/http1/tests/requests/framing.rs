//! How long a body is, and what leaves that open.

use crate::{ok, status, with};
use http1::Body;

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
