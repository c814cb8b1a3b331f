//! The fuzzer's invariants on stable: kept hellos of real clients, damaged in bounded ways. A target
//! for cargo-fuzz does the same without bounds (`daemon/fuzz`); what breaks an invariant belongs into
//! `tests/corpus`.

use std::path::Path;

#[test]
fn hellos_keep_the_invariants_however_they_are_damaged() {
    let corpus = testkit::torment::corpus(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus"));
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

#[test]
fn ocsp_responses_never_panic_however_they_are_damaged() {
    use tls::ocsp::{Answer, Fault, Status};
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/responses");
    let read = |name: &str| std::fs::read(root.join(name)).unwrap();
    let good = read("good.der");
    let answer = Answer::read(&good).unwrap();
    assert_eq!(
        (&answer.responder[..], answer.status),
        ("CN = ca", Status::Good)
    );
    let lasts = answer.next_update.unwrap().unix - answer.this_update.unix;
    assert_eq!(lasts, 2 * 86_400);
    assert_eq!(answer.id.der().len(), 2 + 0x4d);
    let revoked = Answer::read(&read("revoked.der")).unwrap();
    assert!(matches!(revoked.status, Status::Revoked(at) if at.date() == "2026-01-01"));
    assert_eq!(Answer::read(&read("several.der")), Err(Fault::Several(2)));
    assert_eq!(
        Answer::read(&read("endless.der")).unwrap().next_update,
        None
    );
    for end in 0..good.len() {
        assert_eq!(Answer::read(&good[..end]), Err(Fault::Unreadable), "{end}");
    }
    let mut damaged = good.clone();
    for at in 0..good.len() {
        for byte in [0, 1, 0x30, 0x7f, 0x80, 0x84, 0x85, 0xff, good[at] ^ 1] {
            damaged[at] = byte;
            if let Ok(answer) = Answer::read(&damaged) {
                assert!(answer.id.der().len() <= 0x7f);
            }
        }
        damaged[at] = good[at];
    }
}
