//! Messages that are not answers, or that try to hurt.

use crate::Kind;
use crate::message::{announce, query};
use crate::reply::{Fault, Reply, read};

fn asked() -> Vec<u8> {
    query(0x1234, "web.lan", Kind::A).unwrap()
}

/// An answer to it: counts of answers and additional records, then raw records.
fn answer(flags: [u8; 2], counts: [u8; 2], records: &[u8]) -> Vec<u8> {
    let mut m = asked();
    (m[2], m[3], m[7], m[11]) = (flags[0], flags[1], counts[0], counts[1]);
    m.extend(records);
    m
}

const GOOD: [u8; 2] = [0x81, 0x80];

#[test]
fn strangers_are_told_from_answers() {
    let record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 1];
    let good = answer(GOOD, [1, 0], &record);
    assert!(matches!(read(&good, &asked(), Kind::A), Ok(Reply::Good(_))));
    let changed = |at: usize, to: u8| {
        let mut m = good.clone();
        m[at] = to;
        read(&m, &asked(), Kind::A)
    };
    let strangers = [
        ("another number", changed(1, 0x35)),
        ("a question", changed(2, 1)),
        ("two questions", changed(5, 2)),
        ("another name", changed(13, b'x')),
        ("another type", changed(22, 28)),
        ("another class", changed(24, 3)),
        ("half a header", read(&good[..11], &asked(), Kind::A)),
        ("no question", read(&good[..12], &asked(), Kind::A)),
    ];
    for (what, got) in strangers {
        assert_eq!(got, Err(Fault::Stranger), "{what}");
    }
    // The case of letters is the server's affair.
    assert!(matches!(changed(13, b'W'), Ok(Reply::Good(_))));
}

#[test]
fn records_that_are_none_are_refused_and_names_end() {
    let own = u8::try_from(asked().len()).unwrap();
    let fixed = [0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 1];
    let named = |name: &[u8]| answer(GOOD, [1, 0], &[name, &fixed].concat());
    let long: Vec<u8> = [&[63u8][..], &[b'a'; 63]].concat().repeat(5);
    let cases: [(&str, Vec<u8>); 8] = [
        ("a pointer to itself", named(&[0xc0, own])),
        ("a pointer forward", named(&[0xc0, own + 3])),
        ("a pointer out of the message", named(&[0xff, 0xff])),
        ("a label of an unknown kind", named(&[0x80, 1])),
        (
            "a name without an end",
            answer(GOOD, [1, 0], &[3, b'a', b'b']),
        ),
        ("a name that is too long", named(&long)),
        ("fewer records than announced", answer(GOOD, [9, 0], &[])),
        (
            "data beyond the end",
            answer(
                GOOD,
                [1, 0],
                &[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 255, 255, 1],
            ),
        ),
    ];
    for (what, message) in cases {
        assert_eq!(
            read(&message, &asked(), Kind::A),
            Err(Fault::Malformed),
            "{what}"
        );
    }
    // Two pointers that lead to each other: the second one leads forward.
    let pair = [0xc0, own + 2, 0xc0, own];
    assert_eq!(
        read(&named(&pair), &asked(), Kind::A),
        Err(Fault::Malformed)
    );
    let wrong_size = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 3, 10, 0, 0];
    let wrong_size = answer(GOOD, [1, 0], &wrong_size);
    assert_eq!(read(&wrong_size, &asked(), Kind::A), Err(Fault::Malformed));
}

#[test]
fn aliases_are_followed_once_around() {
    // web.lan → a.web.lan → web.lan
    let own = u8::try_from(asked().len()).unwrap();
    let there = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 4, 1, b'a', 0xc0, 12];
    let back = [0xc0, own + 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 12];
    let ring = answer(GOOD, [2, 0], &[&there[..], &back].concat());
    assert_eq!(read(&ring, &asked(), Kind::A), Err(Fault::Alias));
    let address = [0xc0, own + 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 1];
    let other = [
        5, b'o', b't', b'h', b'e', b'r', 0, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 2,
    ];
    let good = answer(GOOD, [3, 0], &[&there[..], &address, &other].concat());
    let Ok(Reply::Good(records)) = read(&good, &asked(), Kind::A) else {
        panic!("an alias and its address");
    };
    // The address of a name that nobody asked for is not taken.
    assert_eq!(
        records.addresses,
        ["10.0.0.1".parse::<std::net::IpAddr>().unwrap()]
    );
    assert!(records.alias);
}

#[test]
fn codes_and_truncation_are_told_apart() {
    let of = |flags: [u8; 2]| read(&answer(flags, [0, 0], &[]), &asked(), Kind::A);
    assert_eq!(of([0x81, 0x80]), Ok(Reply::Empty));
    assert_eq!(of([0x81, 0x82]), Ok(Reply::Failed));
    assert_eq!(of([0x81, 0x83]), Ok(Reply::Nx));
    assert_eq!(of([0x81, 0x85]), Ok(Reply::Refused));
    assert!(matches!(of([0x83, 0x80]), Ok(Reply::Truncated(_))));
    // Cut in the middle of a record.
    let cut = answer([0x83, 0x80], [1, 0], &[0xc0, 12, 0, 1]);
    assert!(matches!(
        read(&cut, &asked(), Kind::A),
        Ok(Reply::Truncated(_))
    ));
}

#[test]
fn services_come_with_hosts_ports_and_weights() {
    let asked = query(7, "_http._tcp.lan", Kind::Srv).unwrap();
    let mut m = asked.clone();
    (m[2], m[3], m[7], m[11]) = (0x81, 0x80, 1, 1);
    m.extend([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 9, 0, 11]);
    m.extend([0, 1, 1, 0, 0x1f, 0x90, 2, b'W', b'1', 0xc0, 23]);
    let target = [2, b'w', b'1', 0xc0, 23];
    m.extend([&target[..], &[0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 7]].concat());
    let Ok(Reply::Good(records)) = read(&m, &asked, Kind::Srv) else {
        panic!("{:?}", read(&m, &asked, Kind::Srv));
    };
    let service = &records.services[0];
    assert_eq!(service.target, "w1.lan");
    assert_eq!((service.port, service.weight), (8080, 256));
    assert_eq!(service.address, "10.0.0.7".parse().ok());
    // Data that goes on behind the target is no such record.
    m[asked.len() + 11] = 10;
    assert!(read(&m, &asked, Kind::Srv).is_err());
}

#[test]
fn the_size_is_announced_as_rfc_6891_says() {
    let mut m = asked();
    announce(&mut m, 4096);
    assert_eq!(m[10..12], [0, 1]);
    assert_eq!(m[asked().len()..], [0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0]);
}

/// Valid messages with a few bytes changed, cut or repeated: nothing panics, nothing runs away.
#[test]
fn mutated_messages_are_read_in_bounded_time() {
    let own = u8::try_from(asked().len()).unwrap();
    let seeds = [
        answer(
            GOOD,
            [1, 0],
            &[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 1],
        ),
        answer(
            GOOD,
            [2, 0],
            &[
                0xc0,
                12,
                0,
                5,
                0,
                1,
                0,
                0,
                0,
                9,
                0,
                4,
                1,
                b'a',
                0xc0,
                12,
                0xc0,
                own + 12,
                0,
                1,
                0,
                1,
                0,
                0,
                0,
                9,
                0,
                4,
                10,
                0,
                0,
                1,
            ],
        ),
        answer(
            GOOD,
            [1, 1],
            &[
                0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 9, 0, 8, 0, 0, 0, 9, 0, 80, 0xc0, 12,
            ],
        ),
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let pick = |n: u64, below: usize| usize::try_from(n % below.max(1) as u64).unwrap();
    for round in 0..60_000 {
        let mut m = seeds[round % seeds.len()].clone();
        for _ in 0..=random() % 4 {
            let at = pick(random(), m.len());
            match random() % 4 {
                0 => m[at] = u8::try_from(random() & 0xff).unwrap(),
                1 => m[at] = [0, 0xc0, 0xff, 63][pick(random(), 4)],
                2 => m.truncate(at),
                _ => {
                    let part = m[at..].to_vec();
                    m.extend(part);
                }
            }
            if m.is_empty() {
                break;
            }
        }
        for kind in [Kind::A, Kind::Aaaa, Kind::Srv] {
            if let Ok(Reply::Good(records) | Reply::Truncated(records)) = read(&m, &asked(), kind) {
                assert!(records.addresses.len() + records.services.len() <= m.len() / 11 + 1);
                assert!(records.services.iter().all(|s| s.target.len() <= 2 * 256));
            }
        }
    }
}
