//! What is promised, and whether the results hold it.

use std::fmt::Write as _;

use crate::event::Event;
use crate::pair::Pair;
use crate::profile::Profile;
use crate::record::{Results, Seen};

/// Rounds that a promise is made of.
const ROUNDS: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub promise: String,
    pub holds: bool,
    pub rounds: usize,
    pub found: String,
}

/// Only promises that something was measured for.
pub fn verdicts(results: &Results) -> Vec<Verdict> {
    let mut all = Vec::new();
    for profile in Profile::ALL {
        graceful(results, profile, &mut all);
        for (event, what) in [
            (Event::KillChild, "killed VRRP process"),
            (Event::Hang, "hung VRRP process"),
            (Event::KillParent, "killed supervisor"),
        ] {
            at_most(
                results,
                (profile, event, Pair::Tandemd),
                what,
                100.0,
                &mut all,
            );
        }
        for event in [Event::HealEarly, Event::HealLate] {
            for pair in [
                Pair::Tandemd,
                Pair::TandemdKeepalived,
                Pair::KeepalivedTandemd,
            ] {
                none(
                    results,
                    (profile, event, pair),
                    "no black hole",
                    Seen::black_hole,
                    &mut all,
                );
            }
        }
        if profile.virtual_mac().is_some() {
            let lost = |seen: &Seen| seen.black_hole() || seen.port_right == Some(false);
            let what = "no black hole, switch port right";
            none(
                results,
                (profile, Event::Failback, Pair::Tandemd),
                what,
                lost,
                &mut all,
            );
        }
        let moved = |seen: &Seen| seen.extra_moves > 0;
        none(
            results,
            (profile, Event::Load, Pair::Tandemd),
            "no unasked move",
            moved,
            &mut all,
        );
    }
    all
}

fn graceful(results: &Results, profile: Profile, all: &mut Vec<Verdict>) {
    let what = "graceful stop";
    at_most(
        results,
        (profile, Event::Sigterm, Pair::Tandemd),
        what,
        15.0,
        all,
    );
    let of_pair = |record: &&crate::record::Record| {
        (record.profile, record.event, record.pair)
            == (profile, Event::Sigterm, Pair::TandemdKeepalived)
    };
    if let Some(record) = results.records.iter().find(of_pair) {
        let skew = profile.skew(record.priorities[1]).as_secs_f64() * 1000.0;
        at_most(
            results,
            (profile, Event::Sigterm, Pair::TandemdKeepalived),
            what,
            skew + 10.0,
            all,
        );
    }
}

type Where = (Profile, Event, Pair);

fn label((profile, event, pair): Where, what: &str) -> String {
    format!(
        "{}, {}, {}: {what}",
        profile.name(),
        pair.title(),
        event.title()
    )
}

/// No outage is longer than this.
fn at_most(results: &Results, place: Where, what: &str, limit: f64, all: &mut Vec<Verdict>) {
    let seen = results.of(place.0, place.1, place.2);
    if seen.is_empty() {
        return;
    }
    let worst = seen.iter().map(|seen| seen.outage).fold(0.0, f64::max);
    let promise = format!(
        "{}, {}: {what}: outage ≤ {limit:.1} ms",
        place.0.name(),
        place.2.title()
    );
    all.push(Verdict {
        promise,
        holds: worst <= limit,
        rounds: seen.len(),
        found: format!("worst {worst:.1} ms"),
    });
}

fn none(
    results: &Results,
    place: Where,
    what: &str,
    bad: impl Fn(&Seen) -> bool,
    all: &mut Vec<Verdict>,
) {
    let seen = results.of(place.0, place.1, place.2);
    if seen.is_empty() {
        return;
    }
    let number = seen.iter().filter(|seen| bad(seen)).count();
    let found = format!("{number} of {}", seen.len());
    all.push(Verdict {
        promise: label(place, what),
        holds: number == 0,
        rounds: seen.len(),
        found,
    });
}

pub fn report(verdicts: &[Verdict]) -> String {
    let head: Vec<String> = ["Promise", "holds", "found", "rounds"]
        .map(str::to_owned)
        .to_vec();
    let row = |verdict: &Verdict| {
        let rounds = if verdict.rounds < ROUNDS {
            format!("{} (few)", verdict.rounds)
        } else {
            verdict.rounds.to_string()
        };
        let holds = if verdict.holds { "yes" } else { "NO" };
        vec![
            verdict.promise.clone(),
            holds.to_owned(),
            verdict.found.clone(),
            rounds,
        ]
    };
    let rows: Vec<Vec<String>> = verdicts.iter().map(row).collect();
    let mut text = String::new();
    if !rows.is_empty() {
        let _ = write!(
            text,
            "## Promises\n\n{}",
            crate::table::aligned(&head, &rows)
        );
    }
    text
}

#[cfg(test)]
#[path = "targets_test.rs"]
mod tests;
