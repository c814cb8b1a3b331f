//! The fuzzer's invariants on stable: kept hellos of real clients, damaged in bounded ways. A target
//! for cargo-fuzz does the same without bounds (`daemon/fuzz`); what breaks an invariant belongs into
//! `tests/corpus`.

use std::path::Path;

fn corpus() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = std::fs::read_dir(root).expect("the kept corpus");
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path| std::fs::read(path).unwrap();
    files.into_iter().map(read).collect()
}

#[test]
fn hellos_keep_the_invariants_however_they_are_damaged() {
    let corpus = corpus();
    assert!(corpus.len() >= 6, "the corpus is there");
    for hello in &corpus {
        for end in 0..=hello.len() {
            tls::fuzz::run(&hello[..end]);
        }
        let mut damaged = hello.clone();
        for at in 0..hello.len() {
            for byte in [
                0,
                1,
                3,
                0x16,
                0x7f,
                0xff,
                hello[at] ^ 1,
                hello[at].wrapping_add(1),
            ] {
                damaged[at] = byte;
                tls::fuzz::run(&damaged);
            }
            damaged[at] = hello[at];
        }
    }
}
