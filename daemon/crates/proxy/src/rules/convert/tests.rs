use super::encoding::{base64_decode, base64_encode, hex_decode};
use super::sha1::sha1;

#[test]
fn hashes_agree_with_their_published_examples() {
    // RFC 3174, 7.3.
    let wanted = hex_decode(b"a9993e364706816aba3e25717850c26c9cd0d89d").unwrap();
    assert_eq!(sha1(b"abc").to_vec(), wanted);
    // RFC 4231, test case 2.
    let wanted =
        hex_decode(b"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").unwrap();
    let found = super::hash::hmac(b"sha256", b"Jefe", b"what do ya want for nothing?");
    assert_eq!(found, Some(wanted));
}

#[test]
fn base64_reads_back_what_it_writes() {
    for text in [&b""[..], b"f", b"fo", b"foo", b"\xff\xfe\x00"] {
        for url in [false, true] {
            assert_eq!(
                base64_decode(&base64_encode(text, url), url).as_deref(),
                Some(text)
            );
        }
    }
    // RFC 4648, 10.
    assert_eq!(base64_encode(b"foob", false), b"Zm9vYg==");
    for wrong in [&b"Zm9vY"[..], b"Zm9=Yg==", b"Z===", b"Zm9*"] {
        assert_eq!(base64_decode(wrong, false), None, "{wrong:?}");
    }
}
