//! Field lines: which are refused, which go on and how they are written.

use crate::{ok, status, with};
use http1::Body;

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
