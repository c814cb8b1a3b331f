use super::*;
use crate::record::{Record, Seen};

#[test]
fn the_scale_is_logarithmic_and_ends_at_the_edges() {
    assert!((x(0.1) - LEFT).abs() < 1e-9 && (x(1.0) - LEFT).abs() < 1e-9);
    let decade = x(10.0) - x(1.0);
    assert!((x(1000.0) - x(100.0) - decade).abs() < 1e-9);
    assert!((x(1e9) - (WIDTH - RIGHT)).abs() < 1e-9);
}

#[test]
fn every_pair_of_an_event_has_a_bar_of_its_own_and_tags_close() {
    let seen = Seen {
        outage: 12.0,
        dead_at_end: false,
        take_over: None,
        dual: 0.0,
        dual_at_end: false,
        extra_moves: 0,
        unreached: 0.0,
        port_right: None,
        before: 1.0,
        stall: 0.0,
        watched: 100.0,
    };
    let record = |pair| Record {
        profile: Profile::Ipv6,
        event: Event::Failback,
        pair,
        round: 1,
        priorities: [254, 253],
        seen: seen.clone(),
    };
    let records = Pair::ALL.map(record).to_vec();
    let text = svg(&Results {
        records,
        ..Results::default()
    });
    // And one of the whole picture.
    assert_eq!(text.matches("<title>").count(), 5);
    assert_eq!(text.matches(Event::Failback.title()).count(), 1);
    for tag in ["svg", "g", "text", "title"] {
        let opened =
            text.matches(&format!("<{tag}>")).count() + text.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, text.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    assert!(!text.contains("NaN") && !text.contains("inf"));
}
