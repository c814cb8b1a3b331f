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
            table(results, profile, &OUTAGE),
            table(results, profile, &TAKE_OVER),
            table(results, profile, &BESIDE),
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

type Cell = fn(&[&Seen]) -> Option<String>;

/// What one table shows of all rounds of an event.
struct Column {
    title: &'static str,
    cell: Cell,
    /// What the medians of both engines are compared by.
    compared: Option<fn(&Seen) -> Option<f64>>,
}

const OUTAGE: Column = Column {
    title: "Outage, ms: min/median/max (rounds)",
    cell: outage,
    compared: Some(|seen| Some(seen.outage)),
};
const TAKE_OVER: Column = Column {
    title: "Event to first answer of the successor, ms",
    cell: take_over,
    compared: Some(|seen| seen.take_over),
};
const BESIDE: Column = Column {
    title: "Beside the outage",
    cell: faults,
    compared: None,
};

/// One line for each event that has anything to show.
fn table(results: &Results, profile: Profile, column: &Column) -> String {
    let measured =
        |record: &crate::record::Record, pair| (record.profile, record.pair) == (profile, pair);
    let shown = |pair: &&Pair| {
        results
            .records
            .iter()
            .any(|record| measured(record, **pair))
    };
    let pairs: Vec<Pair> = Pair::ALL.iter().filter(shown).copied().collect();
    let both = pairs.contains(&Pair::Keepalived) && pairs.contains(&Pair::Tandemd);
    let compared = column.compared.filter(|_| both);
    let mut head = vec![column.title.to_owned()];
    head.extend(pairs.iter().map(|pair| pair.title().to_owned()));
    head.extend(compared.map(|_| "keepalived ÷ tandemd".to_owned()));
    let mut rows = Vec::new();
    for event in Event::ALL {
        let cell = |pair: &Pair| (column.cell)(&results.of(profile, event, *pair));
        let cells: Vec<Option<String>> = pairs.iter().map(cell).collect();
        if cells.iter().all(Option::is_none) {
            continue;
        }
        let mut row = vec![event.title().to_owned()];
        row.extend(
            cells
                .into_iter()
                .map(|cell| cell.unwrap_or_else(|| NOTHING.to_owned())),
        );
        row.extend(compared.map(|value| ratio(results, profile, event, value)));
        rows.push(row);
    }
    if rows.is_empty() {
        String::new()
    } else {
        aligned(&head, &rows)
    }
}

/// Of the medians; nothing where an engine has none.
fn ratio(
    results: &Results,
    profile: Profile,
    event: Event,
    value: fn(&Seen) -> Option<f64>,
) -> String {
    let median = |pair| {
        let all = results.of(profile, event, pair);
        Spread::of(all.into_iter().filter_map(value)).map(|spread| spread.median)
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
