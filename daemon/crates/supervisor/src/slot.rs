//! A place for a worker, and when the next one takes it.

use std::time::{Duration, Instant};

use ipc::FromWorker;

use crate::worker::{Kind, Rank, Worker};

/// A worker that ran this long was healthy: the next restart does not wait.
const HEALTHY_AFTER: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A place for a worker: what is left of it between two lives.
#[derive(Debug)]
pub struct Slot {
    pub kind: Kind,
    pub worker: Option<Worker>,
    /// What is to take the worker's place, and what it has said so far.
    pub heir: Option<Worker>,
    pub heir_said: Vec<FromWorker>,
    /// What had the worker's place, and ends what it began.
    pub leaver: Option<Worker>,
    /// When the next life begins.
    pub restart_at: Option<Instant>,
    pub restarts: u32,
    failures: u32,
}

impl Slot {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            worker: None,
            heir: None,
            heir_said: Vec::new(),
            leaver: None,
            restart_at: None,
            restarts: 0,
            failures: 0,
        }
    }

    pub fn of_rank(&mut self, rank: Rank) -> &mut Option<Worker> {
        match rank {
            Rank::Current => &mut self.worker,
            Rank::Heir => &mut self.heir,
            Rank::Leaver => &mut self.leaver,
        }
    }

    /// Plans the restart of a worker that lived for `lived`: at once the first time, then after
    /// 100 ms, doubled up to 5 s as long as it keeps dying young.
    pub fn plan_restart(&mut self, lived: Duration, now: Instant) -> Duration {
        if lived >= HEALTHY_AFTER {
            self.failures = 0;
        }
        let wait = match self.failures {
            0 => Duration::ZERO,
            failures => (Duration::from_millis(50) * 2u32.pow(failures.min(10))).min(LONGEST_WAIT),
        };
        self.failures += 1;
        self.restarts += 1;
        self.restart_at = Some(now + wait);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_come_at_once_and_then_slower() {
        let now = Instant::now();
        let mut slot = Slot::new(Kind::Proxy);
        let young = Duration::from_millis(5);
        let waits: Vec<u128> = (0..9)
            .map(|_| slot.plan_restart(young, now).as_millis())
            .collect();
        assert_eq!(waits, [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(slot.plan_restart(HEALTHY_AFTER, now), Duration::ZERO);
        assert_eq!(slot.restarts, 10);
    }
}
