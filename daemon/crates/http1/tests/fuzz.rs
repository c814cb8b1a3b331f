//! The fuzzer's invariants on stable: a kept corpus, damaged in bounded ways, and random bytes.
//!
//! `TANDEM_FUZZ_SECONDS=300 cargo test -p http1 --test fuzz` goes on for that long. What breaks an
//! invariant belongs into `tests/corpus`.

use proptest::prelude::*;
use testkit::torment::{corpus, torment};

const BYTES: &[u8] = b"\r\n\0 \t:;,\"\\=/#@?0123456789abcfxCHTP.\x0b\x7f\x80\xff";

#[test]
fn kept_messages_and_damaged_ones() {
    let corpus = corpus(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus"));
    assert!(corpus.len() >= 40, "the corpus is there");
    torment(&corpus, BYTES, 20_000, http1::fuzz::run);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes(data in prop::collection::vec(any::<u8>(), 0..400)) {
        http1::fuzz::run(&data);
    }
}
