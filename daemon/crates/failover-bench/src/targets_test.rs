use super::*;
use crate::record::Record;

fn record(pair: Pair, event: Event, outage: f64, extra_moves: usize) -> Record {
    let seen = Seen {
        outage,
        dead_at_end: false,
        take_over: None,
        dual: 0.0,
        dual_at_end: false,
        extra_moves,
        unreached: outage,
        port_right: None,
        before: 1.0,
        stall: 0.0,
        watched: 1000.0,
    };
    Record {
        profile: Profile::V3Tenth,
        event,
        pair,
        round: 1,
        priorities: [254, 192],
        seen,
    }
}

fn judged(records: Vec<Record>) -> Vec<(bool, String)> {
    let results = Results {
        records,
        ..Results::default()
    };
    verdicts(&results)
        .into_iter()
        .map(|verdict| (verdict.holds, verdict.promise))
        .collect()
}

#[test]
fn the_worst_round_decides() {
    let all = [3.0, 15.1, 2.0].map(|outage| record(Pair::Tandemd, Event::Sigterm, outage, 0));
    assert!(judged(all[..1].to_vec())[0].0);
    assert!(!judged(all.to_vec())[0].0);
}

#[test]
fn a_keepalived_backup_may_take_its_skew_and_ten_milliseconds() {
    // Priority 192 leaves a quarter of 100 ms.
    let stop = |outage| {
        judged(vec![record(
            Pair::TandemdKeepalived,
            Event::Sigterm,
            outage,
            0,
        )])
    };
    let (holds, promise) = stop(34.9)[0].clone();
    assert!(holds && promise.contains("≤ 35.0 ms"), "{promise}");
    assert!(!stop(35.1)[0].0);
}

#[test]
fn black_holes_and_unasked_moves_break_their_promise() {
    assert!(!judged(vec![record(Pair::Tandemd, Event::HealLate, 3001.0, 0)])[0].0);
    assert!(!judged(vec![record(Pair::Tandemd, Event::Load, 1.0, 1)])[0].0);
}

#[test]
fn nothing_is_promised_for_keepalived_alone() {
    let all = Event::ALL.map(|event| record(Pair::Keepalived, event, 9999.0, 9));
    assert_eq!(judged(all.to_vec()), []);
}
