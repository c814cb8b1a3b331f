//! The fuzz targets on stable: a kept corpus, and bounded mutations of it.
//!
//! `TANDEM_FUZZ_SECONDS=300 cargo test -p config mutated` goes on for that long, each.

use std::path::Path;
use std::time::{Duration, Instant};
use testkit::random::Random;

fn corpus(folder: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(folder);
    let mut seeds = testkit::torment::corpus(&root);
    // Real files, where they are at hand.
    let real = crate::corpus::files(folder).unwrap_or_default();
    seeds.extend(
        real.into_iter()
            .map(|path| std::fs::read(path).expect("a file")),
    );
    if folder == "haproxy" {
        // Texts that are wrong in every way there is a finding for.
        let texts = std::fs::read_to_string(root.join("../messages/haproxy.txt"));
        let texts = texts.expect("the texts of findings");
        let small = crate::messages::texts(&texts).filter(|(text, _)| text.len() < 2000);
        seeds.extend(small.map(|(text, _)| text.as_bytes().to_vec()));
    }
    seeds
}

/// No input takes long: one that takes a hundred times as long as any other is found here.
const LONGEST: Duration = Duration::from_secs(5);

/// Processor time of this thread so far.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a time since the start")
}

/// Up to eight edits: bytes changed, removed, doubled, or pieces moved elsewhere.
fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    const SPECIAL: &[u8] = b"\"'\\#!{}$~@%[]()|,:;\n\r\t \0\xff-0";
    for _ in 0..=random.next(8) {
        let at = random.next(bytes.len());
        let end = (at + random.next(20)).min(bytes.len());
        match random.next(5) {
            0 if at < bytes.len() => bytes[at] = SPECIAL[random.next(SPECIAL.len())],
            1 => bytes.insert(at, SPECIAL[random.next(SPECIAL.len())]),
            2 => {
                bytes.drain(at..end);
            }
            3 => {
                let piece = bytes[at..end].to_vec();
                let to = random.next(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => bytes.truncate(bytes.len() - random.next(bytes.len() / 4)),
        }
    }
}

fn run(folder: &str, target: fn(&[u8])) {
    let corpus = corpus(folder);
    assert!(!corpus.is_empty());
    let seconds = std::env::var("TANDEM_FUZZ_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok());
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    // The same work for a small corpus and a large one.
    let each = 3000 / corpus.len() + 1;
    let mut random = Random(0x7461_6e64_656d);
    let mut tried = 0;
    loop {
        for original in &corpus {
            target(original);
            for _ in 0..each {
                let mut bytes = original.clone();
                mutate(&mut bytes, &mut random);
                let start = cpu();
                target(&bytes);
                let took = cpu().saturating_sub(start);
                assert!(took < LONGEST, "{took:?}: {bytes:?}");
                tried += 1;
            }
        }
        if end.is_none_or(|end| Instant::now() >= end) {
            break;
        }
    }
    eprintln!("measured: {tried} mutated {folder} files");
}

#[test]
fn mutated_haproxy_files_never_panic() {
    run("haproxy", config::fuzz::haproxy);
}

#[test]
fn mutated_keepalived_files_never_panic() {
    run("keepalived", config::fuzz::keepalived);
}

#[test]
fn mutated_log_formats_never_panic() {
    run("log_format", config::fuzz::log_format);
}
