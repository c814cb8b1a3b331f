//! The order of all rounds, the labs that work it off, and how far they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::BenchError;
use crate::event::Event;
use crate::janitor::folder_of;
use crate::lab::{Lab, Plan};
use crate::options::Options;
use crate::pair::Pair;
use crate::profile::Profile;
use crate::random::Random;
use crate::record::{Failed, Record, Results, Seen};
use crate::round;
use crate::scenario::Scenario;

/// One round of one scenario against one pair.
#[derive(Debug, Clone)]
struct Job {
    profile: Profile,
    pair: Pair,
    scenario: Scenario,
    round: u32,
}

/// Pairs stand side by side, every second round the other way about, so that a machine that
/// becomes slower does not favour one of them. What needs load comes last.
fn jobs(options: &Options) -> (Vec<Job>, Vec<Job>) {
    let mut all = Vec::new();
    for round in 1..=options.rounds {
        for profile in &options.profiles {
            for scenario in Scenario::of(&options.events) {
                let mut pairs = options.pairs.clone();
                if round % 2 == 0 {
                    pairs.reverse();
                }
                let job = |pair| Job {
                    profile: *profile,
                    pair,
                    scenario: scenario.clone(),
                    round,
                };
                all.extend(pairs.into_iter().map(job));
            }
        }
    }
    all.into_iter()
        .partition(|job| !job.scenario.loads_the_machine())
}

/// What all labs share.
struct Board<'a> {
    options: &'a Options,
    results: Mutex<Results>,
    done: AtomicUsize,
    total: usize,
    /// Time and number of finished rounds of a kind.
    took: Mutex<BTreeMap<(Profile, String), (Duration, u32)>>,
}

/// Runs everything; `save` is called after each round with what there is so far.
pub fn run(options: &Options, save: impl Fn(&Results) + Sync) -> Results {
    let (quiet, loaded) = jobs(options);
    let board = Board {
        options,
        results: Mutex::new(Results::default()),
        done: AtomicUsize::new(0),
        total: quiet.len() + loaded.len(),
        took: Mutex::new(BTreeMap::new()),
    };
    board.work_off(&quiet, &loaded, &save);
    board.work_off(&loaded, &[], &save);
    board
        .results
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board<'_> {
    fn work_off(&self, jobs: &[Job], later: &[Job], save: &(impl Fn(&Results) + Sync)) {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.options.labs.min(jobs.len()) {
                scope.spawn(|| {
                    while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let began = Instant::now();
                        let outcome = self.one(job);
                        let told = self.note(job, began.elapsed(), outcome, save);
                        let left = jobs.get(next.load(Ordering::Relaxed)..).unwrap_or_default();
                        eprintln!("{told}  ({} left)", self.left(left.iter().chain(later)));
                    }
                });
            }
        });
    }

    /// A round whose lab cannot be made says so and costs no other round.
    fn one(&self, job: &Job) -> Result<Vec<(Event, Seen)>, BenchError> {
        // The same phases for every pair of a round.
        let name = format!("{}{}{}", job.profile.name(), job.scenario.name(), job.round);
        let stream = name.bytes().fold(0u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(byte.into())
        });
        let mut random = Random::new(self.options.seed, stream);
        let plan = Plan {
            programs: self.options.programs.clone(),
            pair: job.pair,
            profile: job.profile,
            priorities: self.options.priorities,
            check: job.scenario.check(),
            keep: self.options.keep.is_some(),
        };
        let all = self.options.keep.clone();
        let all = all.unwrap_or_else(|| folder_of(std::process::id()));
        let folder = all.join(format!("{name}-{}", job.pair.name()));
        let body = AssertUnwindSafe(|| {
            let mut lab = Lab::new(plan, folder)?;
            round::run(&mut lab, &job.scenario, &self.options.events, &mut random)
        });
        std::panic::catch_unwind(body).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            Err(BenchError::Panicked(
                text.unwrap_or_else(|| "a panic without a text".to_owned()),
            ))
        })
    }

    /// Keeps what a round found; a line about it.
    fn note(
        &self,
        job: &Job,
        took: Duration,
        outcome: Result<Vec<(Event, Seen)>, BenchError>,
        save: &impl Fn(&Results),
    ) -> String {
        let (profile, pair, round) = (job.profile, job.pair, job.round);
        let scenario = job.scenario.name();
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let mut line = format!(
            "[{done}/{}] {} {scenario} {} {round}:",
            self.total,
            profile.name(),
            pair.name()
        );
        let mut results = lock(&self.results);
        match outcome {
            Ok(all) => {
                let priorities = self.options.priorities;
                for (event, seen) in all {
                    let _ = write!(
                        line,
                        " {}{}",
                        brief(&seen),
                        if seen.black_hole() { " BLACK HOLE" } else { "" }
                    );
                    results.records.push(Record {
                        profile,
                        event,
                        pair,
                        round,
                        priorities,
                        seen,
                    });
                }
                let mut known = lock(&self.took);
                let entry = known.entry((profile, scenario)).or_default();
                *entry = (entry.0 + took, entry.1 + 1);
            }
            Err(error) => {
                let reason = error.to_string();
                let _ = write!(line, " {reason}");
                let wanted = job
                    .scenario
                    .0
                    .iter()
                    .filter(|event| self.options.events.contains(event));
                let failed = |event: &Event| Failed {
                    profile,
                    event: *event,
                    pair,
                    round,
                    reason: reason.clone(),
                };
                results.failed.extend(wanted.map(failed));
            }
        }
        save(&results);
        line
    }

    /// The time that these rounds need.
    fn left<'j>(&self, jobs: impl Iterator<Item = &'j Job>) -> String {
        let took = lock(&self.took);
        let estimate = |job: &Job| match took.get(&(job.profile, job.scenario.name())) {
            Some((sum, count)) => *sum / *count,
            None => round::nominal(job.profile.advert(), &job.scenario),
        };
        let sum: Duration = jobs.map(estimate).sum();
        let labs = u32::try_from(self.options.labs).unwrap_or(u32::MAX);
        let seconds = (sum / labs).as_secs();
        format!("about {} min {:02} s", seconds / 60, seconds % 60)
    }
}

fn brief(seen: &Seen) -> String {
    let moves = if seen.extra_moves > 0 {
        " and moves unasked"
    } else {
        ""
    };
    format!("outage {:.0} ms{moves}", seen.outage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_stand_side_by_side_and_turn_about_every_round() {
        let options = Options {
            events: vec![Event::Reload, Event::Load],
            profiles: vec![Profile::V3Tenth],
            pairs: vec![Pair::Keepalived, Pair::Tandemd],
            rounds: 2,
            ..Options::default()
        };
        let (quiet, loaded) = jobs(&options);
        let pairs: Vec<Pair> = quiet.iter().map(|job| job.pair).collect();
        assert_eq!(
            pairs,
            [
                Pair::Keepalived,
                Pair::Tandemd,
                Pair::Tandemd,
                Pair::Keepalived
            ]
        );
        assert!(quiet.iter().all(|job| job.scenario.0 == [Event::Reload]));
        assert_eq!(loaded.len(), 4);
    }
}
