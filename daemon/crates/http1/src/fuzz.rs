//! What a fuzzer of this crate does with its bytes, so that tests and fuzz targets run the same.
//!
//! Invariants: nothing panics; a head that is accepted, written again and parsed once more gives
//! the same framing (so the next hop cannot see another message); a chunked body gives the same
//! data however its bytes are cut.

use crate::field::Limits;
use crate::manner::Manner;
use crate::method::Method;
use crate::response::Asked;
use crate::{Body, parse_request, parse_response, write};

/// One run over arbitrary bytes. Panics when an invariant is broken, which is what fuzzers look for.
pub fn run(data: &[u8]) {
    request(data, Manner::Normal, Manner::Normal);
    request(data, Manner::Strict, Manner::Normal);
    request(data, Manner::Lenient, Manner::Lenient);
    for upgrade in [false, true] {
        let mut fields = Vec::new();
        let asked = Asked {
            method: Method::Get,
            upgrade,
        };
        for manner in [Manner::Normal, Manner::Lenient] {
            let limits = Limits {
                manner,
                ..Limits::default()
            };
            let _ = parse_response(&mut data.to_vec(), asked, limits, &mut fields);
        }
    }
    chunks(data);
}

/// What is accepted in one manner is accepted in the other once it is written again.
fn request(data: &[u8], manner: Manner, next: Manner) {
    let mut fields = Vec::new();
    let mut buf = data.to_vec();
    let limits = Limits {
        manner,
        ..Limits::default()
    };
    let Ok(Some(req)) = parse_request(&mut buf, limits, &mut fields) else {
        return;
    };
    assert!(req.head_len <= buf.len());
    let mut out = Vec::new();
    out.extend_from_slice(req.method_span.of(&buf));
    out.push(b' ');
    out.extend_from_slice(req.target.of(&buf));
    out.extend_from_slice(b" HTTP/1.1\r\n");
    write::fields(&buf, &fields, &mut out);
    if let Some(n) = req.write_length {
        write::content_length(n, &mut out);
    }
    if matches!(req.body, Body::Chunked(_)) {
        out.extend_from_slice(write::CHUNKED);
    }
    out.extend_from_slice(b"\r\n");
    let mut again_fields = Vec::new();
    let mut copy = out.clone();
    let limits = Limits {
        head: usize::MAX,
        fields: usize::MAX,
        manner: next,
    };
    let again = parse_request(&mut copy, limits, &mut again_fields);
    let Ok(Some(again)) = again else {
        panic!("an accepted head was refused when written again: {again:?}\n{out:?}")
    };
    assert_eq!(
        again.head_len,
        out.len(),
        "the head written again ends elsewhere"
    );
    assert_eq!(format!("{:?}", again.body), format!("{:?}", req.body));
}

fn chunks(data: &[u8]) {
    let whole = decode(&[data]);
    for cut in [1, 2, 7, data.len() / 2] {
        let cut = cut.min(data.len());
        assert_eq!(whole, decode(&[&data[..cut], &data[cut..]]), "cut at {cut}");
    }
}

/// The body's data, whether it ended, and whether it was refused.
fn decode(parts: &[&[u8]]) -> (Vec<u8>, bool, bool) {
    let mut body = Body::chunked();
    let mut out = Vec::new();
    for part in parts {
        let mut at = 0;
        while at < part.len() && !body.is_done() {
            match body.step(&part[at..]) {
                Ok(step) => {
                    out.extend_from_slice(&part[at..][step.data]);
                    at += step.used;
                }
                Err(_) => return (out, false, true),
            }
        }
    }
    (out, body.is_done(), false)
}
