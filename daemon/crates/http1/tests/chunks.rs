//! Chunked bodies (RFC 9112 §7.1), and what trailers may carry on.

use http1::{Body, ChunkDecoder, write};
use proptest::prelude::*;

/// Data, bytes used, ended.
fn decode(
    mut body: Body,
    mut input: &[u8],
    cut: usize,
) -> Result<(Vec<u8>, usize, bool), http1::Fault> {
    let mut out = Vec::new();
    let mut used = 0;
    while !input.is_empty() && !body.is_done() {
        let n = input.len().min(cut);
        let step = body.step(&input[..n])?;
        out.extend_from_slice(&input[step.data]);
        used += step.used;
        input = &input[step.used..];
    }
    Ok((out, used, body.is_done()))
}

fn chunks(input: &str) -> Result<(Vec<u8>, usize, bool), http1::Fault> {
    decode(Body::chunked(), input.as_bytes(), usize::MAX)
}

#[test]
fn sizes_extensions_and_ends() {
    for input in [
        "5\r\nhello\r\n0\r\n\r\n",
        "0005\r\nhello\r\n000\r\n\r\n",
        "5 \t\r\nhello\r\n0\r\n\r\n",
        "5;a=b;c=\"d;e\\\"f\"\r\nhello\r\n0;x\r\n\r\n",
        "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nX: y\r\n\r\n",
    ] {
        let (data, used, done) =
            chunks(&format!("{input}NEXT")).unwrap_or_else(|e| panic!("{input:?}: {e:?}"));
        assert_eq!(
            (&data[..], used, done),
            (&b"hello"[..], input.len(), true),
            "{input:?}"
        );
    }
}

#[test]
fn refused() {
    for input in [
        "0x5\r\n",
        "+5\r\n",
        " 5\r\n",
        "\r\n",
        ";a\r\n",
        "g\r\n",
        "10000000000000\r\n",
        "fffffffffffffff\r\n",
        "5\nhello\r\n",
        "5\rhello",
        "5\r\nhello\n",
        "5\r\nhelloX",
        "5\r\nhello\rX",
        "5 5\r\n",
        "5;a\rb\r\n",
        "5;a\nb\r\n",
        "5;\x01\r\n",
        "5;\"a\r\n",
        "0\r\nno colon\r\n\r\n",
        "0\r\nX: y\n\r\n",
        "0\r\nX: a\0\r\n\r\n",
    ] {
        assert!(chunks(input).is_err(), "{input:?} was accepted");
    }
    assert!(
        chunks(&format!("5;{}", "x".repeat(20_000))).is_err(),
        "an extension without end"
    );
    assert!(chunks(&"0".repeat(20_000)).is_err(), "zeros without end");
    assert!(
        chunks(&format!("0\r\n{}", "X: y\r\n".repeat(20_000))).is_err(),
        "trailers without end"
    );
}

#[test]
fn trailers_lose_what_frames_and_routes() {
    let mut decoder = ChunkDecoder::default();
    let input = b"0\r\nX-Sum: 1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: b\r\nConnection: x\r\nSet-Cookie: a=b\r\nY: 2\r\n\r\n";
    let step = decoder.step(input).unwrap();
    assert!(step.done && step.used == input.len());
    assert_eq!(decoder.trailers(), b"X-Sum: 1\r\nY: 2\r\n");
}

proptest! {
    #[test]
    fn what_is_written_is_read_again_however_it_is_cut(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..300), 0..8),
        cut in 1usize..400,
    ) {
        let mut text = Vec::new();
        for p in &pieces {
            write::chunk(p, &mut text);
        }
        write::last_chunk(b"X: y\r\n", &mut text);
        let (data, used, done) = decode(Body::chunked(), &text, cut).unwrap();
        prop_assert_eq!(data, pieces.concat());
        prop_assert_eq!((used, done), (text.len(), true));
    }

    #[test]
    fn a_length_takes_exactly_its_bytes(length in 0u64..5000, sent in prop::collection::vec(any::<u8>(), 0..6000), cut in 1usize..700) {
        let (data, used, done) = decode(Body::Length(length), &sent, cut).unwrap();
        let expected = sent.len().min(usize::try_from(length).unwrap());
        prop_assert_eq!((data.len(), used), (expected, expected));
        prop_assert_eq!(done, sent.len() as u64 >= length);
    }
}
