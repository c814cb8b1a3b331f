//! What a worker does seldom, by the clock.

use super::Worker;

pub(super) const NEVER: u64 = u64::MAX;

/// How long a log line may wait for others to be sent with.
const LOG_BATCH_MS: u64 = 50;

/// Instants in milliseconds, [`NEVER`] for what is not to be done.
#[derive(Debug)]
pub(super) struct Chores {
    /// Waiting log lines are sent at the latest.
    pub logs: u64,
    /// A listener that rests for its rate is asked again.
    pub pause: u64,
    /// The first connection to what is no longer configured ends for good.
    pub hard_stop: u64,
    /// The farewell to an address that left goes on.
    pub farewell: u64,
}

impl Default for Chores {
    fn default() -> Self {
        Self {
            logs: NEVER,
            pause: NEVER,
            hard_stop: NEVER,
            farewell: NEVER,
        }
    }
}

impl Chores {
    pub fn next(&self) -> u64 {
        let ends = self.hard_stop.min(self.farewell);
        self.logs.min(self.pause).min(ends)
    }
}

impl Worker {
    /// Log lines leave in batches: a line waits a little for others.
    pub(super) fn do_chores(&mut self) {
        if self.chores.logs == NEVER && self.logs.is_pending() {
            self.chores.logs = self.now + LOG_BATCH_MS;
        }
        if self.now < self.chores.next() {
            return;
        }
        if self.now >= self.chores.logs {
            self.logs.flush();
            self.chores.logs = NEVER;
        }
        self.end_pause();
        self.stop_hard();
        self.go_on_parting();
    }
}
