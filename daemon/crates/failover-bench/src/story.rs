//! What happened around an event, line by line, for a reader.

use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::measure::Observation;

/// Answers further apart are worth a line.
const GAP: Duration = Duration::from_millis(4);

/// Times are milliseconds since the event; the first line has its time as packets and logs do.
pub fn tell(seen: &Observation<'_>) -> String {
    let since = SystemTime::now().checked_sub(seen.at.elapsed());
    let epoch = since.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let mut lines = vec![(
        seen.at,
        format!(
            "{} at {:.6}",
            seen.event.name(),
            epoch.unwrap_or_default().as_secs_f64()
        ),
    )];
    for (time, node, held) in seen.held {
        let what = if *held { "takes" } else { "loses" };
        lines.push((*time, format!("node {node} {what} the address")));
    }
    for pair in seen.asked.answers.windows(2) {
        let ((before, by), (after, then)) = (pair[0], pair[1]);
        if by != then || after - before > GAP {
            let gap = ms(before, after);
            lines.push((
                after,
                format!("answer of node {then}, {gap:.2} ms after one of node {by}"),
            ));
        }
    }
    let control = &seen.asked.control;
    for pair in control.windows(2).filter(|pair| pair[1] - pair[0] > GAP) {
        let still = ms(pair[0], pair[1]);
        lines.push((
            pair[1],
            format!("the machine itself stood still for {still:.2} ms"),
        ));
    }
    lines.sort_by_key(|(time, _)| *time);
    let mut text = String::new();
    for (time, line) in lines {
        let _ = writeln!(text, "{:>12.2}  {line}", ms(seen.at, time));
    }
    text
}

/// Milliseconds from one moment to another, which may be the earlier one.
fn ms(from: Instant, to: Instant) -> f64 {
    let ahead = to.saturating_duration_since(from).as_secs_f64();
    (ahead - from.saturating_duration_since(to).as_secs_f64()) * 1000.0
}
