//! The fuzzer's invariants on stable: kept conversations, damaged in bounded ways, and random bytes.
//!
//! `TANDEM_FUZZ_SECONDS=300 cargo test -p runtime --test fuzz` goes on for that long. What breaks an
//! invariant belongs into `tests/corpus`.

use proptest::prelude::*;
use testkit::torment::{corpus, torment};

const BYTES: &[u8] = b"\n\n\r\0 \t;;\\<@#/.%-=09azZ\x80\xff";

#[test]
fn kept_conversations_and_damaged_ones() {
    let corpus = corpus(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus"));
    assert!(corpus.len() >= 14, "the corpus is there");
    torment(&corpus, BYTES, 1000, runtime::fuzz::run);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..400)) {
        runtime::fuzz::run(&data);
    }
}
