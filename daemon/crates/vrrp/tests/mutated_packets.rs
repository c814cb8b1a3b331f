//! The packet fuzz target on stable: a kept corpus of captured packets, and mutations of it. Checksums
//! are made right again in half of them, or hardly anything would get past the first check.
//!
//! `TANDEM_FUZZ_SECONDS=300 cargo test -p vrrp --test mutated_packets` goes on for that long.

mod simulation;

use std::time::{Duration, Instant};

use simulation::Random;
use vrrp::{checksum, fuzz};

const CORPUS: &str = include_str!("corpus/packets.txt");
const ROUNDS: u64 = 200_000;

fn corpus() -> Vec<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let line = |line: &str| line.as_bytes().chunks(2).map(byte).collect();
    CORPUS.lines().map(line).collect()
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let length = bytes.len() as u64;
        let at = usize::try_from(random.below(length)).unwrap();
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).unwrap(),
            1 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            2 => bytes.insert(at, u8::try_from(random.below(256)).unwrap()),
            3 if at < bytes.len() => {
                bytes.remove(at);
            }
            4 => bytes.truncate(at),
            _ => {
                let piece = bytes[at..].to_vec();
                bytes.extend_from_slice(&piece);
                bytes.truncate(2048);
            }
        }
    }
}

/// Sums version 2 as a router does; other versions take the sum over the payload alone as well.
fn repair(bytes: &mut [u8]) {
    let start = if bytes.first() == Some(&0x45) { 20 } else { 0 };
    let Some(vrrp) = bytes.get_mut(start..).filter(|vrrp| vrrp.len() >= 8) else {
        return;
    };
    let authentication = if vrrp[0] >> 4 == 2 { 8 } else { 0 };
    let end = vrrp.len().saturating_sub(authentication).max(8);
    vrrp[6..8].fill(0);
    let sum = checksum::plain(&vrrp[..end]);
    vrrp[6..8].copy_from_slice(&sum.to_be_bytes());
}

#[test]
fn mutated_packets_never_panic() {
    let seconds = std::env::var("TANDEM_FUZZ_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok());
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let corpus = corpus();
    let mut random = Random::new(0x7461_6e64_656d);
    let mut rounds = 0;
    while end.map_or(rounds < ROUNDS, |end| Instant::now() < end) {
        for original in &corpus {
            let mut bytes = original.clone();
            mutate(&mut bytes, &mut random);
            if random.chance(50) {
                repair(&mut bytes);
            }
            fuzz::network_bytes(&bytes);
            rounds += 1;
        }
    }
    eprintln!("measured: {rounds} mutated packets");
}
