//! The fuzzers' invariants on stable: kept frames and blocks, damaged in bounded ways, and random
//! bytes.
//!
//! `TANDEM_FUZZ_SECONDS=300 cargo test -p h2 --test fuzz` goes on for that long. What breaks an
//! invariant belongs into `tests/corpus`.

use proptest::prelude::*;
use std::path::Path;
use testkit::torment::corpus;

fn torment(kind: &str, least: usize, runs: usize, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let corpus = corpus(folder.join(kind));
    assert!(corpus.len() >= least, "the corpus is there");
    // In frames and blocks each byte means something.
    let bytes: Vec<u8> = (0..=u8::MAX).collect();
    testkit::torment::torment(&corpus, &bytes, runs, run);
}

#[test]
fn kept_blocks_and_damaged_ones() {
    torment("hpack", 8, 20_000, h2::fuzz::hpack);
}

#[test]
fn kept_frames_and_damaged_ones() {
    torment("frames", 8, 5_000, h2::fuzz::frames);
}

#[test]
fn kept_messages_and_damaged_ones() {
    torment("messages", 20, 5_000, h2::fuzz::messages);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn random_bytes(data in prop::collection::vec(any::<u8>(), 0..400)) {
        h2::fuzz::hpack(&data);
        h2::fuzz::frames(&data);
        h2::fuzz::messages(&data);
    }
}
