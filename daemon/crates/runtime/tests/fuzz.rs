//! The fuzzer's invariants on stable: kept conversations, damaged in bounded ways, and random bytes.
//!
//! `TANDEM_FUZZ_SECONDS=300 cargo test -p runtime --test fuzz` goes on for that long. What breaks an
//! invariant belongs into `tests/corpus`.

use proptest::prelude::*;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::random::Random;

const DAMAGE: &[u8] = b"\n\n\r\0 \t;;\\<@#/.%-=09azZ\x80\xff";

fn corpus() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = std::fs::read_dir(root).expect("the kept corpus");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let read = |path| std::fs::read(path).expect("a file");
    files.into_iter().map(read).collect()
}

/// Up to six edits: bytes changed, put in, taken out, pieces taken from another conversation.
fn damage(data: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.next(6) {
        let at = random.next(data.len() + 1);
        let end = (at + random.next(20)).min(data.len());
        let byte = DAMAGE[random.next(DAMAGE.len())];
        match random.next(4) {
            0 if at < data.len() => data[at] = byte,
            1 => data.insert(at, byte),
            2 => drop(data.drain(at..end)),
            _ => {
                let from = random.next(other.len());
                let piece = &other[from..(from + random.next(60)).min(other.len())];
                data.splice(at..end, piece.iter().copied());
            }
        }
    }
}

#[test]
fn kept_conversations_and_damaged_ones() {
    let corpus = corpus();
    assert!(corpus.len() >= 14, "the corpus is there");
    for data in &corpus {
        runtime::fuzz::run(data);
    }
    let seconds = std::env::var("TANDEM_FUZZ_SECONDS").ok();
    let longer = seconds.map(|text| Duration::from_secs(text.parse().expect("seconds")));
    let begin = Instant::now();
    let mut random = Random(0x7a6e_64e6);
    for round in 0_u32.. {
        let over = longer.map_or(round >= 1000, |limit| begin.elapsed() >= limit);
        if over {
            return;
        }
        let mut data = corpus[random.next(corpus.len())].clone();
        damage(&mut data, &corpus[random.next(corpus.len())], &mut random);
        runtime::fuzz::run(&data);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..400)) {
        runtime::fuzz::run(&data);
    }
}
