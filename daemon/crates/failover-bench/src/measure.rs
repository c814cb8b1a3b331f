//! From answers and held addresses to what an event cost. Pure.

use std::time::{Duration, Instant};

use crate::event::Event;
use crate::holders::Held;
use crate::probe::{Asked, PERIOD};
use crate::record::Seen;

/// Answers of the control address further apart than this: the machine stood still.
const PUNCTUAL: Duration = Duration::from_millis(2);
/// Shorter than any master's reign.
const LASTING: Duration = Duration::from_millis(4);
const BEFORE: Duration = Duration::from_millis(500);

/// What there is to look at.
#[derive(Debug)]
pub struct Observation<'a> {
    pub event: Event,
    pub asked: &'a Asked,
    /// In the order of time, from the start of the pair on.
    pub held: &'a [Held],
    /// Nodes that the client could reach after the event.
    pub reachable: [bool; 2],
    pub at: Instant,
    pub end: Instant,
}

/// A time without answers.
#[derive(Debug, Clone, Copy)]
struct Gap {
    from: Instant,
    to: Instant,
    length: Duration,
}

pub fn measure(seen: &Observation<'_>) -> Seen {
    let gaps = gaps(seen.asked, seen.at, seen.end);
    let longest = gaps.iter().map(|gap| gap.length).max().unwrap_or_default();
    let earlier = seen.at.checked_sub(BEFORE).unwrap_or(seen.at);
    let before = self::gaps(seen.asked, earlier, seen.at);
    let last = seen
        .asked
        .answers
        .iter()
        .rev()
        .find(|(at, _)| *at <= seen.end);
    let quiet = last.map_or(Duration::MAX, |(at, _)| seen.end - *at);
    let unreached = gaps
        .iter()
        .map(|gap| unreached(seen, *gap))
        .max()
        .unwrap_or_default();
    let moves = moves_of_answers(seen).max(moves_of_address(seen));
    Seen {
        outage: ms(longest),
        dead_at_end: quiet > Duration::from_millis(100),
        take_over: take_over(seen).map(ms),
        dual: ms(together(seen.held, seen.at, seen.end, |holds| {
            holds == [true, true]
        })),
        dual_at_end: holds_at(seen.held, seen.end) == [true, true],
        extra_moves: moves.saturating_sub(seen.event.asked_moves()),
        unreached: ms(unreached),
        port_right: None,
        before: ms(before
            .iter()
            .map(|gap| gap.length)
            .max()
            .unwrap_or_default()),
        stall: ms(stalls(&seen.asked.control, seen.at, seen.end)
            .into_iter()
            .max()
            .unwrap_or_default()),
        watched: ms(seen.end - seen.at),
    }
}

/// Every time between two answers that ends after `at`, and the one that is still open at `end`.
fn gaps(asked: &Asked, at: Instant, end: Instant) -> Vec<Gap> {
    let times = asked
        .answers
        .iter()
        .map(|(time, _)| *time)
        .filter(|time| *time <= end);
    let mut edges: Vec<Instant> = times.collect();
    let first = edges.partition_point(|time| *time <= at).saturating_sub(1);
    edges.drain(..first);
    if edges.is_empty() {
        edges.push(at);
    }
    edges.push(end);
    let gap = |pair: &[Instant]| {
        let stalled: Duration = stalls(&asked.control, pair[0], pair[1]).iter().sum();
        Gap {
            from: pair[0],
            to: pair[1],
            length: (pair[1] - pair[0]).saturating_sub(stalled),
        }
    };
    edges.windows(2).map(gap).collect()
}

/// Times of a span in which the address that nothing happens to did not answer either.
fn stalls(control: &[Instant], from: Instant, to: Instant) -> Vec<Duration> {
    let first = control
        .partition_point(|time| *time <= from)
        .saturating_sub(1);
    let last = control.partition_point(|time| *time < to) + 1;
    let answers = control
        .get(first..last.min(control.len()))
        .unwrap_or_default();
    let apart = answers
        .windows(2)
        .map(|pair| pair[1].min(to).saturating_duration_since(pair[0].max(from)));
    apart
        .filter(|apart| *apart > PUNCTUAL)
        .map(|apart| apart.saturating_sub(PERIOD))
        .collect()
}

fn take_over(seen: &Observation<'_>) -> Option<Duration> {
    let successor = seen.event.successor()?;
    let after = seen
        .asked
        .answers
        .iter()
        .skip_while(|(time, _)| *time <= seen.at);
    let mut by_it = after.filter(|(time, by)| *by == successor && *time <= seen.end);
    by_it.next().map(|(time, _)| *time - seen.at)
}

/// Changes of the answering node that last. While both hold the address, answers of one may
/// overtake those of the other.
fn moves_of_answers(seen: &Observation<'_>) -> usize {
    let answers = &seen.asked.answers;
    let first = answers.partition_point(|(time, _)| *time <= seen.at);
    let last = answers.partition_point(|(time, _)| *time <= seen.end);
    let span = answers
        .get(first.saturating_sub(1)..last)
        .unwrap_or_default();
    let runs = span.chunk_by(|one, next| one.1 == next.1);
    let lasting = runs.filter(|run| run[run.len() - 1].0 - run[0].0 >= LASTING);
    let before = span.first().map(|(_, node)| *node);
    let nodes: Vec<usize> = before
        .into_iter()
        .chain(lasting.map(|run| run[0].1))
        .collect();
    nodes.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// Take-overs by a node that was not the last one to have the address.
fn moves_of_address(seen: &Observation<'_>) -> usize {
    let mut holds = [false; 2];
    let mut last = None;
    let mut moves = 0;
    for (time, node, held) in seen.held.iter().filter(|(time, _, _)| *time <= seen.end) {
        holds[*node] = *held;
        if *held {
            moves += usize::from(*time > seen.at && last.is_some_and(|last| last != *node));
            last = Some(*node);
        } else if holds[1 - *node] {
            // Of two holders the other one stays.
            last = Some(1 - *node);
        }
    }
    moves
}

fn holds_at(held: &[Held], at: Instant) -> [bool; 2] {
    let mut holds = [false; 2];
    for (_, node, now) in held.iter().take_while(|(time, _, _)| *time <= at) {
        holds[*node] = *now;
    }
    holds
}

/// How long of a span something was true of who holds the address.
fn together(
    held: &[Held],
    from: Instant,
    to: Instant,
    wanted: impl Fn([bool; 2]) -> bool,
) -> Duration {
    let mut holds = holds_at(held, from);
    let mut since = from;
    let mut sum = Duration::ZERO;
    for (time, node, now) in held
        .iter()
        .filter(|(time, _, _)| *time > from && *time <= to)
    {
        if wanted(holds) {
            sum += *time - since;
        }
        since = *time;
        holds[*node] = *now;
    }
    if wanted(holds) {
        sum + (to - since)
    } else {
        sum
    }
}

fn unreached(seen: &Observation<'_>, gap: Gap) -> Duration {
    let there = |holds: [bool; 2]| (0..2).any(|node| holds[node] && seen.reachable[node]);
    together(seen.held, gap.from.max(seen.at), gap.to, there).min(gap.length)
}

/// Milliseconds, to the hundredth.
fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e5).round() / 100.0
}

#[cfg(test)]
#[path = "measure_test.rs"]
mod tests;
