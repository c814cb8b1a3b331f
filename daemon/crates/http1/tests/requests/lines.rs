//! The start line and the authority it is for.

use crate::{ok, status};

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
