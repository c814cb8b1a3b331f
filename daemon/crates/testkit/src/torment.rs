//! Fuzzers on stable: what is kept of a fuzzer's corpus, whole and damaged in bounded ways.

use crate::random::Random;
use std::path::Path;
use std::time::{Duration, Instant};

/// The files of a folder, in the order of their names.
///
/// # Panics
/// When the folder or one of its files cannot be read.
pub fn corpus(folder: impl AsRef<Path>) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("the kept corpus");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let read = |path| std::fs::read(path).expect("a file");
    files.into_iter().map(read).collect()
}

/// Up to six edits: bytes changed to one of `bytes`, put in, taken out, pieces doubled or taken from another input.
fn damage(data: &mut Vec<u8>, other: &[u8], bytes: &[u8], random: &mut Random) {
    for _ in 0..=random.next(6) {
        let at = random.next(data.len() + 1);
        let end = (at + random.next(20)).min(data.len());
        let byte = bytes[random.next(bytes.len())];
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
                let piece = &other[from..(from + random.next(60)).min(other.len())];
                data.splice(at..end, piece.iter().copied());
            }
            _ => data.truncate(at.max(1)),
        }
    }
}

/// Runs `target` on each input of a corpus, then on `runs` damaged ones, or on as many as go into
/// `TANDEM_FUZZ_SECONDS`. `bytes` are those that mean something where they stand.
pub fn torment(corpus: &[Vec<u8>], bytes: &[u8], runs: usize, target: impl Fn(&[u8])) {
    for input in corpus {
        target(input);
    }
    let seconds = std::env::var("TANDEM_FUZZ_SECONDS").ok();
    let longer = seconds.map(|text| Duration::from_secs(text.parse().expect("seconds")));
    let begin = Instant::now();
    let mut random = Random(0x7a6e_64e6);
    let mut done = 0;
    while longer.map_or(done < runs, |limit| begin.elapsed() < limit) {
        let mut data = corpus[random.next(corpus.len())].clone();
        let other = &corpus[random.next(corpus.len())];
        damage(&mut data, other, bytes, &mut random);
        target(&data);
        done += 1;
    }
}
