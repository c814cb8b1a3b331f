//! The rows of the framing table that speak of requests.

use crate::framing::{Case, Then};
use crate::framing_of_bodies::{chunks, codings, lengths};

pub struct Rows(Vec<Case>);

impl Rows {
    pub fn add(&mut self, row: &'static str, sent: impl Into<Vec<u8>>, then: Then) {
        let sent = sent.into();
        self.0.push(Case { row, sent, then });
    }

    pub fn refused(&mut self, row: &'static str, status: u16, all: &[&str]) {
        for sent in all {
            self.add(row, *sent, Then::No(status));
        }
    }

    /// Requests with these field lines and this body are refused.
    pub fn refused_fields(&mut self, row: &'static str, status: u16, body: &str, all: &[&str]) {
        for fields in all {
            self.add(row, post(fields, body), Then::No(status));
        }
    }
}

pub fn post(fields: &str, body: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n{body}")
}

pub fn chunked(body: &str) -> String {
    post("Transfer-Encoding: chunked", body)
}

pub fn get(fields: &str) -> String {
    format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n")
}

/// Five bytes in one chunk, as they go on.
pub const HELLO: &str = "5\r\nhello\r\n0\r\n\r\n";

pub fn lenient() -> Vec<Case> {
    let mut rows = Rows(Vec::new());
    lengths(&mut rows);
    codings(&mut rows);
    fields(&mut rows);
    chunks(&mut rows);
    hosts(&mut rows);
    lines(&mut rows);
    nominated(&mut rows);
    rows.0
}

fn fields(rows: &mut Rows) {
    rows.refused_fields(
        "blank before colon, no colon, empty name, CTL or blank in name",
        400,
        "",
        &[
            "Content-Length : 0",
            "X : y",
            "X\t: y",
            "no colon",
            ": empty",
            "X\x01: y",
            "X\x7f: y",
            "X Y: z",
        ],
    );
    rows.refused(
        "leading blank on first header",
        400,
        &[
            "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
            "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n",
        ],
    );
    let row = "obs-fold";
    rows.add(
        row,
        get("X: a\r\n b\r\n\tc"),
        Then::Goes(get("X: a   b  \tc")),
    );
    rows.add(
        row,
        post("Transfer-Encoding:\r\n chunked", HELLO),
        Then::Goes(chunked(HELLO)),
    );
    rows.refused_fields(
        "bare CR; NUL in value",
        400,
        "",
        &[
            "X: a\rb",
            "X: a\rTransfer-Encoding: chunked",
            "X: a\0b",
            "X: \0",
        ],
    );
    rows.add(
        "LF-only lines in head",
        "GET / HTTP/1.1\nHost: a\nX: y\n\n",
        Then::Goes(get("X: y")),
    );
}

fn hosts(rows: &mut Rows) {
    let row = "Host";
    let plain = || Then::Goes("GET / HTTP/1.1\r\nHost: a\r\n\r\n".into());
    rows.add(
        row,
        "GET / HTTP/1.1\r\n\r\n",
        Then::Goes("GET / HTTP/1.1\r\n\r\n".into()),
    );
    rows.add(row, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", plain());
    for host in ["a\r\nHost: b", "a, b", "a b", "a/b", "u@a"] {
        let sent = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        rows.add(row, sent, Then::No(400));
    }
    let row = "absolute-form";
    for (target, host) in [
        ("http://a/x", "b"),
        ("http://a:81/x", "a"),
        ("http://u@a/x", "a"),
    ] {
        let sent = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        rows.add(row, sent, Then::No(400));
    }
    for (target, host) in [
        ("http://a/x", "a"),
        ("http://a:80/x", "a"),
        ("https://a/x", "a:443"),
    ] {
        let sent = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        rows.add(row, sent.clone(), Then::Goes(sent));
    }
}

fn lines(rows: &mut Rows) {
    let row = "request line";
    for line in [
        "GET  / HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET / HTTP/1.2",
        "GET / HTTP/2.0",
    ] {
        let sent = format!("{line}\r\nHost: a\r\n\r\n");
        rows.add(
            row,
            sent,
            Then::Goes("GET / HTTP/1.1\r\nHost: a\r\n\r\n".into()),
        );
    }
    for line in [
        "GET / HTTP/1.1 ",
        "GET / http/1.1",
        "GET / HTTP/1.10",
        "GET /",
        "GET / HTTP/0.9",
        "GET / RTSP/1.0",
    ] {
        rows.add(row, format!("{line}\r\nHost: a\r\n\r\n"), Then::No(400));
    }
    let row = "URI";
    for target in ["/a#b", "/\u{e9}", "/\x01", "/a b"] {
        let sent = format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n");
        rows.add(row, sent, Then::No(400));
    }
    let sent = "GET /\"<> HTTP/1.1\r\nHost: a\r\n\r\n";
    rows.add(row, sent, Then::Goes(sent.into()));
    let long = "x".repeat(20_000);
    rows.refused(
        row,
        414,
        &[&format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n")],
    );
    rows.refused(row, 431, &[&get(&format!("X: {long}"))]);
    rows.refused(row, 400, &[&get(&"X: y\r\n".repeat(110))]);
    let row = "PRI over h1";
    rows.add(row, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Then::Silence);
    let row = "TRACE, Expect junk, X_Forwarded_For";
    for sent in [
        "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        get("Expect: junk"),
        get("X_Forwarded_For: 10.0.0.1"),
    ] {
        rows.add(row, sent.clone(), Then::Goes(sent));
    }
}

fn nominated(rows: &mut Rows) {
    rows.add(
        "Connection-nominated fields",
        post(
            "Connection: X-Secret, Content-Length, Host\r\nX-Secret: 1\r\nContent-Length: 5",
            "hello",
        ),
        Then::Goes(post("Content-Length: 5", "hello")),
    );
    rows.add(
        "Upgrade: h2c",
        get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ"),
        Then::Goes("GET / HTTP/1.1\r\nHost: a\r\n\r\n".into()),
    );
}

pub fn strict() -> Vec<Case> {
    let mut rows = Rows(Vec::new());
    let fields = "Content-Length: 3\r\nTransfer-Encoding: chunked";
    rows.refused_fields("CL + TE", 400, HELLO, &[fields]);
    rows.refused_fields("obs-fold", 400, "", &["X: a\r\n b"]);
    rows.refused(
        "LF-only lines in head",
        400,
        &["GET / HTTP/1.1\nHost: a\n\n"],
    );
    rows.refused("Host", 400, &["GET / HTTP/1.1\r\n\r\n"]);
    let row = "request line";
    rows.refused(
        row,
        400,
        &[
            "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n",
        ],
    );
    rows.refused(
        row,
        505,
        &[
            "GET / HTTP/1.2\r\nHost: a\r\n\r\n",
            "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        ],
    );
    let plain = post("Content-Length: 5", "hello");
    rows.add("what has one meaning", plain.clone(), Then::Goes(plain));
    rows.0
}
