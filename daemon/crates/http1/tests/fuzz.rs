//! The fuzzer's invariants over a bounded number of inputs: random bytes, and messages with
//! random damage, which get further.

use proptest::prelude::*;

const SEEDS: [&[u8]; 8] = [
    b"GET /a?b HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, x\r\nX: y\r\n\r\n",
    b"POST http://a:80/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello",
    b"POST / HTTP/1.1\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    b"CONNECT a:1 HTTP/1.0\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 05\r\n\r\nhello",
    b"HTTP/1.1 101 X\r\nUpgrade: a\r\nConnection: upgrade\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"5;a=\"b\"\r\nhello\r\n0\r\nX: y\r\n\r\n",
    b"\r\nGET  /\tHTTP/2.0\r\nHost:\r\nHost: \r\nExpect: 100-continue\r\n\r\n",
];

const DAMAGE: &[u8] = b"\r\n\0 \t:;,\"\\=/#@?0123456789abcfxCHTP.\x0b\x7f\x80\xff";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn random_bytes(data in prop::collection::vec(any::<u8>(), 0..400)) {
        http1::fuzz::run(&data);
    }

    #[test]
    fn damaged_messages(
        seed in 0..SEEDS.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..DAMAGE.len(), 0u8..3), 0..6),
    ) {
        let mut data = SEEDS[seed].to_vec();
        for (at, what, how) in edits {
            let at = at.index(data.len() + 1);
            match how {
                0 => data.insert(at, DAMAGE[what]),
                1 if at < data.len() => data[at] = DAMAGE[what],
                _ if at < data.len() => drop(data.remove(at)),
                _ => {}
            }
        }
        http1::fuzz::run(&data);
    }
}
