//! Names that requests ask for.

use super::rounds::{RULES, numbers, reply};
use crate::{Kind, Section};

#[test]
fn names_of_requests_are_known_for_their_time_and_then_forgotten() {
    let (mut s, mut draw) = (Section::new(RULES, 1), numbers());
    let at = s.ask("web.lan", Kind::A, 0);
    let sends = s.run_due(0, &mut draw).sends;
    assert_eq!(s.ask("WEB.lan", Kind::A, 1), at);
    assert!(s.run_due(1, &mut draw).sends.is_empty());
    let good = reply(&sends[0], 0, &[[10, 0, 0, 1]]);
    assert_eq!(s.take(0, &good, false, 2, &mut draw).concluded, [at]);
    let fresh = |s: &Section, now| s.get(at).is_some_and(|known| known.answers(10_000, now));
    assert!(fresh(&s, 10_001) && !fresh(&s, 10_002));
    // It is used as it is, and not kept by being used.
    assert_eq!(s.ask("web.lan", Kind::A, 9000), at);
    assert!(s.run_due(9000, &mut draw).sends.is_empty());
    assert!(s.run_due(10_002, &mut draw).sends.is_empty());
    assert!(s.get(at).is_none() && s.next_due().is_none());
    // What could not be found is not kept at all.
    let at = s.ask("web.lan", Kind::A, 20_000);
    s.run_due(20_000, &mut draw);
    s.run_due(20_100, &mut draw);
    assert_eq!(s.run_due(20_200, &mut draw).concluded, [at]);
    s.run_due(20_200, &mut draw);
    assert!(s.get(at).is_none());
    // A server that gets the name keeps it.
    let at = s.ask("web.lan", Kind::A, 30_000);
    let sends = s.run_due(30_000, &mut draw).sends;
    s.take(
        0,
        &reply(&sends[0], 0, &[[10, 0, 0, 1]]),
        false,
        30_001,
        &mut draw,
    );
    assert_eq!(s.want("web.lan", Kind::A, 30_002), at);
    assert_eq!(s.run_due(30_002, &mut draw).sends.len(), 1);
    s.retain(|known, _| known == at);
    assert!(s.get(at).is_some());
}
