//! The results as a picture: a panel for each profile, a row for each event, a bar from minimum to
//! maximum with a tick at the median for each pair, on a logarithmic scale of milliseconds.

use std::fmt::Write as _;

use crate::event::Event;
use crate::pair::Pair;
use crate::profile::Profile;
use crate::record::Results;
use crate::stats::Spread;

const WIDTH: f64 = 920.0;
const LEFT: f64 = 210.0;
const RIGHT: f64 = 30.0;
const LANE: f64 = 8.0;
const ROW_GAP: f64 = 8.0;
const HEAD: f64 = 44.0;
const FOOT: f64 = 26.0;
const LEGEND: f64 = 46.0;
/// Decades of the scale, in milliseconds.
const DECADES: [f64; 6] = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5];

/// Distinct in colour and in brightness; red and green are never the only difference.
fn colour(pair: Pair) -> &'static str {
    match pair {
        Pair::Keepalived => "#d55e00",
        Pair::Tandemd => "#0072b2",
        Pair::TandemdKeepalived => "#56b4e9",
        Pair::KeepalivedTandemd => "#e69f00",
    }
}

fn x(value: f64) -> f64 {
    let span = DECADES[DECADES.len() - 1].log10();
    let share = value.max(1.0).log10() / span;
    LEFT + share.min(1.0) * (WIDTH - LEFT - RIGHT)
}

pub fn svg(results: &Results) -> String {
    let mut body = String::new();
    let pairs: Vec<Pair> = Pair::ALL
        .into_iter()
        .filter(|pair| results.records.iter().any(|record| record.pair == *pair))
        .collect();
    legend(&mut body, &pairs);
    let mut top = LEGEND;
    for profile in Profile::ALL {
        if results
            .records
            .iter()
            .any(|record| record.profile == profile)
        {
            top += panel(&mut body, results, profile, &pairs, top);
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top:.0}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <title>Outage by event, pair and profile</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    )
}

fn legend(out: &mut String, pairs: &[Pair]) {
    let mut left = 16.0;
    let _ = writeln!(
        out,
        "<text x=\"16\" y=\"18\" font-weight=\"bold\">Outage as a client sees it: minimum, median, maximum</text>"
    );
    for pair in pairs {
        let _ = writeln!(
            out,
            "<rect x=\"{left}\" y=\"28\" width=\"14\" height=\"8\" fill=\"{}\"/><text x=\"{}\" y=\"36\">{}</text>",
            colour(*pair),
            left + 20.0,
            pair.title()
        );
        left += 210.0;
    }
}

/// Draws one profile; its height.
fn panel(out: &mut String, results: &Results, profile: Profile, pairs: &[Pair], top: f64) -> f64 {
    let events: Vec<Event> = Event::ALL
        .into_iter()
        .filter(|event| {
            pairs
                .iter()
                .any(|pair| !results.of(profile, *event, *pair).is_empty())
        })
        .collect();
    let row = lanes(pairs) + ROW_GAP;
    let first = top + HEAD;
    let bottom = first + lanes_of(events.len()) * row;
    let _ = writeln!(
        out,
        "<text x=\"16\" y=\"{}\" font-weight=\"bold\">{}</text>",
        top + 28.0,
        profile.title()
    );
    scale(out, first, bottom);
    for (number, event) in events.iter().enumerate() {
        let y = first + lanes_of(number) * row;
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            LEFT - 10.0,
            y + row / 2.0,
            event.title()
        );
        for (lane, pair) in pairs.iter().enumerate() {
            let seen = results.of(profile, *event, *pair);
            if let Some(spread) = Spread::of(seen.iter().map(|seen| seen.outage)) {
                bar(out, spread, y + lanes_of(lane) * LANE, *pair);
            }
        }
    }
    bottom + FOOT - top
}

fn lanes(pairs: &[Pair]) -> f64 {
    lanes_of(pairs.len()) * LANE
}

fn lanes_of(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn scale(out: &mut String, top: f64, bottom: f64) {
    for decade in DECADES {
        let at = x(decade);
        let text = if decade < 1000.0 {
            format!("{decade} ms")
        } else {
            format!("{} s", decade / 1000.0)
        };
        let _ = writeln!(
            out,
            "<line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{top}\" y2=\"{bottom}\" stroke=\"#ddd\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#666\">{text}</text>",
            bottom + 14.0
        );
    }
}

fn bar(out: &mut String, spread: Spread, top: f64, pair: Pair) {
    let (from, to, median) = (x(spread.min), x(spread.max), x(spread.median));
    let fill = colour(pair);
    let _ = writeln!(
        out,
        "<g><title>{}: {spread} ms, {} rounds</title><rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" \
         height=\"{:.1}\" fill=\"{fill}\" fill-opacity=\"0.45\"/><rect x=\"{:.1}\" y=\"{:.1}\" width=\"3\" \
         height=\"{:.1}\" fill=\"{fill}\"/></g>",
        pair.title(),
        spread.count,
        top + 1.0,
        (to - from).max(1.0),
        LANE - 2.0,
        median - 1.5,
        top,
        LANE - 1.0
    );
}

#[cfg(test)]
#[path = "plot_test.rs"]
mod tests;
