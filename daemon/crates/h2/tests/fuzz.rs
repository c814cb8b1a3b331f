//! The fuzzers' invariants on stable: kept frames and blocks, damaged in bounded ways, and random
//! bytes.
//!
//! `TANDEM_FUZZ_SECONDS=300 cargo test -p h2 --test fuzz` goes on for that long. What breaks an
//! invariant belongs into `tests/corpus`.

use proptest::prelude::*;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::random::Random;

fn corpus(kind: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(kind);
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

/// Up to five edits: bytes changed, put in, taken out, pieces taken from another.
fn damage(data: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.next(5) {
        let at = random.next(data.len() + 1);
        let end = (at + random.next(12)).min(data.len());
        let byte = u8::try_from(random.next(256)).unwrap_or(0);
        match random.next(5) {
            0 if at < data.len() => data[at] = byte,
            1 => data.insert(at, byte),
            2 => drop(data.drain(at..end)),
            3 => {
                let from = random.next(other.len().max(1)).min(other.len());
                let piece = &other[from..(from + random.next(60)).min(other.len())];
                data.splice(at..end, piece.iter().copied());
            }
            _ => data.truncate(at.max(1)),
        }
    }
}

fn torment(kind: &str, least: usize, runs: usize, run: fn(&[u8])) {
    let corpus = corpus(kind);
    assert!(corpus.len() >= least, "the corpus is there");
    for entry in &corpus {
        run(entry);
    }
    let seconds = std::env::var("TANDEM_FUZZ_SECONDS").ok();
    let longer = seconds.map(|text| Duration::from_secs(text.parse().expect("seconds")));
    let begin = Instant::now();
    let mut random = Random(0x7a6e_64e6);
    let mut done = 0;
    while longer.map_or(done < runs, |limit| begin.elapsed() < limit) {
        let mut data = corpus[random.next(corpus.len())].clone();
        let other = &corpus[random.next(corpus.len())];
        damage(&mut data, other, &mut random);
        run(&data);
        done += 1;
    }
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
