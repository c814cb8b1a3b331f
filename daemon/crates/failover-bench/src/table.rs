//! The results as aligned tables, which are Markdown as well.

use std::fmt::Write as _;

use crate::event::Event;
use crate::pair::Pair;
use crate::profile::Profile;
use crate::record::{Results, Seen};
use crate::stats::Spread;

const NOTHING: &str = "–";

/// Everything, profile by profile.
pub fn report(results: &Results) -> String {
    let mut text = String::new();
    for profile in Profile::ALL {
        let tables = [
            table(
                results,
                profile,
                "Outage, ms: min/median/max (rounds)",
                true,
                &outage,
            ),
            table(
                results,
                profile,
                "Event to first answer of the successor, ms",
                false,
                &take_over,
            ),
            table(results, profile, "Beside the outage", false, &faults),
        ];
        if tables.iter().all(String::is_empty) {
            continue;
        }
        let _ = writeln!(text, "## {}\n", profile.title());
        text.push_str(&tables.concat());
    }
    text
}

fn outage(all: &[&Seen]) -> Option<String> {
    let spread = Spread::of(all.iter().map(|seen| seen.outage))?;
    let endless = all.iter().any(|seen| seen.dead_at_end);
    Some(format!(
        "{spread}{} ({})",
        if endless { "+" } else { "" },
        spread.count
    ))
}

fn take_over(all: &[&Seen]) -> Option<String> {
    Spread::of(all.iter().filter_map(|seen| seen.take_over)).map(|spread| spread.to_string())
}

/// What no outage shows: two holders, moves that nobody asked for, black holes, wrong ports.
fn faults(all: &[&Seen]) -> Option<String> {
    let count = |wanted: &dyn Fn(&Seen) -> bool| all.iter().filter(|seen| wanted(seen)).count();
    let mut parts = Vec::new();
    let dual = Spread::of(all.iter().map(|seen| seen.dual))?;
    let (for_good, rounds) = (count(&|seen| seen.dual_at_end), all.len());
    if for_good > 0 {
        parts.push(format!("two holders to the end in {for_good} of {rounds}"));
    } else if dual.max >= 1.0 {
        parts.push(format!("two holders {dual} ms"));
    }
    let told = [
        (count(&|seen| seen.extra_moves > 0), "moved unasked"),
        (count(&Seen::black_hole), "black hole"),
        (
            count(&|seen| seen.port_right == Some(false)),
            "switch port wrong",
        ),
    ];
    for (number, what) in told.into_iter().filter(|(number, _)| *number > 0) {
        parts.push(format!("{what} in {number} of {rounds}"));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

type Cell = dyn Fn(&[&Seen]) -> Option<String>;

/// One line for each event that has anything to show.
fn table(results: &Results, profile: Profile, title: &str, ratio: bool, cell: &Cell) -> String {
    let shown = |pair: &&Pair| {
        results
            .records
            .iter()
            .any(|record| (record.profile, record.pair) == (profile, **pair))
    };
    let pairs: Vec<Pair> = Pair::ALL.iter().filter(shown).copied().collect();
    let ratio = ratio && pairs.contains(&Pair::Keepalived) && pairs.contains(&Pair::Tandemd);
    let mut head = vec![title.to_owned()];
    head.extend(pairs.iter().map(|pair| pair.title().to_owned()));
    if ratio {
        head.push("keepalived ÷ tandemd".to_owned());
    }
    let mut rows = Vec::new();
    for event in Event::ALL {
        let cells: Vec<Option<String>> = pairs
            .iter()
            .map(|pair| cell(&results.of(profile, event, *pair)))
            .collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let mut row = vec![event.title().to_owned()];
        row.extend(
            cells
                .into_iter()
                .map(|cell| cell.unwrap_or_else(|| NOTHING.to_owned())),
        );
        if ratio {
            row.push(medians_ratio(results, profile, event));
        }
        rows.push(row);
    }
    if rows.is_empty() {
        String::new()
    } else {
        aligned(&head, &rows)
    }
}

fn medians_ratio(results: &Results, profile: Profile, event: Event) -> String {
    let median = |pair| {
        let all = results.of(profile, event, pair);
        Spread::of(all.iter().map(|seen| seen.outage)).map(|spread| spread.median)
    };
    match (median(Pair::Keepalived), median(Pair::Tandemd)) {
        (Some(theirs), Some(ours)) if ours > 0.0 => format!("{:.1}", theirs / ours),
        _ => NOTHING.to_owned(),
    }
}

pub fn aligned(head: &[String], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| &row[column]).chain([&head[column]]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| {
            if column == 0 {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule = widths.iter().enumerate().map(|(column, width)| {
        if column == 0 {
            "-".repeat(width + 2)
        } else {
            format!("{}:", "-".repeat(width + 1))
        }
    });
    let rule = format!("|{}|\n", rule.collect::<Vec<_>>().join("|"));
    let rows: String = rows.iter().map(|row| line(row)).collect();
    format!("{}{rule}{rows}\n", line(head))
}

#[cfg(test)]
#[path = "table_test.rs"]
mod tests;
