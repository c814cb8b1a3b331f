//! The fuzzer's invariants on stable: a kept corpus, damaged in bounded ways, and random bytes.
//!
//! `TANDEM_FUZZ_SECONDS=300 cargo test -p http1 --test fuzz` goes on for that long. What breaks an
//! invariant belongs into `tests/corpus`.

use proptest::prelude::*;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::random::Random;

const DAMAGE: &[u8] = b"\r\n\0 \t:;,\"\\=/#@?0123456789abcfxCHTP.\x0b\x7f\x80\xff";

fn corpus() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = std::fs::read_dir(root).expect("the kept corpus");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| std::fs::read(path).expect("a file"))
        .collect()
}

/// Up to six edits: bytes changed, put in, taken out, pieces doubled or taken from another message.
fn damage(data: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.next(6) {
        let at = random.next(data.len() + 1);
        let end = (at + random.next(12)).min(data.len());
        let byte = DAMAGE[random.next(DAMAGE.len())];
        match random.next(6) {
            0 if at < data.len() => data[at] = byte,
            1 => data.insert(at, byte),
            2 => drop(data.drain(at..end)),
            3 => {
                let piece = data[at..end].to_vec();
                data.splice(at..at, piece);
            }
            4 => {
                let from = random.next(other.len());
                let piece = &other[from..(from + random.next(40)).min(other.len())];
                data.splice(at..end, piece.iter().copied());
            }
            _ => data.truncate(at.max(1)),
        }
    }
}

#[test]
fn kept_messages_and_damaged_ones() {
    let corpus = corpus();
    assert!(corpus.len() >= 40, "the corpus is there");
    for message in &corpus {
        http1::fuzz::run(message);
    }
    let seconds = std::env::var("TANDEM_FUZZ_SECONDS").ok();
    let longer = seconds.map(|text| Duration::from_secs(text.parse().expect("seconds")));
    let begin = Instant::now();
    let mut random = Random(0x7a6e_64e6);
    let mut runs = 0;
    while longer.map_or(runs < 20_000, |limit| begin.elapsed() < limit) {
        let mut data = corpus[random.next(corpus.len())].clone();
        let other = &corpus[random.next(corpus.len())];
        damage(&mut data, other, &mut random);
        http1::fuzz::run(&data);
        runs += 1;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes(data in prop::collection::vec(any::<u8>(), 0..400)) {
        http1::fuzz::run(&data);
    }
}
