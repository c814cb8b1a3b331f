use super::encoding::{base64_decode, base64_encode, hex_decode};
use super::sha1::sha1;
use super::xxh::{xxh32, xxh64};

#[test]
fn hashes_agree_with_their_published_examples() {
    // RFC 3174, 7.3; xxHash: the empty input and "abc" of the reference's sanity checks.
    let wanted = hex_decode(b"a9993e364706816aba3e25717850c26c9cd0d89d").unwrap();
    assert_eq!(sha1(b"abc").to_vec(), wanted);
    // RFC 4231, test case 2.
    let wanted =
        hex_decode(b"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").unwrap();
    let found = super::hash::hmac(b"sha256", b"Jefe", b"what do ya want for nothing?");
    assert_eq!(found, Some(wanted));
    assert_eq!(xxh32(b"", 0), 0x02cc_5d05);
    assert_eq!(xxh32(b"abc", 0), 0x32d1_53ff);
    assert_eq!(xxh64(b"", 0), 0xef46_db37_51d8_e999);
    assert_eq!(xxh64(b"abc", 0), 0x44bc_2cf5_ad77_0999);
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
