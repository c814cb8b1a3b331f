use super::*;
use crate::record::Record;

fn seen(outage: f64) -> Seen {
    Seen {
        outage,
        dead_at_end: false,
        take_over: Some(outage / 2.0),
        dual: 0.0,
        dual_at_end: false,
        extra_moves: 0,
        unreached: 0.0,
        port_right: None,
        before: 1.0,
        stall: 0.0,
        watched: 1000.0,
    }
}

fn record(pair: Pair, event: Event, seen: Seen) -> Record {
    Record {
        profile: Profile::V3Tenth,
        event,
        pair,
        round: 1,
        priorities: [254, 253],
        seen,
    }
}

fn results() -> Results {
    let bad = Seen {
        dual_at_end: true,
        dead_at_end: true,
        extra_moves: 1,
        unreached: 4000.0,
        ..seen(4000.0)
    };
    Results {
        records: vec![
            record(Pair::Keepalived, Event::Sigterm, seen(20.0)),
            record(Pair::Keepalived, Event::Sigterm, seen(40.0)),
            record(Pair::Tandemd, Event::Sigterm, seen(3.0)),
            record(Pair::Keepalived, Event::HealLate, bad),
        ],
        ..Results::default()
    }
}

#[test]
fn pairs_stand_side_by_side_with_their_ratio() {
    let text = report(&results());
    let line = text
        .lines()
        .find(|line| line.starts_with("| SIGTERM"))
        .unwrap();
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    assert_eq!(
        cells,
        ["", "SIGTERM", "20/30/40 (2)", "3/3/3 (1)", "10.0", ""]
    );
    assert!(
        !text.contains("backup keepalived"),
        "pairs that were not measured have no column"
    );
}

#[test]
fn what_went_wrong_beside_the_outage_is_counted() {
    let text = report(&results());
    let told = "two holders to the end in 1 of 1; moved unasked in 1 of 1; black hole in 1 of 1";
    assert!(text.contains(told), "{text}");
    assert!(text.contains("4000/4000/4000+ (1)"), "{text}");
}

#[test]
fn every_line_of_a_table_is_as_wide() {
    let text = report(&results());
    for table in text.split("\n\n").filter(|part| part.starts_with('|')) {
        let widths: Vec<usize> = table.lines().map(|line| line.chars().count()).collect();
        assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{table}");
    }
}
