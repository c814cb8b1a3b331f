use super::*;

#[test]
fn dates_come_back_to_four_seconds_and_junk_does_not() {
    for seconds in [0, 4, 1_700_000_000, (1 << 32) - 4] {
        assert_eq!(decode(&encode(seconds)), Some(seconds));
    }
    assert_eq!(decode(&encode(1_700_000_001)), Some(1_700_000_004));
    for junk in [&b""[..], b"X", b"abcdef", b"ab=de"] {
        assert_eq!(decode(junk), None);
    }
}

#[test]
fn a_cookie_is_taken_out_of_its_field_whole() {
    assert_eq!(without(b"x=1; SRV=b; y=2", b"SRV").unwrap(), b"x=1; y=2");
    assert_eq!(without(b"SRV=b; SRV=a", b"SRV"), None);
    assert_eq!(without(b"SRV", b"SRV").unwrap(), b"SRV");
    assert_eq!(without(b"xSRV=b", b"SRV").unwrap(), b"xSRV=b");
    assert_eq!(
        without_prefix(b"SRV=b~own~x; z=1", b"SRV"),
        b"SRV=own~x; z=1"
    );
}

#[test]
fn a_set_cookie_field_is_recognised_by_its_first_pair() {
    let set = set_by_server(b"SRV=own; path=/q", b"SRV");
    assert_eq!(set, Some((&b"own"[..], &b"; path=/q"[..])));
    assert_eq!(set_by_server(b"SRVX=own", b"SRV"), None);
    assert_eq!(set_by_server(b"a=1; SRV=own", b"SRV"), None);
}
