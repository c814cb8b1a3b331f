use super::*;
use proptest::prelude::*;
use std::net::SocketAddr;

fn at(address: &str) -> SocketAddr {
    address.parse().unwrap()
}

fn told(bytes: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
    let header = read(bytes).unwrap().expect("a whole header");
    header.addresses
}

#[test]
fn version_1_in_every_form() {
    assert_eq!(
        told(b"PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\nGET /"),
        Some((at("1.2.3.4:1111"), at("5.6.7.8:2222")))
    );
    assert_eq!(
        told(b"PROXY TCP6 ::1 fe80::2 1 65535\r\n"),
        Some((at("[::1]:1"), at("[fe80::2]:65535")))
    );
    for unknown in [
        &b"PROXY UNKNOWN\r\n"[..],
        b"PROXY UNKNOWN ff::1 a b c\r\nrest",
    ] {
        assert_eq!(told(unknown), None);
    }
    let header = read(b"PROXY UNKNOWN\r\nGET /").unwrap().unwrap();
    assert_eq!(header.length, 15);
}

#[test]
fn what_breaks_the_format_is_refused() {
    for bytes in [
        &b"PROXY TCP4 1.2.3.4 5.6.7.8 1111\r\n"[..],
        b"PROXY TCP4 1.2.3.400 5.6.7.8 1111 2222\r\n",
        b"PROXY TCP4 1.2.3.4 5.6.7.8 +111 2222\r\n",
        b"PROXY TCP4 1.2.3.4 5.6.7.8 1111 70000\r\n",
        b"PROXY TCP4  1.2.3.4 5.6.7.8 1111 2222\r\n",
        b"PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222 \r\n",
        b"PROXY TCP4 ::1 ::1 1111 2222\r\n",
        b"PROXY \xff\r\n",
        &[b"PROXY UNKNOWN ".as_slice(), &[b'a'; 100]].concat(),
        &[SIGNATURE.as_slice(), &[0x22, 0x11, 0, 0]].concat(),
        &[
            SIGNATURE.as_slice(),
            &[0x21, 0x11, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8],
        ]
        .concat(),
        &[SIGNATURE.as_slice(), &[0x21, 0x11, 255, 255]].concat(),
    ] {
        assert_eq!(read(bytes), Err(Fault::Invalid), "{bytes:?}");
    }
    let other = b"PROXY UDP4 1.2.3.4 5.6.7.8 1111 2222\r\n";
    assert_eq!(read(other), Err(Fault::Protocol));
    let version_3 = [SIGNATURE.as_slice(), &[0x31, 0x11, 0, 0]].concat();
    for bytes in [
        &b"GET / HTTP/1.1\r\n"[..],
        b"\r\n\r\nX",
        b"PROXYX",
        &version_3,
    ] {
        assert_eq!(read(bytes), Err(Fault::NotProxy), "{bytes:?}");
    }
}

#[test]
fn version_2_with_values_behind_and_without_addresses() {
    let body = [
        9, 8, 7, 6, 5, 4, 3, 2, 0, 99, 0, 88, 4, 0, 3, b'a', b'b', b'c',
    ];
    let bytes = [SIGNATURE.as_slice(), &[0x21, 0x11, 0, 18], &body, b"GET"].concat();
    let header = read(&bytes).unwrap().unwrap();
    assert_eq!(header.length, 34);
    assert_eq!(header.addresses, Some((at("9.8.7.6:99"), at("5.4.3.2:88"))));
    let local = [SIGNATURE.as_slice(), &[0x20, 0, 0, 2], b"zz"].concat();
    assert_eq!(told(&local), None);
}

#[test]
fn clients_without_addresses_are_unknown_to_servers() {
    assert_eq!(write_v1(None), b"PROXY UNKNOWN\r\n");
    assert_eq!(
        write_v2(None, false, &[]),
        [SIGNATURE.as_slice(), &[0x20, 0, 0, 0]].concat()
    );
    // A socket for both families shows IPv4 clients as IPv6.
    let mapped = Some((at("[::ffff:1.2.3.4]:5"), at("[::ffff:6.7.8.9]:10")));
    assert_eq!(write_v1(mapped), b"PROXY TCP4 1.2.3.4 6.7.8.9 5 10\r\n");
}

fn any_address() -> impl Strategy<Value = SocketAddr> {
    any::<(std::net::IpAddr, u16)>().prop_map(|(ip, port)| SocketAddr::new(ip.to_canonical(), port))
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(from in any_address(), to in any_address(), cut in any::<prop::sample::Index>(), sum in any::<bool>(), told in prop::collection::vec(any::<u8>(), 0..99)) {
        for bytes in [write_v1(Some((from, to))), write_v2(Some((from, to)), sum, &[(0xe1, &told)])] {
            let header = read(&bytes).unwrap().unwrap();
            prop_assert_eq!(header.length, bytes.len());
            let (source, destination) = header.addresses.unwrap();
            prop_assert_eq!(source.ip().to_canonical(), from.ip());
            prop_assert_eq!(destination.ip().to_canonical(), to.ip());
            prop_assert_eq!((source.port(), destination.port()), (from.port(), to.port()));
            // Part of a header is never taken for one, nor for none.
            prop_assert_eq!(read(&bytes[..cut.index(bytes.len())]), Ok(None));
        }
    }

    #[test]
    fn no_bytes_are_too_strange(bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 0..3usize) {
        let starts = [&b""[..], b"PROXY ", SIGNATURE];
        let all = [starts[kind], &bytes].concat();
        if let Ok(Some(header)) = read(&all) {
            prop_assert!(header.length <= all.len());
        }
    }
}

#[test]
fn a_checksum_of_the_header_must_be_right() {
    let header = |sum: u32| {
        let mut bytes = SIGNATURE.to_vec();
        bytes.extend([PROXY, TCP4, 0, 25, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 0, 2]);
        bytes.extend([3, 0, 4]);
        bytes.extend(sum.to_be_bytes());
        bytes.extend([5, 0, 3, b'i', b'd', b'1']);
        bytes
    };
    let right = crate::rules::convert::crc32c(&header(0));
    let whole = header(right);
    let told = read(&whole).unwrap().unwrap().told(&whole);
    assert_eq!(told.unique_id.as_deref(), Some(&b"id1"[..]));
    assert_eq!(read(&header(right ^ 1)), Err(Fault::Invalid));
}
