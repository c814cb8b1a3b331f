//! What the control thread makes of counters by looking at them once a second: rates, averages and
//! ages. Workers only count.

use super::Traffic;

/// How many exchanges an average of times remembers.
const REMEMBERED: f64 = 1024.0;

/// Of one frontend, backend or server.
#[derive(Debug, Default)]
pub struct Past {
    pub sessions: Rate,
    pub requests: Rate,
    pub connections: Rate,
    /// In the queue, connecting, until the response, in all.
    pub times: [Average; 4],
    /// Monotonic milliseconds of the last session, as far as looking told.
    pub last_session: Option<u64>,
}

impl Past {
    /// What was counted until now, by the process before this one, came at no rate.
    pub fn begin(&mut self, workers: &[Traffic]) {
        for (rate, total) in [
            (&mut self.sessions, Traffic::total(workers, |t| &t.sessions)),
            (&mut self.requests, Traffic::total(workers, |t| &t.requests)),
            (
                &mut self.connections,
                Traffic::total(workers, |t| &t.connections),
            ),
        ] {
            (rate.total, rate.begun) = (total, total);
        }
    }

    /// Maxima begin anew.
    pub fn forget_most(&mut self) {
        for rate in [
            &mut self.sessions,
            &mut self.requests,
            &mut self.connections,
        ] {
            rate.forget_most();
        }
    }

    /// Looks at the counters now. What came since the last look counts for the second of that look.
    pub fn look(&mut self, workers: &[Traffic], now: u64) {
        let sessions = Traffic::total(workers, |t| &t.sessions);
        if sessions != self.sessions.total {
            self.last_session = Some(now);
        }
        self.sessions.look(sessions, now);
        self.requests
            .look(Traffic::total(workers, |t| &t.requests), now);
        self.connections
            .look(Traffic::total(workers, |t| &t.connections), now);
        let timed = Traffic::total(workers, |t| &t.timed);
        for (at, average) in self.times.iter_mut().enumerate() {
            average.look(timed, Traffic::total(workers, |t| &t.times[at].sum));
        }
    }
}

/// Events per second.
#[derive(Debug, Default)]
pub struct Rate {
    /// The count at the last look.
    total: u64,
    /// The second that the present count is for, and the count where it began.
    second: u64,
    begun: u64,
    /// Events of the second before it.
    before: u64,
    most: u64,
}

impl Rate {
    pub fn look(&mut self, total: u64, now: u64) {
        if total < self.total {
            // The count began anew.
            *self = Self::default();
        }
        let second = now / 1000;
        self.total = total;
        self.most = self.most.max(total - self.begun);
        if second != self.second {
            let events = total - self.begun;
            self.before = if second == self.second + 1 { events } else { 0 };
            (self.second, self.begun) = (second, total);
        }
    }

    /// Events of the last 1000 ms before the last look, as far as whole seconds tell.
    pub fn now(&self, now: u64) -> u64 {
        self.total - self.begun + self.before * (1000 - now % 1000) / 1000
    }

    pub fn forget_most(&mut self) {
        self.most = 0;
    }

    pub fn most(&self) -> u64 {
        self.most
    }
}

/// The mean of the latest values of a time.
#[derive(Debug, Default)]
pub struct Average {
    count: u64,
    sum: u64,
    mean: f64,
}

impl Average {
    #[allow(clippy::cast_precision_loss)] // milliseconds and exchanges stay far below 2^53
    fn look(&mut self, count: u64, sum: u64) {
        if count < self.count || sum < self.sum {
            *self = Self::default();
        }
        let (more, by) = (count - self.count, sum - self.sum);
        (self.count, self.sum) = (count, sum);
        if more == 0 {
            return;
        }
        let all = count as f64;
        if all <= REMEMBERED {
            self.mean = sum as f64 / all;
            return;
        }
        let old = (1.0 - 1.0 / REMEMBERED).powf(more as f64);
        self.mean = self.mean * old + by as f64 / more as f64 * (1.0 - old);
    }

    /// Whole milliseconds, upwards.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // never negative
    pub fn mean(&self) -> u64 {
        self.mean.ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_of_the_last_second_and_its_maximum_of_whole_ones() {
        let mut rate = Rate::default();
        rate.look(0, 10_000);
        rate.look(30, 10_900);
        assert_eq!((rate.now(10_900), rate.most()), (30, 30));
        rate.look(30, 11_000);
        assert_eq!(rate.now(11_500), 15);
        rate.look(50, 11_600);
        assert_eq!((rate.now(11_600), rate.most()), (20 + 12, 30));
        rate.look(50, 14_000);
        assert_eq!((rate.now(14_000), rate.most()), (0, 30));
    }

    #[test]
    fn an_average_is_exact_at_first_and_forgets_later() {
        let mut average = Average::default();
        average.look(1, 101);
        assert_eq!(average.mean(), 101);
        average.look(10, 101);
        assert_eq!(average.mean(), 11);
        for n in 1..10 {
            average.look(n * 1000 + 10, 101);
        }
        assert_eq!(average.mean(), 1);
        average.look(19_010, 101 + 10_000 * 50);
        assert_eq!(average.mean(), 50);
    }
}
