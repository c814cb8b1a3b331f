//! HPACK: the examples of RFC 7541 appendix C, and what no decoder may take.

use h2::HeaderList;
use h2::hpack::{Decoder, Encoder, Fault};
use proptest::prelude::*;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.split_whitespace().collect();
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let text = std::str::from_utf8(pair).expect("hex");
            u8::from_str_radix(text, 16).expect("hex")
        })
        .collect()
}

fn text(list: &HeaderList) -> String {
    let line = |(n, v): (&[u8], &[u8])| {
        format!(
            "{}: {}\n",
            String::from_utf8_lossy(n),
            String::from_utf8_lossy(v)
        )
    };
    list.iter().map(line).collect()
}

/// Blocks of one connection, each with what it says and the table's size behind it.
fn follow(size: usize, blocks: &[(&str, &str, usize)]) {
    let mut decoder = Decoder::new(size);
    for (hex, said, held) in blocks {
        let mut list = HeaderList::default();
        assert_eq!(
            decoder.decode(&bytes(hex), 4096, &mut list),
            Ok(()),
            "{hex}"
        );
        let said: Vec<&str> = said.lines().map(str::trim).collect();
        assert_eq!(text(&list).lines().collect::<Vec<_>>(), said);
        assert_eq!(decoder.held(), *held, "{hex}");
    }
}

#[test]
fn single_fields() {
    follow(
        4096,
        &[(
            "400a637573746f6d2d6b65790d637573746f6d2d686561646572",
            "custom-key: custom-header",
            55,
        )],
    );
    follow(
        4096,
        &[("040c2f73616d706c652f70617468", ":path: /sample/path", 0)],
    );
    follow(
        4096,
        &[("100870617373776f726406736563726574", "password: secret", 0)],
    );
    follow(4096, &[("82", ":method: GET", 0)]);
}

const REQUESTS: [&str; 3] = [
    ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com",
    ":method: GET\n:scheme: http\n:path: /\n:authority: www.example.com\ncache-control: no-cache",
    ":method: GET\n:scheme: https\n:path: /index.html\n:authority: www.example.com\ncustom-key: custom-value",
];

#[test]
fn requests_plain_and_in_huffman_code() {
    follow(
        4096,
        &[
            ("828684410f7777772e6578616d706c652e636f6d", REQUESTS[0], 57),
            ("828684be58086e6f2d6361636865", REQUESTS[1], 110),
            (
                "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
                REQUESTS[2],
                164,
            ),
        ],
    );
    follow(
        4096,
        &[
            ("828684418cf1e3c2e5f23a6ba0ab90f4ff", REQUESTS[0], 57),
            ("828684be5886a8eb10649cbf", REQUESTS[1], 110),
            (
                "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
                REQUESTS[2],
                164,
            ),
        ],
    );
}

const RESPONSES: [&str; 3] = [
    ":status: 302\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com",
    ":status: 307\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:21 GMT\nlocation: https://www.example.com",
    ":status: 200\ncache-control: private\ndate: Mon, 21 Oct 2013 20:13:22 GMT\nlocation: https://www.example.com\n\
     content-encoding: gzip\nset-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
];

#[test]
fn responses_that_push_others_out_of_the_table() {
    follow(
        256,
        &[
            (
                "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
                RESPONSES[0],
                222,
            ),
            ("4803333037c1c0bf", RESPONSES[1], 222),
            (
                "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31",
                RESPONSES[2],
                215,
            ),
        ],
    );
    follow(
        256,
        &[
            (
                "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
                RESPONSES[0],
                222,
            ),
            ("4883640effc1c0bf", RESPONSES[1], 222),
            (
                "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
                RESPONSES[2],
                215,
            ),
        ],
    );
}

#[test]
fn blocks_that_break_the_rules() {
    for (hex, fault) in [
        ("80", Fault::Index),
        ("be", Fault::Index),
        ("ff80808080808080", Fault::Integer),
        ("400a63", Fault::Truncated),
        ("0f", Fault::Truncated),
        // A size beyond what was allowed, and one behind a field.
        ("3fe21f", Fault::TableSize),
        ("8220", Fault::TableSize),
        ("00 81 00 01 61", Fault::Huffman),
    ] {
        let read = Decoder::new(4096).decode(&bytes(hex), 4096, &mut HeaderList::default());
        assert_eq!(read, Err(fault), "{hex}");
    }
}

/// A small block may stand for a very long list, of which no more is kept than is allowed.
#[test]
fn a_long_list_is_not_kept() {
    let mut decoder = Decoder::new(4096);
    let mut block = vec![0x40, 1, b'a', 0x7f, 0x81, 0x1e];
    block.extend_from_slice(&[b'x'; 4000]);
    block.extend_from_slice(&[0xbe; 16_000]);
    let mut list = HeaderList::default();
    assert_eq!(decoder.decode(&block, 16_384, &mut list), Ok(()));
    assert!(list.is_too_large());
    assert!(list.bytes() <= 16_384);
    assert_eq!(decoder.decode(&[0xbe], 16_384, &mut list), Ok(()));
    assert_eq!(list.len(), 1, "the tables are still the same");
}

#[test]
fn a_smaller_table_is_announced_before_the_next_field() {
    let (mut encoder, mut decoder) = (Encoder::default(), Decoder::new(4096));
    let mut list = HeaderList::default();
    for size in [4096, 0, 100, 4096] {
        encoder.allow(size);
        for _ in 0..2 {
            let mut out = Vec::new();
            encoder.begin(&mut out);
            encoder.field(b"server", b"nginx", &mut out);
            encoder.field(b"x-long", &[b'v'; 90], &mut out);
            assert_eq!(decoder.decode(&out, 4096, &mut list), Ok(()), "{size}");
            assert_eq!(list.len(), 2);
            assert!(decoder.held() <= size);
        }
    }
}

#[test]
fn what_comes_again_takes_a_byte_and_secrets_are_never_kept() {
    let mut encoder = Encoder::default();
    let mut block = |name: &[u8], value: &[u8]| {
        let mut out = Vec::new();
        encoder.field(name, value, &mut out);
        out
    };
    assert!(block(b"server", b"nginx").len() > 1);
    assert_eq!(block(b"server", b"nginx").len(), 1);
    assert_eq!(block(b":status", b"200"), [0x88]);
    for name in [&b"set-cookie"[..], b"authorization"] {
        let first = block(name, b"secret");
        assert_eq!(first[0] & 0xf0, 0x10, "never indexed");
        assert_eq!(block(name, b"secret"), first);
    }
}

proptest! {
    #[test]
    fn lists_come_back(fields in prop::collection::vec(("[a-z-]{1,20}", "[ -~]{0,60}"), 0..40)) {
        let (mut encoder, mut decoder) = (Encoder::default(), Decoder::new(4096));
        for part in fields.chunks(7) {
            let mut out = Vec::new();
            encoder.begin(&mut out);
            for (name, value) in part {
                encoder.field(name.as_bytes(), value.as_bytes(), &mut out);
            }
            let mut list = HeaderList::default();
            prop_assert_eq!(decoder.decode(&out, usize::MAX, &mut list), Ok(()));
            let same = list.iter().eq(part.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())));
            prop_assert!(same);
        }
    }
}
