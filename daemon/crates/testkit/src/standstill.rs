//! When a processor of this machine stood still: a guest of a busy host loses one for a moment, or
//! for seconds, while the others go on. Whoever ran there cannot answer, and is not to blame.
//!
//! A thread on each processor, before everything else that runs there, looks at the clock; what it
//! missed, nobody there could do.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

const PERIOD: Duration = Duration::from_millis(2);
/// A timer is that late on a machine that is only busy.
const LATE: Duration = Duration::from_millis(3);
/// Of `SCHED_FIFO`: nothing under test comes before it.
const HIGHEST: u8 = 99;

/// From when to when.
pub type Span = (Instant, Instant);

#[derive(Debug)]
pub struct Watch {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Span>>>,
}

impl Watch {
    /// On every processor that this thread may use.
    pub fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let processors = processors();
        let all_watch = Arc::new(Barrier::new(processors.len() + 1));
        let threads = processors.into_iter().map(|number| {
            let (stop, all_watch) = (Arc::clone(&stop), Arc::clone(&all_watch));
            std::thread::spawn(move || watch(number, &all_watch, &stop))
        });
        let threads = threads.collect();
        all_watch.wait();
        Self { stop, threads }
    }

    /// For how long any of them did.
    pub fn total(self) -> Duration {
        self.finish().iter().map(|(from, to)| *to - *from).sum()
    }

    /// When any of them stood still, in order, without overlaps.
    pub fn finish(self) -> Vec<Span> {
        self.stop.store(true, Ordering::Relaxed);
        let spans = self.threads.into_iter().filter_map(|it| it.join().ok());
        merged(spans.flatten().collect())
    }
}

/// That this thread may use.
fn processors() -> Vec<usize> {
    let allowed = sched_getaffinity(None).unwrap_or_default();
    let all = 0..CpuSet::MAX_CPU;
    all.filter(|number| allowed.is_set(*number)).collect()
}

/// Without the right to real time nothing is found: a busy processor looks the same.
fn watch(processor: usize, all_watch: &Barrier, stop: &AtomicBool) -> Vec<Span> {
    let mut found = Vec::new();
    let first = come_first_on(processor);
    all_watch.wait();
    if !first {
        return found;
    }
    let mut last = Instant::now();
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(PERIOD);
        let now = Instant::now();
        if now - last > PERIOD + LATE {
            found.push((last, now));
        }
        last = now;
    }
    found
}

/// Whether this thread now runs there alone, and before all others.
fn come_first_on(processor: usize) -> bool {
    let mut only = CpuSet::new();
    only.set(processor);
    sched_setaffinity(None, &only).is_ok() && sys::realtime::schedule_fifo(HIGHEST).is_ok()
}

/// In order; what overlaps becomes one.
pub fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::new();
    for (from, to) in spans {
        match apart.last_mut() {
            Some((_, end)) if *end >= from => *end = (*end).max(to),
            _ => apart.push((from, to)),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_overlap_count_once() {
        let start = Instant::now();
        let span = |(from, to)| {
            let at = |ms| start + Duration::from_millis(ms);
            (at(from), at(to))
        };
        let spans = [(5, 9), (1, 3), (8, 12), (2, 3)].map(span).to_vec();
        assert_eq!(merged(spans), [(1, 3), (5, 12)].map(span));
    }

    /// A stopped processor cannot be had, but one that something of the same rank holds can.
    #[test]
    fn a_processor_that_is_held_stands_still() {
        let watch = Watch::start();
        let held = std::thread::spawn(|| {
            if !come_first_on(processors()[0]) {
                return None;
            }
            let begin = Instant::now();
            while begin.elapsed() < Duration::from_millis(60) {
                std::hint::spin_loop();
            }
            Some((begin, Instant::now()))
        });
        let held = held.join().unwrap();
        let found = watch.finish();
        let Some((from, to)) = held else {
            assert_eq!(found, [], "without the right nothing is found");
            eprintln!("skipped: needs the right to real-time scheduling");
            return;
        };
        let share = |span: &Span| span.1.min(to).saturating_duration_since(span.0.max(from));
        let seen: Duration = found.iter().map(share).sum();
        assert!(seen > Duration::from_millis(40), "{found:?}");
    }
}
