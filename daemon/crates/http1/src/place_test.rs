use super::*;
use crate::field::Limits;
use crate::response::Asked;
use crate::{Manner, Method, parse_request, parse_response};

fn request(manner: Manner, text: &str) -> (Fault, usize) {
    let mut buf = text.as_bytes().to_vec();
    let limits = Limits {
        manner,
        ..Limits::default()
    };
    let fault = parse_request(&mut buf, limits, &mut Vec::new()).unwrap_err();
    (fault, of_request(&buf, fault))
}

/// A bar stands before the byte that is to be named.
fn split(marked: &str) -> (String, usize) {
    (marked.replacen('|', "", 1), marked.find('|').unwrap())
}

#[test]
fn the_first_byte_that_breaks_a_request_is_named() {
    for (fault, marked) in [
        (Fault::RequestLine, "G|\x01T / HTTP/1.1\r\n\r\n"),
        (Fault::RequestLine, "|:GET / HTTP/1.1\r\n\r\n"),
        (Fault::RequestLine, "GET /|\r\nHost: a\r\n\r\n"),
        (Fault::RequestLine, "GET / |XTTP/1.1\r\n\r\n"),
        (Fault::RequestLine, "\r\nGET / HTTP/1.|x\r\n\r\n"),
        (Fault::RequestLine, "GET / HTTP/1.1|1\r\n\r\n"),
        (Fault::Target, "GET /|\x01 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (Fault::Target, "GET |x HTTP/1.1\r\nHost: a\r\n\r\n"),
        (
            Fault::FieldName,
            "GET / HTTP/1.1\r\nA: b\r\nFo| o: b\r\n\r\n",
        ),
        (Fault::FieldName, "GET / HTTP/1.1\r\n|: b\r\n\r\n"),
        (Fault::FieldName, "GET / HTTP/1.1\r\nHost|\r\n\r\n"),
        (Fault::FieldValue, "GET / HTTP/1.1\r\nA: b\r|c\r\n\r\n"),
        (Fault::FieldValue, "GET / HTTP/1.1\r\nA: b|\0c\r\n\r\n"),
        (Fault::Host, "GET / HTTP/1.1\r\nHost: a\r\nHost: |b\r\n\r\n"),
        (Fault::Host, "GET / HTTP/1.1\r\nA: b\r\nhost: |a b\r\n\r\n"),
        (
            Fault::ContentLength,
            "GET / HTTP/1.1\r\nContent-Length: |1x\r\n\r\n",
        ),
        (
            Fault::ContentLength,
            "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: |2\r\n\r\n",
        ),
        (
            Fault::UnexpectedBody,
            "GET / HTTP/1.0\r\nContent-Length: |1\r\n\r\n",
        ),
    ] {
        let (text, at) = split(marked);
        assert_eq!(request(Manner::Normal, &text), (fault, at), "{marked:?}");
    }
}

#[test]
fn what_only_strict_reading_refuses_is_named() {
    for (fault, marked) in [
        (Fault::Version, "GET / |HTTP/1.2\r\nHost: a\r\n\r\n"),
        (Fault::LineEnd, "GET / HTTP/1.1\r\nHost: a|\n\r\n"),
        (Fault::Fold, "GET / HTTP/1.1\r\nHost: a\r\n| b\r\n\r\n"),
        (Fault::NoHost, "GET / HTTP/1.1\r\nA: b\r\n|\r\n"),
        (
            Fault::TwoFramings,
            "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: |chunked\r\n\r\n",
        ),
    ] {
        let (text, at) = split(marked);
        assert_eq!(request(Manner::Strict, &text), (fault, at), "{marked:?}");
    }
}

#[test]
fn the_first_byte_that_breaks_a_response_is_named() {
    let asked = Asked {
        method: Method::Get,
        upgrade: false,
    };
    for (fault, marked) in [
        (Fault::StatusLine, "HTT|Q/1.1 200 OK\r\n\r\n"),
        (Fault::StatusLine, "HTTP/1.1 |\r\n\r\n"),
        (Fault::StatusLine, "HTTP/1.1 20|x OK\r\n\r\n"),
        (Fault::StatusLine, "HTTP/1.1 200|0 OK\r\n\r\n"),
        (Fault::UnsolicitedSwitch, "HTTP/1.1 |101 OK\r\n\r\n"),
        (
            Fault::ContentLength,
            "HTTP/1.1 200 OK\r\nContent-Length: |x\r\n\r\n",
        ),
        (Fault::FieldName, "HTTP/1.1 200 OK\r\nA| b\r\n\r\n"),
    ] {
        let (text, at) = split(marked);
        let mut buf = text.into_bytes();
        let said = parse_response(&mut buf, asked, Limits::default(), &mut Vec::new());
        let said = said.unwrap_err();
        assert_eq!((said, of_response(&buf, said)), (fault, at), "{marked:?}");
    }
}

#[test]
fn the_chunk_that_is_none_is_named() {
    let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for body in [
        "|zz\r\n",
        "3\r\nabc|x\r\n",
        "3;a=b\r\nabc\r\n|\r\n",
        "3|\rabc",
    ] {
        let (text, at) = split(&format!("{head}{body}"));
        assert_eq!(of_request(text.as_bytes(), Fault::Chunk), at, "{body:?}");
    }
}

#[test]
fn no_bytes_lead_beyond_the_message() {
    let faults = [
        Fault::RequestLine,
        Fault::Target,
        Fault::Version,
        Fault::LineEnd,
        Fault::Fold,
        Fault::NoHost,
        Fault::StatusLine,
        Fault::UnsolicitedSwitch,
        Fault::FieldName,
        Fault::FieldValue,
        Fault::ContentLength,
        Fault::TransferEncoding,
        Fault::Host,
        Fault::Chunk,
        Fault::HeadTooLarge,
    ];
    let text = b"\r\nGET / HTTP/1.1\r\nHost: a\r\n b\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n";
    for end in 0..=text.len() {
        for start in [0, end / 2, end] {
            for fault in faults {
                let cut = &text[start..end];
                assert!(of_request(cut, fault) <= cut.len(), "{fault:?}");
                assert!(of_response(cut, fault) <= cut.len(), "{fault:?}");
            }
        }
    }
}
