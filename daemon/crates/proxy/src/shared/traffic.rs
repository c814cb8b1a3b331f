//! What a worker counts of a frontend's, a backend's or a server's traffic.

use super::Counter;
use serde::{Deserialize, Serialize};

macro_rules! traffic {
    ($($name:ident $field:literal $what:literal;)*) => {
        /// One worker's counters of one side, on cache lines of their own. A side leaves at zero
        /// what does not happen to it. Names in the status: HAProxy's management guide 9.1.
        #[derive(Debug, Default)]
        #[repr(align(64))]
        pub struct Traffic {
            $(#[doc = $what] pub $name: Counter,)*
            /// Answers by the first digit of their status; those without one come last.
            pub answers: [Counter; 6],
            /// Most sessions, and most requests in the queue, that were there at once.
            pub most: Counter,
            pub most_queued: Counter,
            /// Exchanges whose times count, and these: queue, connect, response, all of it.
            pub timed: Counter,
            pub times: [Time; 4],
        }

        impl Traffic {
            /// Everything begins anew; for the writer alone.
            pub fn forget(&self) {
                self.forget_most();
                self.counters().for_each(Counter::forget);
            }

            /// Names and sums over all workers, as far as anything happened: a status of a thousand
            /// servers is long enough.
            pub fn sums(workers: &[Self]) -> impl Iterator<Item = (&'static str, u64)> {
                let sum = |of: &dyn Fn(&Self) -> &Counter| Self::total(workers, of);
                let mut all: Vec<(&'static str, u64)> = vec![$(($field, sum(&|w| &w.$name)),)*];
                all.extend(ANSWERS.iter().enumerate().map(|(at, name)| (*name, sum(&|w| &w.answers[at]))));
                all.into_iter().filter(|(_, sum)| *sum > 0)
            }

            /// All that are sums, in an order of their own.
            fn counters(&self) -> impl Iterator<Item = &Counter> {
                [$(&self.$name,)*].into_iter()
                    .chain(&self.answers)
                    .chain([&self.timed])
                    .chain(self.times.iter().map(|time| &time.sum))
            }
        }
    };
}

/// Milliseconds of all exchanges, and of the longest.
#[derive(Debug, Default)]
pub struct Time {
    pub sum: Counter,
    pub longest: Counter,
}

const ANSWERS: [&str; 6] = [
    "hrsp_1xx",
    "hrsp_2xx",
    "hrsp_3xx",
    "hrsp_4xx",
    "hrsp_5xx",
    "hrsp_other",
];

traffic! {
    connections "conn_tot" "Connections that were accepted.";
    sessions "stot" "Connections that rules let in; exchanges that a backend or server got.";
    requests "req_tot" "Requests.";
    bytes_in "bin" "Bytes of clients.";
    bytes_out "bout" "Bytes to clients.";
    denied_requests "dreq" "Requests that rules refused.";
    denied_responses "dresp" "Responses that rules refused.";
    denied_connections "dcon" "Connections that `tcp-request connection` refused.";
    denied_sessions "dses" "The same of `tcp-request session`.";
    request_errors "ereq" "Requests that were none, or that did not come whole.";
    connection_errors "econ" "Exchanges that found no server.";
    response_errors "eresp" "Exchanges whose server failed.";
    retries "wretr" "Attempts to reach the same server again.";
    redispatches "wredis" "Attempts with another server.";
    client_aborts "cli_abrt" "Exchanges that the client broke off.";
    server_aborts "srv_abrt" "Exchanges that the server broke off.";
    balanced "lbtot" "Servers that balancing chose.";
    connects "connect" "Connections that were attempted.";
    reuses "reuse" "Exchanges over a connection that was there.";
    intercepted "intercepted" "Requests that the proxy answered itself.";
}

impl Traffic {
    /// The same of maxima alone.
    pub fn forget_most(&self) {
        self.maxima().for_each(Counter::forget);
    }

    fn maxima(&self) -> impl Iterator<Item = &Counter> {
        let longest = self.times.iter().map(|time| &time.longest);
        [&self.most, &self.most_queued].into_iter().chain(longest)
    }

    /// What all have counted together, for the process after this one.
    pub fn tally(cells: &[Self]) -> Tally {
        let mut tally = Tally::default();
        for cell in cells {
            merge(&mut tally.sums, cell.counters(), |all, one| *all += one);
            merge(&mut tally.most, cell.maxima(), |all, one| {
                *all = one.max(*all);
            });
        }
        tally
    }

    /// Counts what the process before this one counted; for the writer alone.
    pub fn gain(&self, tally: &Tally) {
        for (counter, n) in self.counters().zip(&tally.sums) {
            counter.add(*n);
        }
        for (counter, n) in self.maxima().zip(&tally.most) {
            counter.raise(*n);
        }
    }

    /// One more answer with this status; 0: none was seen.
    pub fn answered(&self, status: u16) {
        if let Some(counter) = self.class(status) {
            counter.add(1);
        }
    }

    /// One that counted does not.
    pub fn unanswered(&self, status: u16) {
        if let Some(counter) = self.class(status) {
            counter.take_back(1);
        }
    }

    fn class(&self, status: u16) -> Option<&Counter> {
        let class = match status / 100 {
            class @ 1..=5 => usize::from(class) - 1,
            _ => ANSWERS.len() - 1,
        };
        self.answers.get(class)
    }

    /// One more exchange with these times in milliseconds.
    pub fn took(&self, times: [u64; 4]) {
        self.timed.add(1);
        for (time, ms) in self.times.iter().zip(times) {
            if ms > 0 {
                time.sum.add(ms);
                time.longest.raise(ms);
            }
        }
    }

    /// The sum over all workers.
    pub fn total(workers: &[Self], of: impl Fn(&Self) -> &Counter) -> u64 {
        workers.iter().map(|w| of(w).get()).sum()
    }

    /// What the worker saw that saw most.
    pub fn most(workers: &[Self], of: impl Fn(&Self) -> &Counter) -> u64 {
        workers.iter().map(|w| of(w).get()).max().unwrap_or(0)
    }

    /// Room for each worker, and for what the process before this one counted, which the control
    /// thread writes.
    pub fn of(workers: usize) -> Box<[Self]> {
        (0..=workers).map(|_| Self::default()).collect()
    }
}

fn merge<'a>(
    into: &mut Vec<u64>,
    counters: impl Iterator<Item = &'a Counter>,
    with: impl Fn(&mut u64, u64),
) {
    for (at, counter) in counters.enumerate() {
        if into.len() <= at {
            into.push(0);
        }
        with(&mut into[at], counter.get());
    }
}

/// Counters of one side by their places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    sums: Vec<u64>,
    most: Vec<u64>,
}

impl Tally {
    pub fn is_empty(&self) -> bool {
        self.sums.iter().chain(&self.most).all(|n| *n == 0)
    }

    /// What came since `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let before = earlier.sums.iter().copied().chain(std::iter::repeat(0));
        let sums = self.sums.iter().zip(before);
        Self {
            sums: sums
                .map(|(now, before)| now.saturating_sub(before))
                .collect(),
            most: self.most.clone(),
        }
    }
}
