//! The rows of the framing table that speak of where a request's body ends.

use crate::framing::Then;
use crate::framing_of_requests::{HELLO, Rows, chunked, post};

pub fn lengths(rows: &mut Rows) {
    let row = "CL + TE";
    for fields in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Content-Length: 99\r\nTransfer-Encoding: chunked",
    ] {
        rows.add(row, post(fields, HELLO), Then::Last(chunked(HELLO)));
    }
    let row = "CL twice/list, equal";
    let five = || Then::Goes(post("Content-Length: 5", "hello"));
    for fields in [
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: 005",
    ] {
        rows.add(row, post(fields, "hello"), five());
    }
    rows.refused_fields(
        row,
        400,
        "hello",
        &[
            "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: 5, 6",
            "Content-Length:",
            "Content-Length: +5",
            "Content-Length: 0x5",
            "Content-Length: -1",
            "Content-Length: 18446744073709551621",
            "Content-Length: 5 5",
            "Content-Length: \x0b5",
            "Content-Length: 5\x0b",
        ],
    );
    rows.refused_fields(
        "CVE-2023-40225: an empty length beside a real one",
        400,
        "hello",
        &[
            "Content-Length:\r\nContent-Length: 5",
            "Content-Length: 5\r\nContent-Length:",
        ],
    );
    let long = format!("Content-Length0{}:\r\nContent-Length: 5", "a".repeat(255));
    rows.add(
        "CVE-2021-40346: a name as long as a byte can count",
        post(&long, "hello"),
        Then::Goes(post(&long, "hello")),
    );
    let row = "body on GET/HEAD";
    for method in ["GET", "HEAD"] {
        let sent = format!("{method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        rows.add(row, sent.clone(), Then::Goes(sent));
    }
    rows.refused(
        row,
        413,
        &["GET / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"],
    );
}

pub fn codings(rows: &mut Rows) {
    let row = "TE not ending in chunked, twice, unknown, empty, quoted, VT, NUL, parameter";
    rows.refused_fields(
        row,
        400,
        HELLO,
        &[
            "Transfer-Encoding: gzip",
            "Transfer-Encoding: chunked, gzip",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding:",
            "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding: chunked\x0b",
            "Transfer-Encoding: chunked\0",
            "Transfer-Encoding: chunked;q=1",
            "Transfer-Encoding: chunked,",
        ],
    );
    rows.refused_fields(
        "CVE-2019-18277: VT before chunked",
        400,
        HELLO,
        &[
            "Transfer-Encoding: \x0bchunked",
            "Content-Length: 3\r\nTransfer-Encoding: \x0bchunked",
        ],
    );
    rows.refused_fields(
        row,
        422,
        HELLO,
        &[
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: identity, chunked",
        ],
    );
    rows.add(
        "TE in HTTP/1.0",
        format!(
            "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\
             Transfer-Encoding: chunked\r\n\r\n{HELLO}"
        ),
        Then::Last(chunked(HELLO)),
    );
}

pub fn chunks(rows: &mut Rows) {
    let refused = |rows: &mut Rows, row, all: &[&str]| {
        for body in all {
            rows.add(row, chunked(body), Then::No(400));
        }
    };
    let hello = || Then::Goes(chunked(HELLO));
    refused(
        rows,
        "LF-only in chunk framing",
        &["5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "0\n\n"],
    );
    let row = "chunk size";
    refused(
        rows,
        row,
        &[
            "0x5\r\nhello\r\n0\r\n\r\n",
            "+5\r\nhello\r\n0\r\n\r\n",
            " 5\r\nhello\r\n0\r\n\r\n",
            "\r\nhello\r\n0\r\n\r\n",
            "10000000000000\r\n",
            "5\r\nhelloX\r\n0\r\n\r\n",
        ],
    );
    for body in ["0005\r\nhello\r\n000\r\n\r\n", "5 \t\r\nhello\r\n0\r\n\r\n"] {
        rows.add(row, chunked(body), hello());
    }
    let row = "chunk extensions";
    rows.add(
        row,
        chunked("5;a=b;c=\"d;e\"\r\nhello\r\n0;x\r\n\r\n"),
        hello(),
    );
    let long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(20_000));
    refused(
        rows,
        row,
        &[
            "5;a\rb\r\nhello\r\n",
            "5;a\nb\r\nhello\r\n",
            "5;\x01\r\nhello\r\n",
            "5;\"a\r\nhello\r\n",
            &long,
        ],
    );
    let row = "trailers";
    rows.add(
        row,
        chunked("5\r\nhello\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\nHost: b\r\n\r\n"),
        Then::Goes(chunked("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n")),
    );
    refused(rows, row, &["0\r\nno colon\r\n\r\n"]);
}
